import Foundation
import Policy
import Scheduling
import Storage
import Testing
import Units

@testable import AllotServer

@Suite struct JournalTests {
    static let active = Reservation.Active(
        grant: Grant(
            devices: DeviceSet([1, 3, 127]), cores: BitSet([0, 1, 2, 70]), numaNodes: BitSet([0, 5]),
            memory: .gibibytes(7)), startedAt: Timestamp(milliseconds: 5), endsAt: Timestamp(milliseconds: 3_600_005),
        weight: 3_109_375, isBorrowed: true)

    static let elsewhere: Reservation.Active = {
        var elsewhere = active
        elsewhere.grant.host = 3
        return elsewhere
    }()

    static func reservation(
        _ state: Reservation.State, kind: Reservation.Kind = .queued, windowHost: Int = 0
    ) -> Reservation {
        Reservation(
            id: ReservationID(7), owner: UserID(.max),
            account: Account(department: DepartmentID("a"), team: TeamID("b")),
            priorityClass: ClassID("standard"),
            demand: Demand(
                devices: 3, share: Ratio(thousandths: 125), deviceMemory: .gibibytes(9), model: "H\"1\\00\u{1F680}\n",
                together: .numa, cores: 4, memory: .gibibytes(7),
                licences: [Demand.Licence(name: "a \"b\"", count: 3)]),
            kind: kind, windowHost: windowHost, span: .hours(1), notBefore: Timestamp(milliseconds: 1),
            after: [ReservationID(1), ReservationID(2)],
            sharedWith: [UserID(0), UserID(1001)], hasCommand: true, isRequeued: true,
            submittedAt: Timestamp(milliseconds: 2),
            firstForecast: Timestamp(milliseconds: 3), forecast: Timestamp(milliseconds: 4), isFirm: true,
            preemptions: 1, requeuedAt: Timestamp(milliseconds: 5),
            approval: Reservation.Approval(until: Timestamp(milliseconds: 6), approver: .admin), holds: amounts,
            state: state)
    }

    static let amounts = [
        MonthAmount(month: Timestamp(milliseconds: -7), amount: Amount(microunits: 1)),
        MonthAmount(month: Timestamp(milliseconds: 8), amount: Amount(microunits: .max)),
    ]

    static let reasons: [EndReason] = [
        .expired, .cancelled(by: UserID(9)), .released(by: .root), .commandEnded(exitCode: -1), .failed, .missed,
        .deviceFailed, .restarted, .drained, .preempted(by: ReservationID(8), isReclaim: true),
        .preempted(by: ReservationID(8), isReclaim: false), .budget, .notApproved, .rejected(by: UserID(9)),
        .idle, .noShow,
    ]

    static let events: [Event] =
        [
            .submitted(reservation(.waiting)),
            .submitted(
                reservation(.waiting, kind: .window(start: Timestamp(milliseconds: 9), devices: DeviceSet([0])))),
            .submitted(
                reservation(
                    .waiting, kind: .window(start: Timestamp(milliseconds: 9), devices: DeviceSet()), windowHost: 2)),
            .slipped(ReservationID(7), start: Timestamp(milliseconds: 8), cause: .policy),
            .reassigned(ReservationID(7), account: Account(department: DepartmentID("b"), team: TeamID("t"))),
            .ending(
                ReservationID(7),
                Reservation.Ending(
                    at: Timestamp(milliseconds: 10), reason: .expired,
                    deviceTime: [
                        Reservation.Ending.Month(start: Timestamp(milliseconds: -7), amount: 5),
                        Reservation.Ending.Month(start: Timestamp(milliseconds: 8), amount: .max),
                    ], posts: amounts)),
            .held(ReservationID(7), amounts), .held(ReservationID(7), []),
            .approved(ReservationID(7), by: UserID(9), start: Timestamp(milliseconds: 8)),
            .approved(ReservationID(7), by: .root, start: nil),
            .budgetThreshold(DepartmentID("a"), month: Timestamp(milliseconds: 8), percent: 80),
            .firmed(ReservationID(7), start: Timestamp(milliseconds: 9)),
            .fairShareChanged(at: Timestamp(milliseconds: 5), halfLife: .days(3)),
            .moved(ReservationID(7), devices: DeviceSet([1, 127])),
            .requeued(ReservationID(7), at: Timestamp(milliseconds: 5)),
            .credited(ReservationID(7), Credit(from: Timestamp(milliseconds: 5), to: Timestamp(milliseconds: 6))),
            .drained(Drain(devices: DeviceSet([2]), from: Timestamp(milliseconds: 5), reason: "é \"loud\"")),
            .drained(
                Drain(
                    devices: DeviceSet(), isHost: true, from: Timestamp(milliseconds: 5),
                    until: Timestamp(milliseconds: 6), hasFailed: true)),
            .resumed(at: Timestamp(milliseconds: 5), devices: DeviceSet([3]), isHost: false),
            .resumed(at: Timestamp(milliseconds: 5), devices: DeviceSet(), isHost: true),
            .resumed(at: Timestamp(milliseconds: 5), devices: DeviceSet(), isHost: true, host: 4),
            .drained(Drain(host: 4, devices: DeviceSet([2]), from: Timestamp(milliseconds: 5))),
            .started(ReservationID(7), active), .started(ReservationID(7), elsewhere),
            .extended(ReservationID(7), span: .hours(2)),
            .ended(ReservationID(7), Reservation.Ended(active: nil, at: Timestamp(milliseconds: 1), reason: .missed)),
        ]
        + reasons.flatMap { reason -> [Event] in
            [
                .ending(ReservationID(7), Reservation.Ending(at: Timestamp(milliseconds: 6), reason: reason)),
                .ended(
                    ReservationID(7), Reservation.Ended(active: active, at: .init(milliseconds: 6), reason: reason)),
            ]
        }

    @Test(arguments: events)
    func `an event is read back as it was written`(event: Event) throws {
        let payload = EventRecord.payload(event)
        #expect(try EventRecord.event(kind: event.kind, payload: payload) == event)
        #expect((try? JSONSerialization.jsonObject(with: Data(payload))) != nil, "the payload is JSON")
    }

    @Test func `on the first host, nothing of hosts is written`() {
        for event in [
            Event.started(ReservationID(7), JournalTests.active), .submitted(JournalTests.reservation(.waiting)),
        ] {
            #expect(!String(decoding: EventRecord.payload(event), as: UTF8.self).lowercased().contains("host"))
        }
    }

    @Test(arguments: [
        Reservation.State.waiting, .active(active),
        .ending(active, Reservation.Ending(at: Timestamp(milliseconds: 7), reason: .expired)),
        .ended(Reservation.Ended(active: active, at: Timestamp(milliseconds: 7), reason: .failed)),
    ])
    func `a reservation is read back as it was written, in every state`(state: Reservation.State) throws {
        let reservation = JournalTests.reservation(state)
        #expect(try ReservationRecord.reservation(ReservationRecord.bytes(reservation)) == reservation)
    }

    @Test func `an event of a later version with fields that are not known is read`() throws {
        let payload = Array(#"{"id":7,"later":{"a":[1]},"start":5,"cause":"order"}"#.utf8)
        #expect(
            try EventRecord.event(kind: "reservation.slipped", payload: payload)
                == .slipped(ReservationID(7), start: Timestamp(milliseconds: 5), cause: .order))
    }

    @Test func `a payload that lacks a field is a fault, and an event of the daemon's own is none of the engine's`()
        throws
    {
        #expect(throws: (any Error).self) {
            try EventRecord.event(kind: "reservation.started", payload: Array(#"{"id":7}"#.utf8))
        }
        #expect(try EventRecord.event(kind: "daemon.started", payload: Array("{}".utf8)) == nil)
        let restart = Array(#"{"ended":["r-1"]}"#.utf8)
        #expect(try EventRecord.event(kind: "host.restarted", payload: restart) == nil)
    }
}
