import AllotAPI
import FakeDaemon
import Foundation
import Testing
import Units

@testable import allot

@Suite(
    "Budgets and approvals on the command line", .enabled(if: BuiltProgram.path != nil, "allot is not built"))
struct BudgetCommandTests {
    private static let budget = BudgetView(
        department: "physics", period: "2026-11", from: DateTime(Timestamp(milliseconds: 1_793_491_200_000)),
        until: DateTime(Timestamp(milliseconds: 1_796_083_200_000)), currency: "EUR", limit: "500.00", isHard: true,
        held: "120.50", posted: "300.00", available: "79.50", forecast: "610.25", announcedPercent: 80)

    @Test("Budgets are shown as table, CSV and JSON, of the month that is asked for")
    func budgets() async throws {
        let page = try JSONEncoder().encode(Page(items: [Self.budget]))
        try await FakeDaemon.run { request, responder in
            #expect(request.path.hasPrefix("/v1/budgets?"))
            try await responder.reply(String(decoding: page, as: UTF8.self))
        } _: { (daemon) async throws in
            let table = try await BuiltProgram.run(daemon, "budget", "--period", "2026-11")
            #expect(table.code == 0 && daemon.requests.last?.path.contains("period=2026-11") == true)
            for word in ["physics", "500.00", "120.50", "300.00", "79.50"] { #expect(table.output.contains(word)) }
            let csv = try await BuiltProgram.run(daemon, "budget", "--output", "csv")
            let lines = csv.output.split(separator: "\r\n")
            #expect(lines.first?.hasPrefix("department,period,limit,held,posted,available,forecast,currency") == true)
            #expect(lines.last?.hasPrefix("physics,2026-11,500.00,120.50,300.00,79.50,610.25,EUR") == true)
            let json = try await BuiltProgram.run(daemon, "budget", "--output", "json")
            let read = try JSONDecoder().decode(Page<BudgetView>.self, from: Data(json.output.utf8))
            #expect(read.items == [Self.budget])
        }
    }

    @Test("A yes and a no go to their paths, and a no needs a reason")
    func answers() async throws {
        try await FakeDaemon.run { _, responder in
            try await responder.reply(Sample.json(Sample.reservation(7)))
        } _: { (daemon) async throws in
            let approved = try await BuiltProgram.run(daemon, "approve", "r-7", "--reason", "agreed")
            #expect(approved.code == 0 && daemon.requests.last?.path == "/v1/reservations/r-7/approve")
            #expect(try await BuiltProgram.run(daemon, "reject", "r-7").code == 64)
            let rejected = try await BuiltProgram.run(daemon, "reject", "r-7", "--reason", "not now")
            #expect(rejected.code == 0 && daemon.requests.last?.path == "/v1/reservations/r-7/reject")
        }
    }

    @Test("A card says whose yes is missing, and until when")
    func card() {
        var view = Sample.reservation(7, .awaitingApproval)
        view.approver = .manager
        let lines = view.card(Sample.style())
        #expect(lines.contains { $0.label == "State" && $0.value == "waiting for approval" })
        #expect(lines.contains { $0.label == "Needs the yes of" && $0.value.contains("manager") })
        #expect(lines.contains { $0.label == "Without it ends" })
    }
}
