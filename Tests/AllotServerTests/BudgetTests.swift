import AllotAPI
import Foundation
import Policy
import Scheduling
import Storage
import Testing
import Units

@testable import AllotServer

/// Budgets and approvals of requests over the API, and in the store.
@Suite struct BudgetTests {
    /// An hour of a device costs 2, the month 10; two devices need a yes.
    private static let policy = PolicyText(
        test: """
            version: 1
            departments:
              - id: lab
                name: Lab
                members: ["*"]
                budget: {perMonth: 10}
            priceBook:
              currency: EUR
              rates:
                - {sku: "gpu:NVIDIA A10", from: 2026-01-01, perHour: 2}
            approvals:
              requests:
                - {devicesOver: 1, approver: manager}
            """)

    private static func budget(_ server: TestServer, _ query: String = "") async throws -> BudgetView {
        let reply = try await server.get("/v1/budgets\(query)")
        #expect(reply.status == 200, "\(reply.text)")
        let page = try JSONDecoder().decode(Page<BudgetView>.self, from: Data(reply.body.utf8))
        #expect(page.items.count == 1)
        return try #require(page.items.first)
    }

    @Test func `a budget shows what is held, posted and left, and what does not fit is refused with the numbers`()
        async throws
    {
        try await withAPI(policy: Self.policy) { server, daemon in
            let quote = try await server.post("/v1/quotes", #"{"gpus":1,"durationSeconds":7200}"#)
            let holds = try JSONDecoder().decode(QuoteView.self, from: Data(quote.body.utf8)).holds
            #expect(
                holds == [BudgetHoldView(period: "2026-11", amount: "4.00", available: "10.00", currency: "EUR")])
            _ = try await server.post("/v1/reservations", #"{"gpus":1,"durationSeconds":7200}"#)
            daemon.time.advance(by: .hours(2))
            await daemon.broker.perform(.tick)
            _ = try await server.post("/v1/reservations", #"{"gpus":1,"durationSeconds":3600}"#)
            let budget = try await Self.budget(server)
            #expect(budget.department == "lab" && budget.period == "2026-11" && budget.limit == "10.00")
            #expect(budget.held == "2.00" && budget.posted == "4.00" && budget.available == "4.00")
            #expect(budget.announcedPercent == 50)
            let next = try await Self.budget(server, "?period=2026-12")
            #expect(next.held == "0.00" && next.from == budget.until)
            for wrong in ["2026-13", "2026", "x"] {
                #expect(try await server.get("/v1/budgets?period=\(wrong)").status == 422)
            }
            let refused = try await server.post("/v1/reservations", #"{"gpus":1,"durationSeconds":7201}"#)
            #expect(refused.status == 409 && refused.problem?.type == "/problems/budget-exhausted")
            #expect(refused.problem?.members["held"] == .text("2.00"))
            #expect(refused.problem?.members["asked"] == .text("4.000556"))
            let events = try await server.all("/v1/events?follow=false")
            #expect(events.contains("event: budget.threshold"))
        }
    }

    @Test func `a request that needs a yes waits for it, and is answered by somebody else`() async throws {
        try await withAPI(policy: Self.policy) { server, daemon in
            _ = await daemon.submit(Request(devices: 2, span: .hours(1)), by: 4711)
            _ = await daemon.submit(Request(devices: 2, span: .minutes(10)), by: 4711)
            let mine = try await server.post("/v1/reservations", #"{"gpus":2,"durationSeconds":60}"#)
            #expect(mine.body.contains(#""state":"awaitingApproval""#) && mine.body.contains(#""approver":"manager""#))
            let isAdmin = geteuid() == 0
            let own = try await server.post("/v1/reservations/r-3/approve", "{}")
            #expect(own.problem?.type == "/problems/\(isAdmin ? "own-request" : "forbidden")")
            let approved = try await server.post("/v1/reservations/r-1/approve", #"{"reason":"agreed"}"#)
            #expect(approved.status == (isAdmin ? 200 : 403), "\(approved.text)")
            guard isAdmin else { return }
            #expect(approved.body.contains(#""state":"active""#))
            let again = try await server.post("/v1/reservations/r-1/approve", "{}")
            #expect(again.problem?.type == "/problems/not-awaiting-approval")
            let explanation = try await server.get("/v1/reservations/r-2/explanation")
            #expect(explanation.body.contains(#""kind":"approval""#))
            #expect(try await server.post("/v1/reservations/r-2/reject", "{}").status == 422, "it needs a reason")
            let rejected = try await server.post("/v1/reservations/r-2/reject", #"{"reason":"not now"}"#)
            #expect(rejected.status == 200 && rejected.body.contains(#""endReason":"rejected""#))
        }
    }

    @Test func `what has been posted is there after a restart, and is held to the journal`() async throws {
        let folder = try TemporaryFolder()
        let first = try await TestDaemon(folder: folder.path, policy: Self.policy)
        _ = await first.submit(Request(devices: 1, span: .hours(1)))
        _ = await first.submit(Request(devices: 1, span: .hours(3)))
        first.time.advance(by: .hours(1))
        await first.broker.perform(.tick)
        let before = await first.broker.snapshot().engine.state
        let month = try #require(before.budgets.months(of: DepartmentID("lab")).first)
        #expect(before.budgets.posted(to: DepartmentID("lab"), in: month) == Amount(microunits: 2_000_000))
        #expect(before.budgets.held(of: DepartmentID("lab"), in: month) == Amount(microunits: 6_000_000))
        await first.close()
        let second = try await TestDaemon(folder: folder.path, time: first.time, policy: Self.policy)
        #expect(await second.broker.snapshot().engine.state == before)
        await second.close()
        let state = folder.path + "/state"
        #expect(try JournalCheck.run(folder: state, anchor: nil).live == 2)
        let store = try Store(folder: state, diskReserve: 0)
        let wrong = BudgetLedger(periods: [DepartmentID("lab"): [month: BudgetLedger.Period(posted: .zero)]])
        try store.commit(Batch(documents: [BudgetsRecord.name: BudgetsRecord.bytes(wrong)]))
        try store.close()
        #expect(throws: JournalCheck.Fault.budgets) { try JournalCheck.run(folder: state, anchor: nil) }
    }
}
