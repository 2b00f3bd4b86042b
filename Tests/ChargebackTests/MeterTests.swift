import Policy
import Scheduling
import Testing
import Units

@testable import Chargeback

/// What is metered of a stint, and how it is cut.
@Suite struct MeterTests {
    private static let start = Metered.time("2026-10-05T12:00:00+02:00")
    private static let hour: Int64 = 3_600_000

    private func harness(_ policy: Policy? = nil, at time: Timestamp = start) throws -> MeterHarness {
        MeterHarness(host: Metered.host(), policy: try policy ?? Metered.policy(), at: time - .hours(1))
    }

    private func h100(_ span: Span, count: Int = 1, priority: String? = nil) -> Request {
        Request(
            devices: count, model: "H100", cores: 4, memory: .gibibytes(3), licences: ["solver": 2], span: span,
            priorityClass: priority.map { ClassID($0) })
    }

    @Test func `a stint is metered by SKU, for its owner's account, at the prices that hold`() throws {
        var machine = try harness()
        machine.perform(.submit(h100(.hours(2)), by: Metered.ada), at: Self.start)
        #expect(machine.records.isEmpty)
        machine.perform(.tick, at: Self.start + .hours(2))
        #expect(machine.records.isEmpty, "nothing is settled before it has stopped")
        machine.perform(.stopped(ReservationID(1)), at: Self.start + .hours(2) + .minutes(3))
        #expect(machine.records.map(\.number) == [1, 2, 3, 4])
        #expect(
            machine.records.map { "\($0.tariff.sku)" } == ["gpu:H100", "cpu", "memory", "licence:solver"])
        #expect(
            machine.records.map(\.quantity)
                == [1000 * 2 * Self.hour, 4 * 2 * Self.hour, 3 * 1024 * 2 * Self.hour, 2 * 2 * Self.hour])
        #expect(
            machine.records.map { $0.amount?.description }
                == ["5.000000000000", "0.160000000000", "0.018000000000", "1.600000000000"])
        let device = try #require(machine.records.first)
        #expect(device.department == DepartmentID("vision") && device.team == TeamID("perception"))
        #expect(device.user == Metered.ada.user && device.devices.count == 1)
        #expect(device.tariff.state == .unmeasured && device.tariff.rate?.version == 1)
        // The three minutes that it took to stop are nobody's.
        #expect(device.to == Self.start + .hours(2))
    }

    @Test func `days, windows and prices cut it, also where clocks are set`() throws {
        // From Saturday's noon to Sunday's, when clocks go back at 3:00: 25 hours.
        let noon = Metered.time("2026-10-24T12:00:00+02:00")
        var machine = try harness(try Metered.policy(replacing: "2026-10-15", with: "2026-12-01"), at: noon)
        machine.perform(.submit(Request(devices: 1, model: "H100", span: .hours(25)), by: Metered.ada), at: noon)
        machine.perform(.tick, at: noon + .hours(25))
        machine.stopAll(at: noon + .hours(25))
        let device = machine.records.filter { $0.tariff.sku == .device("H100") }
        #expect(
            device.map { "\($0.day.day) \(($0.to - $0.from).duration) \($0.tariff.rate?.window ?? "day")" }
                == ["24 10h day", "24 2h night", "25 7h night", "25 6h day"])
        #expect(device.map { $0.amount?.description.prefix(5) } == ["25.00", "3.000", "10.50", "15.00"])
    }

    @Test func `a part of a device is a part of its time, and a device without a price is unrated`() throws {
        var machine = try harness(try Metered.policy(replacing: "gpu:L4", with: "gpu:L40"))
        let half = Request(devices: 1, share: Ratio(thousandths: 500), model: "L4", cores: 1, span: .hours(1))
        machine.perform(.submit(half, by: Metered.bob), at: Self.start)
        machine.perform(.release(ReservationID(1), by: Metered.bob), at: Self.start + .minutes(30))
        machine.stopAll(at: Self.start + .minutes(30))
        let device = try #require(machine.records.first { $0.tariff.sku == .device("L4") })
        #expect(device.quantity == 500 * Self.hour / 2)
        #expect(device.tariff.rate == nil && device.amount == nil && device.team == nil)
    }

    @Test func `a sample splits a stint by device and state; what nobody looked at stays unmeasured`() throws {
        var machine = try harness()
        machine.perform(.submit(h100(.hours(4), count: 2), by: Metered.ada), at: Self.start)
        let sample = UsageSample(
            from: Self.start + .hours(1), to: Self.start + .hours(2), used: DeviceSet([0]), idle: DeviceSet([2]),
            processors: .idle)
        machine.metering(.sampled(ReservationID(1), sample), at: Self.start + .hours(2))
        #expect(machine.misfits == 0)
        let devices = machine.records.filter { $0.tariff.sku == .device("H100") }
        #expect(devices.map(\.tariff.state) == [.unmeasured, .used, .idle])
        #expect(devices.map { Array($0.devices) } == [[0, 2], [0], [2]])
        #expect(devices.map(\.tariff.factor.thousandths) == [1000, 1000, 400])
        let cores = machine.records.filter { $0.tariff.sku == .core }
        #expect(cores.map(\.tariff.state) == [.unmeasured, .idle])
        // One that reaches back says nothing of what is metered, and one behind the end nothing of what is not held.
        machine.perform(.release(ReservationID(1), by: Metered.ada), at: Self.start + .hours(3))
        let late = UsageSample(from: Self.start, to: Self.start + .hours(9), used: DeviceSet([0, 2]))
        machine.metering(.sampled(ReservationID(1), late), at: Self.start + .hours(3))
        #expect(machine.misfits == 0)
        let last = try #require(machine.records.last { $0.tariff.sku == .device("H100") })
        #expect(last.from == Self.start + .hours(2) && last.to == Self.start + .hours(3))
        #expect(last.tariff.state == .used)
        let made = machine.records.count
        machine.stopAll(at: Self.start + .hours(3))
        #expect(machine.records.count == made, "all of it was metered")
        machine.metering(.sampled(ReservationID(1), late), at: Self.start + .hours(4))
        #expect(machine.misfits == 1)
    }

    @Test func `time that nobody vouches for is degraded, and costs what the policy says`() throws {
        var machine = try harness()
        machine.perform(.submit(h100(.days(2)), by: Metered.ada), at: Self.start)
        machine.restart()
        let gap = Gap(from: Self.start + .hours(2), to: Self.start + .hours(26), cause: .stopped)
        machine.metering(.gap(gap), at: gap.to)
        #expect(machine.misfits == 0)
        machine.restart()
        machine.perform(.release(ReservationID(1), by: Metered.ada), at: Self.start + .hours(27))
        machine.stopAll(at: Self.start + .hours(27))
        let devices = machine.records.filter { $0.tariff.sku == .device("H100") }
        var byState: [UsageState: Int64] = [:]
        for record in devices { byState[record.tariff.state, default: 0] += record.quantity }
        #expect(byState == [.unmeasured: 3 * 1000 * Self.hour, .degraded: 24 * 1000 * Self.hour])
        #expect(devices.filter { $0.tariff.state == .degraded }.allSatisfy { $0.amount == .zero })
        #expect(machine.meter.gaps.isEmpty || machine.meter.hasStints == false)
    }

    @Test func `a gap in which nothing ran is nobody's`() throws {
        var machine = try harness()
        machine.metering(.gap(Gap(from: Self.start - .hours(1), to: Self.start, cause: .clock)), at: Self.start)
        #expect(machine.misfits == 0)
        #expect(machine.meter.gaps.isEmpty)
        let empty = Gap(from: Self.start, to: Self.start, cause: .clock)
        machine.metering(.gap(empty), at: Self.start)
        #expect(machine.misfits == 1)
    }

    @Test func `what nobody came for is charged by the rule`() throws {
        var machine = try harness()
        machine.perform(.submit(h100(.hours(4)), by: Metered.ada), at: Self.start)
        machine.metering(.noShow(ReservationID(1), releasedAt: nil), at: Self.start + .minutes(30))
        #expect(machine.misfits == 0)
        machine.perform(.unattended(ReservationID(1), .noShow), at: Self.start + .minutes(30))
        machine.stopAll(at: Self.start + .minutes(30))
        let device = try #require(machine.records.first)
        #expect(device.tariff.state == .noShow && device.tariff.factor == Ratio(thousandths: 800))
        // Half an hour at 2.50 times 0.8.
        #expect(device.amount?.description == "1.000000000000")
        #expect(machine.engine.concluded.first.map { $0.state } != nil)
    }

    @Test(arguments: [
        (MeteringEvent.Attended.used, UsageState.unmeasured), (.extended, .unmeasured), (.policy, .noShow),
    ])
    func `who comes late is charged as everybody from then on`(why: MeteringEvent.Attended, state: UsageState) throws {
        var machine = try harness()
        machine.perform(.submit(h100(.hours(4)), by: Metered.ada), at: Self.start)
        machine.metering(.noShow(ReservationID(1), releasedAt: nil), at: Self.start + .minutes(30))
        let nothing = UsageSample(from: Self.start, to: Self.start + .hours(1), idle: DeviceSet([0]))
        machine.metering(.sampled(ReservationID(1), nothing), at: Self.start + .hours(1))
        machine.metering(.attended(ReservationID(1), why), at: Self.start + .hours(1))
        machine.perform(.tick, at: Self.start + .hours(4))
        machine.stopAll(at: Self.start + .hours(4))
        #expect(machine.misfits == 0)
        let devices = machine.records.filter { !$0.devices.isEmpty }
        #expect(devices.map(\.tariff.state) == [.noShow, state])
        #expect(devices.last?.from == Self.start + .hours(1))
    }

    @Test func `use without a reservation is nobody's charge`() throws {
        var machine = try harness()
        let use = { (to: Timestamp) in
            MeteringEvent.unreserved(
                UnreservedUse(device: DeviceID("GPU-0"), user: UserID(7), department: nil, from: Self.start, to: to))
        }
        machine.metering(use(Self.start + .hours(1)), at: Self.start + .hours(1))
        #expect(machine.records.isEmpty && machine.misfits == 0)
        machine.metering(use(Self.start), at: Self.start + .hours(1))
        #expect(machine.misfits == 1)
    }

    @Test func `a run that failed is credited whole, over days that were metered before`() throws {
        var machine = try harness()
        machine.perform(.submit(h100(.days(3)), by: Metered.ada), at: Self.start)
        machine.metering(.cut(until: Metered.time("2026-10-06T00:00:00+02:00")), at: Self.start + .hours(13))
        #expect(!machine.records.isEmpty)
        machine.restart()
        let drain = DrainRequest(devices: DeviceSet([0]), hasFailed: true, reason: "XID 79")
        machine.perform(.drain(drain, by: Metered.admin), at: Self.start + .hours(20))
        machine.restart()
        machine.stopAll(at: Self.start + .hours(20))
        let credits = machine.records.filter { $0.tariff.entry == .credit }
        let usage = machine.records.filter { $0.tariff.entry == .usage }
        #expect(credits.count == usage.count)
        #expect(Set(credits.compactMap(\.original)) == Set(usage.map(\.number)))
        let sum = machine.records.reduce(ExactAmount.zero) { $0 + ($1.amount ?? .zero) }
        #expect(sum == .zero && usage.contains { ($0.amount ?? .zero) > .zero })
        #expect(credits.allSatisfy { $0.day == CivilDate("2026-10-06") })
    }

    @Test func `a run that gave way gets back the policy's part`() throws {
        var machine = MeterHarness(
            host: Metered.host(devices: 1), policy: try Metered.policy(), at: Self.start - .hours(1))
        machine.perform(
            .submit(Request(devices: 1, span: .hours(8), priorityClass: ClassID("best-effort")), by: Metered.ada),
            at: Self.start)
        machine.perform(
            .submit(Request(devices: 1, span: .hours(1), priorityClass: ClassID("production")), by: Metered.bob),
            at: Self.start + .hours(2))
        machine.perform(
            .adopt(machine.engine.beginPass().makePlan(at: Self.start + .hours(2))), at: Self.start + .hours(2))
        machine.perform(.tick, at: Self.start + .hours(2))
        machine.stopAll(at: Self.start + .hours(2) + .minutes(1))
        let credits = machine.records.filter { $0.tariff.entry == .credit }
        #expect(!credits.isEmpty && credits.allSatisfy { $0.tariff.part == Ratio(thousandths: 250) })
        let device = try #require(credits.first { $0.tariff.sku == .device("H100") })
        // A quarter of two hours at 2.50 times the class's 0.5.
        #expect(device.amount?.description == "-0.625000000000")
        #expect(machine.engine.state.reservations[ReservationID(1)]?.preemptions == 1)
    }

    @Test func `what ran before the policy changed is rated by the terms that held`() throws {
        var machine = try harness()
        machine.perform(.submit(h100(.hours(4), priority: "production"), by: Metered.ada), at: Self.start)
        let dearer = try Metered.policy(replacing: "priceMultiplier: 1.5", with: "priceMultiplier: 3")
        machine.change(to: dearer, at: Self.start + .hours(1))
        machine.perform(.release(ReservationID(1), by: Metered.ada), at: Self.start + .hours(2))
        machine.stopAll(at: Self.start + .hours(2))
        let devices = machine.records.filter { $0.tariff.sku == .device("H100") }
        #expect(devices.map { $0.amount?.description } == ["3.750000000000", "7.500000000000"])
    }

    @Test func `a cut does not go back, and days that nobody metered are cut at once`() throws {
        var machine = try harness()
        machine.perform(.submit(h100(.days(5)), by: Metered.ada), at: Self.start)
        let third = Metered.time("2026-10-08T00:00:00+02:00")
        machine.metering(.cut(until: third), at: third + .minutes(5))
        #expect(machine.misfits == 0)
        machine.metering(.cut(until: third - .days(1)), at: third + .minutes(6))
        #expect(machine.misfits == 1)
        let devices = machine.records.filter { $0.tariff.sku == .device("H100") }
        #expect(Set(devices.map(\.day.day)) == [5, 6, 7])
        #expect(machine.meter.unsettled(before: third).isEmpty)
        #expect(machine.meter.unsettled(before: third + .hours(1)) == [ReservationID(1)])
    }
}
