import Policy
import Scheduling
import Testing
import Units

/// Streams that fail are told as the few steps that matter.
@Suite struct ShrinkerTests {
    /// A planted fault: a drain of the first device, with a window admitted later.
    private static func isBad(_ stream: CommandStream) -> Bool {
        var isDrained = false
        for (_, event) in StreamPlayer(stream).history {
            switch event {
            case .drained(let drain) where drain.devices.contains(0): isDrained = true
            case .submitted(let reservation):
                if isDrained, case .window = reservation.kind { return true }
            default: break
            }
        }
        return false
    }

    private static func badStream() throws -> CommandStream {
        let streams = (UInt64(1)...50).lazy.map { StreamTrial(seed: $0, hosts: 2, commands: 100).stream }
        return try #require(streams.first { isBad($0) })
    }

    @Test func `a long stream shrinks to the steps that matter`() throws {
        let long = try Self.badStream()
        var shrinker = StreamShrinker(fails: Self.isBad)
        let least = shrinker.shrink(long)
        #expect(Self.isBad(least))
        #expect(long.steps.count > 100 && least.steps.count == 2 && shrinker.plays <= shrinker.limit)
        guard case .drain(_, _, nil, nil, false, nil) = least.steps.first else {
            return #expect(Bool(false), "it begins with the drain, and nothing more is said of it")
        }
        guard case .submit(_, _, let request, .some(let at), nil, []) = least.steps.last else {
            return #expect(Bool(false), "it ends with the window")
        }
        #expect(at <= .seconds(1) && request == Request(devices: request.devices, span: .seconds(1)))
        #expect(least.setup.community == Community() && least.setup.hosts.allSatisfy { $0.devices <= 2 })
    }

    @Test(arguments: [0, 1, 7, 50, 400])
    func `no more is played than the limit lets, and what is left fails`(limit: Int) throws {
        let long = try Self.badStream()
        var played = 0
        var failing: Set<CommandStream> = [long]
        var shrinker = StreamShrinker(limit: limit) { stream in
            played += 1
            let isFailing = Self.isBad(stream)
            if isFailing { failing.insert(stream) }
            return isFailing
        }
        let least = shrinker.shrink(long)
        #expect(played <= limit && shrinker.plays == played)
        #expect(failing.contains(least))
    }

    @Test func `what never fails stays as it is`() {
        let stream = StreamTrial(seed: 3, commands: 20).stream
        var shrinker = StreamShrinker { _ in false }
        #expect(shrinker.shrink(stream) == stream)
    }

    @Test func `a fault that needs two steps far apart keeps just these`() {
        let steps = (1...200).map { CommandStream.Step.advance(.seconds($0)) }
        let stream = CommandStream(setup: CommandStream.Setup(hosts: [CommandStream.Machine(devices: 1)]), steps: steps)
        let wanted: [CommandStream.Step] = [.advance(.seconds(17)), .advance(.seconds(161))]
        var shrinker = StreamShrinker { stream in wanted.allSatisfy { stream.steps.contains($0) } }
        #expect(shrinker.shrink(stream).steps == wanted)
        #expect(shrinker.plays < 100)
    }

    /// A step of each kind, and every value that a setup and a request have.
    private static let typed = CommandStream(
        setup: CommandStream.Setup(
            hosts: [CommandStream.Machine(devices: 8, isMixed: true), CommandStream.Machine(devices: 2)],
            community: Community(
                departments: [
                    Community.Terms(
                        quotas: [Quota(model: ModelPattern("*"), nominal: 3, borrowing: 2, lending: 1)],
                        cells: [Cell(model: ModelPattern("*"), together: .numa, size: 2, count: 1)]),
                    Community.Terms(), Community.Terms(),
                ], devicesPerTeam: 3, devicesPerUser: 2, mayPreempt: true, maximumWait: .seconds(3600),
                preemption: PreemptionRules(minimumRunTime: .seconds(60), grace: .seconds(5), perHour: 2)),
            stopTime: .seconds(4), passTime: .milliseconds(150)),
        steps: [
            .submit(1, by: 1000, Request(devices: 1, span: .seconds(60)), at: .seconds(5)),
            .submit(
                2, by: 1001,
                Request(
                    devices: 2, model: "H100", together: .nvlink, cores: 3, memory: ByteCount(bytes: 4096),
                    licences: ["solver": 2], span: .seconds(60), priorityClass: ClassID("standard"),
                    isRequeued: true), notBefore: .seconds(9), after: [1]),
            .cancel(1, by: 1000),
            .release(1),
            .extend(2, for: .seconds(9)),
            .commandEnded(1),
            .executionFailed(2),
            .hostRestarted(2),
            .drain(
                DeviceSet([0, 1]), on: 1, from: .seconds(5), until: .seconds(9), hasFailed: true, by: 1000),
            .drain(nil),
            .resume(nil, on: 1),
            .advance(.seconds(7)),
            .nap(.milliseconds(1500)),
            .clockBack(.seconds(8)),
            .restart,
            .change(Community()),
        ])

    @Test func `what is told can be typed in`() {
        let printed = """
            CommandStream(
                setup: CommandStream.Setup(hosts: [CommandStream.Machine(devices: 8, isMixed: true), \
            CommandStream.Machine(devices: 2)], community: Community(departments: [Community.Terms(quotas: \
            [Quota(model: ModelPattern("*"), nominal: 3, borrowing: 2, lending: 1)], cells: [Cell(model: \
            ModelPattern("*"), together: .numa, size: 2, count: 1)]), Community.Terms(), Community.Terms()], \
            devicesPerTeam: 3, devicesPerUser: 2, mayPreempt: true, maximumWait: .seconds(3600), preemption: \
            PreemptionRules(minimumRunTime: .seconds(60), grace: .seconds(5), perHour: 2)), stopTime: .seconds(4), \
            passTime: .milliseconds(150)),
                steps: [
                    .submit(1, by: 1000, Request(devices: 1, span: .seconds(60)), at: .seconds(5)),
                    .submit(2, by: 1001, Request(devices: 2, model: "H100", together: .nvlink, cores: 3, memory: \
            ByteCount(bytes: 4096), licences: ["solver": 2], span: .seconds(60), priorityClass: \
            ClassID("standard"), isRequeued: true), notBefore: .seconds(9), after: [1]),
                    .cancel(1, by: 1000),
                    .release(1),
                    .extend(2, for: .seconds(9)),
                    .commandEnded(1),
                    .executionFailed(2),
                    .hostRestarted(2),
                    .drain(DeviceSet([0, 1]), on: 1, from: .seconds(5), until: .seconds(9), hasFailed: true, by: 1000),
                    .drain(nil),
                    .resume(nil, on: 1),
                    .advance(.seconds(7)),
                    .nap(.milliseconds(1500)),
                    .clockBack(.seconds(8)),
                    .restart,
                    .change(Community()),
                ])
            """
        #expect(Self.typed.text == printed)
    }
}
