import AllotAPI
import Scheduling
import Storage
import Testing
import Units

@testable import AllotServer

/// Drains: what a device's health is, who is told, and what health says of it.
@Suite struct DrainTests {
    private func devices(_ server: TestServer) async throws -> [DeviceView] {
        let body = try await server.get("/v1/devices").body
        return try JSONBody.decode(Page<DeviceView>.self, from: .init(string: body), limits: JSONLimits()).items
    }

    private func drain(_ body: String, on daemon: TestDaemon) async {
        let admin = Subject(user: .root, accounts: [], isAdmin: true)
        let request = Scheduling.DrainRequest(
            devices: DeviceSet([0]), from: body == "later" ? daemon.time.now + .hours(1) : nil,
            hasFailed: body == "failed", reason: body)
        _ = await daemon.broker.perform(
            Call(command: .drain(request, by: admin), actor: .root, render: { _ in Reply(status: 200, body: []) }))
    }

    private func resume(on daemon: TestDaemon) async {
        let admin = Subject(user: .root, accounts: [], isAdmin: true)
        _ = await daemon.broker.perform(
            Call(
                command: .resume(DeviceSet([0]), by: admin), actor: .root, render: { _ in Reply(status: 200, body: []) }
            ))
    }

    @Test func `a drained device is draining while it is held, then drained, and healthy again`() async throws {
        try await withAPI { server, daemon in
            #expect(try await devices(server).map(\.health) == [.healthy, .healthy])
            _ = try await server.post("/v1/reservations", #"{"gpus": 2, "cpus": 1, "durationSeconds": 3600}"#)
            await drain("fan", on: daemon)
            var first = try await devices(server)[0]
            #expect(first.health == .draining && first.state == .held && first.healthReason == "fan")
            #expect(first.drainsFrom == nil)
            _ = try await server.post("/v1/reservations/r-1/release", "{}")
            while try await devices(server)[0].state == .held { await Task.yield() }
            first = try await devices(server)[0]
            #expect(first.health == .drained && first.state == .drained)
            let health = await daemon.api.health()
            #expect(health.status == .ok && health.remarks == ["device GPU-0 (NVIDIA A10) is drained: fan"])
            await resume(on: daemon)
            first = try await devices(server)[0]
            #expect(first.health == .healthy && first.healthReason == nil)
        }
    }

    @Test func `a failed device is a problem, and one that will be drained a remark`() async throws {
        try await withAPI { server, daemon in
            await drain("later", on: daemon)
            let first = try await devices(server)[0]
            #expect(first.health == .healthy && first.healthReason == "later")
            #expect(first.drainsFrom == DateTime(daemon.time.now + .hours(1)))
            #expect(await daemon.api.health().remarks.first?.contains("will be drained from") == true)
            await drain("failed", on: daemon)
            let health = await daemon.api.health()
            #expect(health.problems == ["device GPU-0 (NVIDIA A10) is failed: failed"])
            #expect(health.status == .degraded && health.remarks.isEmpty)
            #expect(try await devices(server)[0].health == .failed)
        }
    }

    @Test func `who holds something of a drain is told when it begins and when it is over, and nobody else`()
        async throws
    {
        try await withAPI { server, daemon in
            for _ in 0..<2 {
                _ = try await server.post("/v1/reservations", #"{"gpus": 1, "cpus": 1, "durationSeconds": 3600}"#)
            }
            await drain("fan", on: daemon)
            await resume(on: daemon)
            let entries = try await daemon.store.read(.events(after: 0, limit: 100))
            let holder = try #require(
                await daemon.broker.snapshot().engine.state.reservations.values.first { $0.heldDevices.contains(0) })
            let notices = entries.filter { $0.kind.hasPrefix("notice.") }
            #expect(notices.map(\.kind) == [DrainNotice.begins, DrainNotice.isOver])
            #expect(notices.map(\.reservation) == [holder.id, holder.id])
            let told = try #require(notices.first.flatMap(DrainNotice.drain))
            #expect(told.devices == DeviceSet([0]) && told.reason == "fan" && told.from == daemon.time.now)
            let feed = try await server.all("/v1/events?follow=false")
            #expect(feed.contains(#""type":"notice.draining""#) && feed.contains(#""reason":"fan""#))
        }
    }
}
