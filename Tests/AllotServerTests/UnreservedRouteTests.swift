import AllotAPI
import Chargeback
import Foundation
import Policy
import Scheduling
import Storage
import Testing
import Units

@testable import AllotServer

/// What is listed of use without a reservation, and to whom.
@Suite struct UnreservedRouteTests {
    private static let policy = PolicyText(
        test: """
            version: 1
            departments:
              - {id: lab, members: ["*"]}
            """)

    private func note(_ daemon: TestDaemon, user: UInt32, department: String?, minutes: Int64) async {
        let to = daemon.time.now
        let use = UnreservedUse(
            device: DeviceID("GPU-1"), user: UserID(user), department: department.map { DepartmentID($0) },
            from: to - .minutes(minutes), to: to)
        await daemon.broker.meter(.unreserved(use))
    }

    @Test func `root sees all, by department, user and day, and what is no parameter is refused`() async throws {
        try await withAPI(policy: Self.policy) { server, daemon in
            await note(daemon, user: 4_000_001, department: "lab", minutes: 5)
            daemon.time.advance(by: .hours(1))
            await note(daemon, user: 4_000_002, department: nil, minutes: 7)
            let items = { (query: String) async throws -> [String] in
                let reply = try await server.get("/v1/usage/unreserved?period=2026-11\(query)")
                #expect(reply.status == 200, "\(reply.text)")
                let page = try JSONDecoder().decode(Page<Found>.self, from: Data(reply.body.utf8))
                return page.items.map { "\($0.device) \($0.uid) \($0.department ?? "-")" }
            }
            let (first, second) = ("GPU-1 4000001 lab", "GPU-1 4000002 -")
            #expect(try await items("") == [second, first])
            #expect(try await items("&department=lab") == [first])
            #expect(try await items("&user=4000002") == [second])
            let later = try await server.get("/v1/usage/unreserved?from=2026-12-01&to=2026-12-05")
            #expect(later.status == 200 && !later.body.contains("GPU-1"))
            #expect(try await server.get("/v1/usage/unreserved?by=user").status == 422)
        }
    }

    @Test func `an event of it names a user who has reserved nothing`() async throws {
        try await withAPI(policy: Self.policy) { server, daemon in
            await note(daemon, user: 0, department: "lab", minutes: 5)
            let reply = try await server.get("/v1/events?follow=false")
            #expect(reply.status == 200)
            let told = reply.body.split(separator: "\n").filter { $0.contains("GPU-1") && $0.contains("\"user\"") }
            #expect(told.count == 1 && told[0].contains("\"user\":\"root\""), "\(reply.body)")
        }
    }

    private struct Found: Codable, Sendable {
        var device: String
        var uid: UInt32
        var department: String?
    }
}
