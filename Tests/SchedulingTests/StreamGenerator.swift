import Policy
import Scheduling
import Simulation
import Units

/// Random command streams: the same for the same seed.
struct StreamGenerator {
    private var generator: SeededGenerator
    private var setup: CommandStream.Setup
    private var steps: [CommandStream.Step] = []
    private var labels = 0
    /// Apart from the other one, so that streams without money stay what they were; nil for these.
    private var money: SeededGenerator?
    /// Whether what failed is the machine: apart too.
    private var machine: SeededGenerator

    init(seed: UInt64, hosts count: Int = 1) {
        var generator = SeededGenerator(seed: seed)
        let hosts = (0..<count).map { _ in
            CommandStream.Machine(
                devices: [1, 2, 8, 12].randomElement(using: &generator) ?? 1, isMixed: Bool.random(using: &generator))
        }
        setup = CommandStream.Setup(
            hosts: hosts,
            community: .random(using: &generator, devices: hosts.reduce(0) { $0 + $1.devices }),
            stopTime: Bool.random(using: &generator) ? .zero : .seconds(4),
            passTime: Bool.random(using: &generator) ? .zero : .milliseconds(150))
        self.generator = generator
        machine = SeededGenerator(seed: seed ^ 0x6D61_6368)
        var money = SeededGenerator(seed: seed ^ 0x6D6F_6E65_79)
        guard Int.random(in: 0..<3, using: &money) == 0 else { return }
        setup.community.money = .random(using: &money)
        self.money = money
    }

    /// A stream of so many commands, with what goes on between them.
    mutating func stream(commands: Int) -> CommandStream {
        let changesPolicy = chance(4)
        for count in 0..<commands {
            if changesPolicy, count % 40 == 39 { steps.append(.change(randomCommunity())) }
            if chance(60) { steps.append(.nap(seconds(1...30_000))) }
            if chance(80) { steps.append(.restart) }
            if chance(15) { steps.append(.clockBack(seconds(0...100_000))) }
            steps.append(randomCommand())
            answer()
            if chance(3) { steps.append(.advance(seconds(0...7200))) }
        }
        return CommandStream(setup: setup, steps: steps)
    }

    private mutating func randomCommand() -> CommandStream.Step {
        let user = UInt32.random(in: 1000...1004, using: &generator)
        switch Int.random(in: 0..<26, using: &generator) {
        case 0, 1: return .cancel(label(), by: Bool.random(using: &generator) ? user : nil)
        case 2, 3: return .release(label(), by: nil)
        case 4, 5: return .extend(label(), for: seconds(1...9000))
        case 6: return .commandEnded(label())
        case 7:
            guard chance(3) else { return .commandEnded(label()) }
            let label = label()
            return Bool.random(using: &machine) ? .hostRestarted(label) : .executionFailed(label)
        case 8, 9: return randomDrain(by: chance(8) ? user : nil)
        default: return randomSubmission(by: user)
        }
    }

    /// Somebody says yes or no, where something needs that.
    private mutating func answer() {
        guard var money, setup.community.money?.freeDevices != nil, labels > 0 else { return }
        defer { self.money = money }
        guard Int.random(in: 0..<3, using: &money) == 0 else { return }
        let label = Int.random(in: max(labels - 4, 1)...labels, using: &money)
        let user = Bool.random(using: &money) ? UInt32.random(in: 1000...1004, using: &money) : nil
        steps.append(
            Int.random(in: 0..<4, using: &money) == 0 ? .reject(label, by: user) : .approve(label, by: user))
    }

    /// Mostly one of the last, which is likely to be still there.
    private mutating func label() -> Int {
        let first = Bool.random(using: &generator) ? max(labels - 8, 1) : 1
        return Int.random(in: first...max(labels, 1), using: &generator)
    }

    private mutating func randomDrain(by user: UInt32?) -> CommandStream.Step {
        let isHost = chance(4)
        let host = Int.random(in: setup.hosts.indices, using: &generator)
        let device = Int.random(in: 0...setup.hosts[host].devices, using: &generator)
        let devices = isHost ? nil : DeviceSet([device])
        if Bool.random(using: &generator) { return .resume(devices, on: host, by: user) }
        return .drain(
            devices, on: host, from: Bool.random(using: &generator) ? seconds(-100...50_000) : nil,
            until: Bool.random(using: &generator) ? seconds(0...100_000) : nil,
            hasFailed: Bool.random(using: &generator), by: user)
    }

    private mutating func randomSubmission(by user: UInt32) -> CommandStream.Step {
        labels += 1
        let request = randomRequest()
        let isWindow = chance(5)
        return .submit(
            labels, by: user, request, at: isWindow ? seconds(0...90_000) : nil,
            notBefore: !isWindow && chance(6) ? seconds(0...40_000) : nil,
            after: !isWindow && labels > 1 && chance(6) ? [Int.random(in: 1..<labels, using: &generator)] : [])
    }

    /// What is asked for: every kind of request is made here.
    private mutating func randomRequest() -> Request {
        let isShare = chance(4)
        return Request(
            devices: isShare ? 1 : Int.random(in: 0...(setup.hosts.map(\.devices).max() ?? 0), using: &generator),
            share: isShare ? Ratio(thousandths: Int64.random(in: 1...999, using: &generator)) : nil,
            deviceMemory: chance(5) ? .gibibytes(Int64.random(in: 1...90, using: &generator)) : nil,
            model: chance(4) ? "H100" : nil,
            together: Demand.Together.allCases.randomElement(using: &generator) ?? .any,
            cores: Bool.random(using: &generator) ? nil : Int.random(in: 1...16, using: &generator),
            memory: Bool.random(using: &generator) ? nil : .gibibytes(Int64.random(in: 1...128, using: &generator)),
            licences: chance(4) ? ["solver": Int.random(in: 1...4, using: &generator)] : [:],
            span: seconds(1...20_000),
            priorityClass: Policy.defaultClasses.randomElement(using: &generator)?.id,
            isRequeued: Bool.random(using: &generator))
    }

    private mutating func randomCommunity() -> Community {
        var community = Community.random(using: &generator, devices: setup.hosts.reduce(0) { $0 + $1.devices })
        if var money {
            community.money = Int.random(in: 0..<4, using: &money) > 0 ? .random(using: &money) : nil
            self.money = money
        }
        return community
    }

    /// True once in so many times.
    private mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &generator) == 0 }

    private mutating func seconds(_ range: ClosedRange<Int64>) -> Span {
        .seconds(Int64.random(in: range, using: &generator))
    }
}
