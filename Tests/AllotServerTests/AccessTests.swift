import AllotAPI
import Foundation
import Policy
import Scheduling
import Testing
import Units

@testable import AllotServer

/// The table of who may what, and its picture in the documentation.
@Suite struct AccessTests {
    @Test func `every operation of the API is in the table, once, and nothing else`() {
        #expect(Access.table.map(\.operation.rawValue).sorted() == OpenAPI.operations.map(\.id).sorted())
    }

    @Test func `the documentation shows the table`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/access.md"), encoding: .utf8)
        let shown = text.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let rows = Access.table.map { row in
            let cells = Access.Capacity.allCases.map { row[$0] == .none ? "-" : "\(row[$0])" }
            return "| `\(row.operation.rawValue)` | \(cells.joined(separator: " | ")) |"
        }
        #expect(shown.map { String($0) } == rows)
    }

    @Test func `an auditor changes nothing, and nobody may less than a user`() {
        let reading = Set(OpenAPI.operations.filter { $0.method == .get }.map(\.id))
            .union(["previewPolicy", "quoteReservation", "simulate", "verifyAudit", "verifyInvoices"])
        for row in Access.table {
            for capacity in Access.Capacity.allCases { #expect(row[capacity] >= row.user, "\(row.operation)") }
            if !reading.contains(row.operation.rawValue) {
                #expect(row.auditor == row.user, "\(row.operation)")
            }
        }
    }

    @Test func `what somebody may do is what all that one is adds up to`() {
        var caller = Caller.user(7)
        #expect(caller.extent(of: .cancelReservation) == .own)
        #expect(caller.reaches(UserID(7), DepartmentID("a"), by: .cancelReservation))
        #expect(!caller.reaches(UserID(8), DepartmentID("a"), by: .cancelReservation))
        caller.subject.manages = [DepartmentID("a")]
        #expect(caller.reaches(UserID(8), DepartmentID("a"), by: .cancelReservation))
        #expect(!caller.reaches(UserID(8), DepartmentID("b"), by: .cancelReservation))
        #expect(caller.extent(of: .readLogs) == .own)
        caller.roles = [.auditor]
        #expect(caller.extent(of: .readLogs) == .all)
        #expect(caller.extent(of: .cancelReservation) == .department)
        #expect(caller.extent(of: .drain) == .none)
        caller.roles = [.admin]
        #expect(caller.extent(of: .drain) == .all)
    }
}
