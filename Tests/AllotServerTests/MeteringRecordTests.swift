import Chargeback
import Policy
import Scheduling
import Storage
import Testing
import Units

@testable import AllotServer

/// What metering and the books journal reads back as what it was.
@Suite struct MeteringRecordTests {
    static let events: [MeteringEvent] = [
        .inventory(
            MachineInventory(
                devices: [MachineInventory.Device(id: DeviceID("GPU-0"), model: "H100")], cores: 4, memory: 1024)),
        .gap(Gap(from: Timestamp(milliseconds: 1), to: Timestamp(milliseconds: 2), cause: .clock)),
        .cut(until: Timestamp(milliseconds: 3)),
        .sampled(
            ReservationID(7),
            UsageSample(
                from: Timestamp(milliseconds: 1), to: Timestamp(milliseconds: 9), used: DeviceSet([0, 100]),
                idle: DeviceSet([3]), processors: .idle)),
        .idle(ReservationID(7), since: Timestamp(milliseconds: 4), releasedAt: nil),
        .noShow(ReservationID(7), releasedAt: Timestamp(milliseconds: 5)),
        .attended(ReservationID(7), .extended),
        .unreserved(
            UnreservedUse(
                device: DeviceID("GPU-0"), user: UserID(1001), department: DepartmentID("vision"),
                from: Timestamp(milliseconds: 1), to: Timestamp(milliseconds: 5))),
    ]

    private static let adjustment = FinanceProposal.Adjustment(
        department: DepartmentID("lab"), team: nil, amount: Amount(microunits: -1_000_000),
        period: Period(of: CivilDate(daysSinceEpoch: 20_000)))
    private static let correction = FinanceProposal.Correction(
        sku: .device("H100"), from: Timestamp(milliseconds: 1), to: Timestamp(milliseconds: 2),
        perHour: Price(microunits: 7))
    private static let seal = ClosedPeriod.Seal(
        department: DepartmentID("lab"), number: "INV-2026-11-lab", total: Amount(microunits: 10_000), sha256: "00")

    static let decisions: [BooksEvent] = [
        .proposed(
            FinanceProposal(
                number: 1, what: .adjustment(adjustment), by: UserID(7), at: Timestamp(milliseconds: 1)),
            needsSecond: false),
        .proposed(
            FinanceProposal(
                number: 2, what: .correction(correction), by: UserID(7), at: Timestamp(milliseconds: 1)),
            needsSecond: true),
        .approved(2, by: UserID(8), at: Timestamp(milliseconds: 2)),
        .rejected(2, by: UserID(8), at: Timestamp(milliseconds: 2)),
        .closed(
            ClosedPeriod(
                period: adjustment.period, by: UserID(7), at: Timestamp(milliseconds: 3),
                versions: Invoice.Versions(policy: 1, rating: 1), invoices: [seal])),
        .exported(
            ExportNote(
                number: 1, period: adjustment.period, format: "csv", rows: 2, bytes: 3, sha256: "00", by: UserID(7),
                at: Timestamp(milliseconds: 4))),
    ]

    @Test(arguments: events)
    func `an event of metering`(_ event: MeteringEvent) throws {
        let entry = MeteringRecord.journaled(event, at: Timestamp(milliseconds: 9))
        #expect(try MeteringRecord.event(kind: entry.kind, payload: entry.payload) == event)
        #expect(entry.reservation == event.reservation)
    }

    @Test(arguments: decisions)
    func `a decision about money`(_ event: BooksEvent) throws {
        #expect(try BooksRecord.event(kind: event.kind, payload: BooksRecord.payload(event)) == event)
    }

    @Test func `others are none of theirs`() throws {
        #expect(try MeteringRecord.event(kind: "reservation.started", payload: []) == nil)
        #expect(try BooksRecord.event(kind: "policy.taken", payload: []) == nil)
    }
}
