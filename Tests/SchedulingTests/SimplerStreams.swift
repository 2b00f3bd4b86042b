import Policy
import Scheduling
import Units

extension CommandStream {
    /// Streams with one value less, or a smaller one; lazily, those that say most first.
    var simpler: some Sequence<CommandStream> {
        let setups = setup.simpler.lazy.map { CommandStream(setup: $0, steps: steps) }
        let others = steps.indices.lazy.flatMap { index in
            steps[index].simpler.lazy.map { step in
                var stream = self
                stream.steps[index] = step
                return stream
            }
        }
        return [AnySequence(setups), AnySequence(others)].lazy.joined()
    }
}

/// A value, changed.
private func with<Value>(_ value: Value, _ change: (inout Value) -> Void) -> Value {
    var value = value
    change(&value)
    return value
}

extension CommandStream.Setup {
    fileprivate var simpler: [CommandStream.Setup] {
        var found: [CommandStream.Setup] = []
        if hosts.count > 1 { found += hosts.indices.map { index in with(self) { $0.hosts.remove(at: index) } } }
        for index in hosts.indices {
            for devices in [1, 2, 4, 8] where devices < hosts[index].devices {
                found.append(with(self) { $0.hosts[index].devices = devices })
            }
            if hosts[index].isMixed { found.append(with(self) { $0.hosts[index].isMixed = false }) }
        }
        found += community.simpler.map { community in with(self) { $0.community = community } }
        found.append(with(self) { $0.stopTime = .zero })
        found.append(with(self) { $0.passTime = .zero })
        return found.filter { $0 != self }
    }
}

extension Community {
    fileprivate var simpler: [Community] {
        var found = [Community(), with(self) { $0.departments = nil }]
        found.append(with(self) { $0.devicesPerTeam = nil })
        found.append(with(self) { $0.devicesPerUser = nil })
        found.append(with(self) { $0.deviceHours = nil })
        found += shareable.indices.map { index in with(self) { $0.shareable.remove(at: index) } }
        found.append(with(self) { $0.mayPreempt = false })
        found.append(with(self) { $0.maximumWait = .days(7) })
        found.append(with(self) { $0.preemption = PreemptionRules() })
        found += (money?.simpler ?? []).map { money in with(self) { $0.money = money } }
        for (index, terms) in (departments ?? []).enumerated() {
            for cell in terms.cells.indices {
                found.append(with(self) { $0.departments?[index].cells.remove(at: cell) })
            }
            for quota in terms.quotas.indices {
                found.append(with(self) { $0.departments?[index].quotas.remove(at: quota) })
                found.append(with(self) { $0.departments?[index].quotas[quota].borrowing = nil })
                found.append(with(self) { $0.departments?[index].quotas[quota].lending = nil })
                for nominal in [0, 1, 2] where nominal < terms.quotas[quota].nominal {
                    found.append(with(self) { $0.departments?[index].quotas[quota].nominal = nominal })
                }
            }
        }
        return found.filter { $0 != self }
    }
}

extension Community.Money {
    /// nil: without money.
    fileprivate var simpler: [Community.Money?] {
        [
            nil, Community.Money(limits: limits), Community.Money(limits: [1_000_000_000]),
            with(self) { $0.atHardStop = .finish }, with(self) { $0.freeDevices = nil },
            with(self) { $0.price = 1_000_000 }, with(self) { $0.hold = .hours(1) },
        ]
    }
}

extension CommandStream.Step {
    fileprivate var simpler: [CommandStream.Step] {
        let found: [CommandStream.Step] =
            switch self {
            case .submit(let label, let user, let request, let at, let notBefore, let after):
                [
                    .submit(label, by: user, request, at: at, notBefore: nil, after: after),
                    .submit(label, by: user, request, at: at, notBefore: notBefore),
                ]
                    + request.simpler.map {
                        .submit(label, by: user, $0, at: at, notBefore: notBefore, after: after)
                    }
                    + (at?.simpler ?? []).map {
                        .submit(label, by: user, request, at: $0, notBefore: notBefore, after: after)
                    }
                    + (notBefore?.simpler ?? []).map {
                        .submit(label, by: user, request, at: at, notBefore: $0, after: after)
                    }
            case .cancel(let label, _): [.cancel(label)]
            case .release(let label, _): [.release(label)]
            case .extend(let label, let span, _):
                [.extend(label, for: span)] + span.simpler.map { .extend(label, for: $0) }
            case .approve(let label, _): [.approve(label)]
            case .reject(let label, _): [.reject(label)]
            case .commandEnded, .executionFailed, .hostRestarted, .restart: []
            case .drain(let devices, let host, let from, let until, let hasFailed, _):
                [
                    .drain(devices, on: host, from: nil, until: until, hasFailed: hasFailed),
                    .drain(devices, on: host, from: from, until: nil, hasFailed: hasFailed),
                    .drain(devices, on: host, from: from, until: until),
                ]
            case .resume(let devices, let host, _): [.resume(devices, on: host)]
            case .advance(let span): span.simpler.map { .advance($0) }
            case .nap(let span): [.advance(span)] + span.simpler.map { .nap($0) }
            case .clockBack(let span): span.simpler.map { .clockBack($0) }
            case .change(let community): [.restart] + community.simpler.map { .change($0) }
            }
        return found.filter { $0 != self }
    }
}

extension Request {
    fileprivate var simpler: [Request] {
        var found = [
            Request(devices: devices, span: span),
            with(self) { $0.share = nil },
            with(self) { $0.deviceMemory = nil },
            with(self) { $0.model = nil },
            with(self) { $0.together = .any },
            with(self) { $0.cores = nil },
            with(self) { $0.memory = nil },
            with(self) { $0.licences = [:] },
            with(self) { $0.priorityClass = nil },
            with(self) { $0.isRequeued = false },
        ]
        for count in [0, 1, 2] where count < devices { found.append(with(self) { $0.devices = count }) }
        if let cores, cores > 1 { found.append(with(self) { $0.cores = 1 }) }
        found += span.simpler.map { span in with(self) { $0.span = span } }
        return found.filter { $0 != self }
    }
}

extension Span {
    /// Shorter ones, the roundest first.
    fileprivate var simpler: [Span] {
        let half = Span.seconds(max(wholeSeconds / 2, 1))
        return [.seconds(1), .minutes(1), .hours(1), half].filter { $0 < self }
    }
}
