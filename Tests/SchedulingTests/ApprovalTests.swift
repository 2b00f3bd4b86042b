import Policy
import Scheduling
import Testing
import Units

/// Requests that wait for somebody else's yes.
@Suite struct ApprovalTests {
    private static let department = DepartmentID("default")
    private static let manager = Subject(
        user: UserID(50), accounts: [Account(department: department, team: nil)], isAdmin: false,
        manages: [department])

    private func engine(_ rules: [RequestRule], hold: Span = .hours(4)) -> Engine {
        var policy = Policy.unconfigured
        policy.approvals.requests = rules
        policy.approvals.requestHold = hold
        policy.priceBook = PriceBook(
            currency: "EUR",
            rates: [
                Rate(
                    sku: .device("NVIDIA H100 80GB HBM3"), from: Timestamp(milliseconds: 0),
                    perHour: Price(microunits: 2_000_000))
            ])
        return Engine(host: .sample(devices: 8), policy: policy, time: .monday)
    }

    private func request(_ devices: Int, hours: Int64 = 1, at: Timestamp? = nil, class id: String? = nil) -> Request {
        Request(
            devices: devices, cores: 1, memory: .gibibytes(1), span: .hours(hours), at: at,
            priorityClass: id.map { ClassID($0) })
    }

    private func approval(_ engine: Engine, _ number: Int64 = 1) -> Reservation.Approval? {
        engine.state.reservations[ReservationID(number)]?.approval
    }

    @Test func `a rule holds for what fulfils all that it names`() throws {
        let price = Amount(microunits: 20_000_000)
        let table: [(RequestRule, Request, Bool)] = [
            (RequestRule(devicesOver: 4), request(5), true), (RequestRule(devicesOver: 4), request(4), false),
            (RequestRule(priorityClass: ClassID("production")), request(1, class: "production"), true),
            (RequestRule(priorityClass: ClassID("production")), request(1), false),
            (RequestRule(priceOver: price), request(2, hours: 6), true),
            (RequestRule(priceOver: price), request(2, hours: 5), false),
            (RequestRule(devicesOver: 1, priceOver: price), request(1, hours: 20), false),
            (RequestRule(devicesOver: 1, priceOver: price), request(2, hours: 20), true),
        ]
        for (rule, request, matches) in table {
            var engine = engine([rule])
            _ = try engine.perform(.submit(request, by: .user(1)), at: .monday)
            #expect((approval(engine) != nil) == matches, "\(rule), \(request.devices) devices for \(request.span)")
        }
    }

    @Test func `it is not started, planned or counted on until there is a yes, and starts then`() throws {
        var engine = engine([RequestRule(devicesOver: 4)])
        let events = try engine.perform(.submit(request(8), by: .user(1)), at: .monday)
        #expect(events.count == 1 && engine.placement(of: ReservationID(1)) == nil)
        #expect(!engine.needsPass && engine.nextDue == .monday + .hours(4))
        // Nobody stands back for it.
        let other = try engine.perform(.submit(request(2), by: .user(2)), at: .monday)
        #expect(other.first?.told == nil)
        _ = try engine.perform(.cancel(ReservationID(2), by: .user(2)), at: .monday)
        _ = try engine.perform(.stopped(ReservationID(2)), at: .monday)
        let approved = try engine.perform(.approve(ReservationID(1), by: Self.manager), at: .monday + .minutes(5))
        #expect(approved.map(\.kind) == ["reservation.approved", "reservation.started"])
    }

    @Test func `one that has to wait for its place after the yes is told of it`() throws {
        var engine = engine([RequestRule(devicesOver: 4)])
        _ = try engine.perform(.submit(request(4, hours: 3), by: .user(2)), at: .monday)
        _ = try engine.perform(.submit(request(8), by: .user(1)), at: .monday)
        let events = try engine.perform(.approve(ReservationID(2), by: .admin), at: .monday)
        #expect(events == [.approved(ReservationID(2), by: .root, start: .monday + .hours(3))])
        #expect(engine.state.reservations[ReservationID(2)]?.firstForecast == .monday + .hours(3))
    }

    @Test func `a window is kept for it, and given back when nobody says yes in time`() throws {
        var engine = engine([RequestRule(devicesOver: 4)])
        let start = Timestamp.monday + .hours(10)
        _ = try engine.perform(.submit(request(8, at: start), by: .user(1)), at: .monday)
        #expect(throws: Rejection.self) {
            try engine.perform(.submit(request(1, at: start), by: .user(2)), at: .monday)
        }
        let events = try engine.perform(.tick, at: .monday + .hours(4))
        #expect(
            events == [
                .ended(
                    ReservationID(1),
                    Reservation.Ended(active: nil, at: .monday + .hours(4), reason: .notApproved))
            ])
        _ = try engine.perform(.submit(request(1, at: start), by: .user(2)), at: .monday + .hours(4))
    }

    @Test func `a window that begins without its yes waits for it, and is over at its end`() throws {
        for isApproved in [true, false] {
            var engine = engine([RequestRule(devicesOver: 4)], hold: .days(1))
            let start = Timestamp.monday + .hours(1)
            _ = try engine.perform(.submit(request(8, hours: 2, at: start), by: .user(1)), at: .monday)
            #expect(try engine.perform(.tick, at: start).isEmpty)
            if isApproved {
                let events = try engine.perform(.approve(ReservationID(1), by: .admin), at: start + .hours(1))
                guard case .started(_, let active) = events.last else {
                    Issue.record("it starts: \(events)")
                    continue
                }
                #expect(active.endsAt == start + .hours(2))
            } else {
                let ended = Reservation.Ended(active: nil, at: start + .hours(2), reason: .notApproved)
                _ = try engine.perform(.tick, at: start + .hours(2))
                #expect(
                    try engine.perform(.tick, at: .monday + .days(1)) == [.ended(ReservationID(1), ended)]
                        || engine.state.reservations.isEmpty)
            }
        }
    }

    @Test func `only an approver says yes or no, and never for what was asked for by oneself`() throws {
        let id = ReservationID(1)
        for approver in RequestRule.Approver.allCases {
            var engine = engine([RequestRule(devicesOver: 0, approver: approver)])
            _ = try engine.perform(.submit(request(1), by: .user(50)), at: .monday)
            _ = try engine.perform(.submit(request(1), by: .admin), at: .monday)
            var elsewhere = Self.manager
            elsewhere.manages = [DepartmentID("other")]
            for subject in [Subject.user(2), elsewhere] {
                #expect(throws: Rejection.notApprover(ReservationID(2), Self.department, approver)) {
                    try engine.perform(.approve(ReservationID(2), by: subject), at: .monday)
                }
            }
            #expect(throws: Rejection.ownRequest(ReservationID(2))) {
                try engine.perform(.reject(ReservationID(2), by: .admin), at: .monday)
            }
            let own: Rejection =
                approver == .manager ? .ownRequest(id) : .notApprover(id, Self.department, .admin)
            #expect(throws: own) { try engine.perform(.approve(id, by: Self.manager), at: .monday) }
            let rejected = try engine.perform(.reject(id, by: .admin), at: .monday)
            #expect(
                rejected == [
                    .ended(id, Reservation.Ended(active: nil, at: .monday, reason: .rejected(by: .root)))
                ])
            #expect(throws: Rejection.alreadyEnded(id)) {
                try engine.perform(.approve(id, by: .admin), at: .monday)
            }
        }
    }

    @Test func `what needs no yes takes none, and what waits for one can only be cancelled`() throws {
        var engine = engine([RequestRule(devicesOver: 4)])
        _ = try engine.perform(.submit(request(1), by: .user(1)), at: .monday)
        #expect(throws: Rejection.notAwaitingApproval(ReservationID(1))) {
            try engine.perform(.approve(ReservationID(1), by: .admin), at: .monday)
        }
        _ = try engine.perform(.submit(request(5), by: .user(1)), at: .monday)
        #expect(throws: Rejection.awaitsApproval(ReservationID(2))) {
            try engine.perform(.extend(ReservationID(2), by: .hours(1), subject: .user(1)), at: .monday)
        }
        _ = try engine.perform(.cancel(ReservationID(2), by: .user(1)), at: .monday)
        #expect(engine.nextDue == .monday + .hours(1))
    }

    @Test func `what needs a yes is not had by extending it bit by bit`() throws {
        var engine = engine([RequestRule(priceOver: Amount(microunits: 10_000_000))])
        _ = try engine.perform(.submit(request(1, hours: 4), by: .user(1)), at: .monday)
        let id = ReservationID(1)
        _ = try engine.perform(.extend(id, by: .hours(1), subject: .user(1)), at: .monday)
        #expect(throws: Rejection.notApprover(id, Self.department, .manager)) {
            try engine.perform(.extend(id, by: .hours(1), subject: .user(1)), at: .monday)
        }
        _ = try engine.perform(.extend(id, by: .hours(1), subject: .admin), at: .monday)
        #expect(engine.state.reservations[id]?.span == .hours(6))
    }

    @Test func `one that waits for another's end is planned behind the latest that can be`() throws {
        var engine = engine([RequestRule(devicesOver: 4)])
        _ = try engine.perform(.submit(request(8, hours: 2), by: .user(1)), at: .monday)
        var behind = request(1)
        behind.after = [ReservationID(1)]
        let events = try engine.perform(.submit(behind, by: .user(1)), at: .monday)
        #expect(events.first?.told == .monday + .hours(6))
        _ = engine.beginPass()
        #expect(engine.makePlan(at: .monday).time == .monday)
    }

    @Test func `it says what it waits for, also after a restart`() throws {
        var engine = engine([RequestRule(devicesOver: 4)])
        _ = try engine.perform(.submit(request(8), by: .user(1)), at: .monday)
        let approval = Reservation.Approval(until: .monday + .hours(4), approver: .manager)
        let again = Engine(host: .sample(devices: 8), policy: engine.policy, state: engine.state, time: .monday)
        for engine in [engine, again] {
            let explanation = try engine.explain(ReservationID(1), at: .monday)
            #expect(explanation.start == nil && explanation.blockers == [.approval(approval)])
            #expect(engine.nextDue == .monday + .hours(4))
        }
        let quote = try engine.quote(request(8), by: .user(1), at: .monday)
        #expect(quote.approval == approval && quote.start == .monday)
    }
}
