import Policy
import Scheduling
import Units

extension CommandStream {
    /// As it is typed into a test.
    var text: String {
        let setup = [
            "hosts: [\(setup.hosts.map(\.text).joined(separator: ", "))]",
            argument("community", setup.community.text, unless: setup.community == Community()),
            argument("stopTime", setup.stopTime.text, unless: setup.stopTime == .zero),
            argument("passTime", setup.passTime.text, unless: setup.passTime == .zero),
        ].compactMap(\.self)
        let lines = steps.map { "        \($0.text)," }
        return
            (["CommandStream(", "    setup: CommandStream.Setup(\(setup.joined(separator: ", "))),", "    steps: ["]
            + lines + ["    ])"]).joined(separator: "\n")
    }
}

/// `name: text`, unless it says nothing.
private func argument(_ name: String, _ text: @autoclosure () -> String?, unless isDefault: Bool = false) -> String? {
    isDefault ? nil : text().map { "\(name): \($0)" }
}

private func call(_ name: String, _ arguments: [String?]) -> String {
    "\(name)(\(arguments.compactMap(\.self).joined(separator: ", ")))"
}

extension CommandStream.Machine {
    fileprivate var text: String {
        call("CommandStream.Machine", ["devices: \(devices)", argument("isMixed", "true", unless: !isMixed)])
    }
}

extension CommandStream.Step {
    var text: String {
        switch self {
        case .submit(let label, let user, let request, let at, let notBefore, let after):
            call(
                ".submit",
                [
                    "\(label)", "by: \(user)", request.text, argument("at", at?.text),
                    argument("notBefore", notBefore?.text), argument("after", "\(after)", unless: after.isEmpty),
                ])
        case .cancel(let label, let user): call(".cancel", ["\(label)", by(user)])
        case .release(let label, let user): call(".release", ["\(label)", by(user)])
        case .extend(let label, let span, let user): call(".extend", ["\(label)", "for: \(span.text)", by(user)])
        case .approve(let label, let user): call(".approve", ["\(label)", by(user)])
        case .reject(let label, let user): call(".reject", ["\(label)", by(user)])
        case .commandEnded(let label): ".commandEnded(\(label))"
        case .executionFailed(let label): ".executionFailed(\(label))"
        case .hostRestarted(let label): ".hostRestarted(\(label))"
        case .drain(let devices, let host, let from, let until, let hasFailed, let user):
            call(
                ".drain",
                [
                    devices.text, argument("on", "\(host)", unless: host == 0), argument("from", from?.text),
                    argument("until", until?.text), argument("hasFailed", "true", unless: !hasFailed), by(user),
                ])
        case .resume(let devices, let host, let user):
            call(".resume", [devices.text, argument("on", "\(host)", unless: host == 0), by(user)])
        case .advance(let span): ".advance(\(span.text))"
        case .nap(let span): ".nap(\(span.text))"
        case .clockBack(let span): ".clockBack(\(span.text))"
        case .restart: ".restart"
        case .change(let community): ".change(\(community.text))"
        }
    }

    private func by(_ user: UInt32?) -> String? { argument("by", user.map { "\($0)" }) }
}

extension Request {
    /// What is left at its default is left out.
    fileprivate var text: String {
        let names = licences.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
        return call(
            "Request",
            [
                argument("devices", "\(devices)", unless: devices == 0),
                argument("share", share.map { "Ratio(thousandths: \($0.thousandths))" }),
                argument("deviceMemory", deviceMemory.map { "ByteCount(bytes: \($0.bytes))" }),
                argument("model", model.map { "\"\($0)\"" }),
                argument("together", ".\(together.rawValue)", unless: together == .any),
                argument("cores", cores.map { "\($0)" }),
                argument("memory", memory.map { "ByteCount(bytes: \($0.bytes))" }),
                argument("licences", "[\(names)]", unless: licences.isEmpty),
                "span: \(span.text)",
                argument("priorityClass", priorityClass.map { "ClassID(\"\($0.text)\")" }),
                argument("isRequeued", "true", unless: !isRequeued),
            ])
    }
}

extension Community {
    fileprivate var text: String {
        let rules = PreemptionRules()
        return call(
            "Community",
            [
                argument("departments", departments.map { "[\($0.map(\.text).joined(separator: ", "))]" }),
                argument("devicesPerTeam", devicesPerTeam.map { "\($0)" }),
                argument("devicesPerUser", devicesPerUser.map { "\($0)" }),
                argument("deviceHours", deviceHours.map { "\($0)" }),
                argument("shareable", "[\(shareable.map(\.text).joined(separator: ", "))]", unless: shareable.isEmpty),
                argument("mayPreempt", "true", unless: !mayPreempt),
                argument("maximumWait", maximumWait.text, unless: maximumWait == .days(7)),
                argument(
                    "preemption",
                    call(
                        "PreemptionRules",
                        [
                            "minimumRunTime: \(preemption.minimumRunTime.text)", "grace: \(preemption.grace.text)",
                            "perHour: \(preemption.perHour)",
                        ]), unless: preemption == rules),
                argument("money", money.map(\.text)),
            ])
    }
}

extension Community.Money {
    fileprivate var text: String {
        call(
            "Community.Money",
            [
                argument("price", "\(price)", unless: price == 1_000_000), "limits: \(limits)",
                argument("isHard", "false", unless: isHard),
                argument("atHardStop", ".\(atHardStop)", unless: atHardStop == .finish),
                argument("freeDevices", freeDevices.map { "\($0)" }),
                argument("hold", hold.text, unless: hold == .hours(1)),
            ])
    }
}

extension Shareable {
    fileprivate var text: String {
        call(
            "Shareable",
            [
                "model: ModelPattern(\"\(model)\")",
                argument("betweenDepartments", "true", unless: !betweenDepartments),
                "most: \(most)",
            ])
    }
}

extension Community.Terms {
    fileprivate var text: String {
        let quotas = quotas.map { quota in
            call(
                "Quota",
                [
                    "model: ModelPattern(\"\(quota.model)\")", "nominal: \(quota.nominal)",
                    argument("borrowing", quota.borrowing.map { "\($0)" }),
                    argument("lending", quota.lending.map { "\($0)" }),
                ])
        }
        let cells = cells.map {
            "Cell(model: ModelPattern(\"\($0.model)\"), together: .\($0.together.rawValue), size: \($0.size), count: 1)"
        }
        return call(
            "Community.Terms",
            [
                argument("quotas", "[\(quotas.joined(separator: ", "))]", unless: quotas.isEmpty),
                argument("cells", "[\(cells.joined(separator: ", "))]", unless: cells.isEmpty),
            ])
    }
}

extension Span {
    fileprivate var text: String {
        milliseconds % 1000 == 0 ? ".seconds(\(milliseconds / 1000))" : ".milliseconds(\(milliseconds))"
    }
}

extension DeviceSet? {
    fileprivate var text: String { map { "DeviceSet(\(Array($0)))" } ?? "nil" }
}
