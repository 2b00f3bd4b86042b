import Policy
import Scheduling
import Testing
import Units

/// Streams that random ones were shrunk to, each for a fault that it once showed.
@Suite struct ShrunkStreamTests {
    @Test func `who gave way while it was firm does not take its place back from whom it gave way to`() throws {
        let stream = CommandStream(
            setup: CommandStream.Setup(
                hosts: [CommandStream.Machine(devices: 4)],
                community: Community(
                    departments: [
                        Community.Terms(),
                        Community.Terms(quotas: [Quota(model: ModelPattern("H100"), nominal: 2)]),
                        Community.Terms(),
                    ], maximumWait: .seconds(3600))),
            steps: [
                .submit(1, by: 1002, Request(memory: .gibibytes(83), span: .seconds(5882))),
                .submit(2, by: 1002, Request(devices: 3, span: .seconds(1123))),
                .advance(.seconds(3600)),
                .submit(3, by: 1000, Request(devices: 1, memory: .gibibytes(84), span: .seconds(1))),
            ])
        let player = StreamPlayer(stream)
        #expect(player.brokenPromises().isEmpty)
        let kinds = player.history.filter { $0.event.reservation == ReservationID(2) }.map(\.event.kind)
        #expect(kinds.count { $0 == "reservation.requeued" } == 1)
        let starts = player.history.compactMap { entry -> ReservationID? in
            if case .started(let id, _) = entry.event { id } else { nil }
        }
        #expect(starts.map(\.number) == [1, 2, 3, 2])
    }

    @Test func `windows that share a device start on time under a policy that no longer shares it`() {
        let shared = [Shareable(model: .every, betweenDepartments: true, most: 3)]
        let department = Community.Terms()
        for terms in [
            Community(shareable: shared), Community(departments: [department, department], shareable: shared),
        ] {
            var after = terms
            after.shareable = []
            let stream = CommandStream(
                setup: CommandStream.Setup(hosts: [CommandStream.Machine(devices: 1)], community: terms),
                steps: [
                    .submit(
                        1, by: 1002, Request(devices: 1, share: Ratio(thousandths: 175), span: .seconds(900)),
                        at: .seconds(75_748)),
                    .submit(
                        2, by: 1001, Request(devices: 1, share: Ratio(thousandths: 31), span: .seconds(4401)),
                        at: .seconds(72_181)),
                    .change(after),
                ])
            let player = StreamPlayer(stream)
            #expect(player.brokenPromises().isEmpty)
            #expect(player.history.count { $0.event.kind == "reservation.started" } == 2)
        }
    }

    @Test func `a start that a restart moves is told`() {
        let stream = CommandStream(
            setup: CommandStream.Setup(hosts: [CommandStream.Machine(devices: 2)]),
            steps: [
                .submit(1, by: 1003, Request(devices: 1, span: .seconds(1))),
                .submit(2, by: 1000, Request(devices: 2, span: .seconds(1), priorityClass: ClassID("best-effort"))),
                .submit(3, by: 1002, Request(devices: 1, span: .seconds(112))),
                .restart,
                .submit(4, by: 1003, Request(span: .seconds(1))),
            ])
        #expect(StreamPlayer(stream).brokenPromises().isEmpty)
    }

    @Test func `firm ones that were told of one chain keep it when the first comes late`() {
        let stream = CommandStream(
            setup: CommandStream.Setup(
                hosts: [CommandStream.Machine(devices: 2)], community: Community(maximumWait: .seconds(3600)),
                stopTime: .seconds(4)),
            steps: [
                .submit(1, by: 1002, Request(devices: 2, span: .seconds(7452))),
                .submit(2, by: 1001, Request(devices: 1, span: .seconds(1))),
                .submit(3, by: 1002, Request(cores: 13, span: .seconds(3))),
                .submit(4, by: 1002, Request(cores: 13, span: .seconds(1))),
                .advance(.seconds(3600)),
                .submit(5, by: 1000, Request(cores: 9, span: .seconds(60))),
                .advance(.seconds(3600)),
                .cancel(3),
            ])
        let player = StreamPlayer(stream)
        #expect(player.brokenPromises().isEmpty)
        #expect(player.history.count { $0.event.kind == "reservation.firmed" } == 4)
    }

    @Test func `what is taken back lies beside the places of firm ones`() {
        let stream = CommandStream(
            setup: CommandStream.Setup(
                hosts: [CommandStream.Machine(devices: 12, isMixed: true)],
                community: Community(
                    departments: [
                        Community.Terms(quotas: [Quota(model: ModelPattern("A100"), nominal: 1)]),
                        Community.Terms(quotas: [Quota(model: ModelPattern("H100"), nominal: 7)]), Community.Terms(),
                    ], maximumWait: .seconds(10_800))),
            steps: [
                .submit(1, by: 1000, Request(devices: 1, span: .seconds(1800)), notBefore: .seconds(1)),
                .drain(nil),
                .submit(2, by: 1002, Request(devices: 1, span: .seconds(1)), notBefore: .seconds(31_827)),
                .advance(.seconds(2879)),
                .submit(3, by: 1001, Request(devices: 4, span: .seconds(19_683))),
                .submit(
                    4, by: 1000,
                    Request(devices: 1, memory: ByteCount(bytes: 102_005_473_280), span: .seconds(9221))),
                .advance(.seconds(5726)),
                .submit(
                    5, by: 1000, Request(cores: 14, span: .seconds(1735), priorityClass: ClassID("production"))),
                .advance(.seconds(2766)),
                .submit(6, by: 1000, Request(memory: ByteCount(bytes: 74_088_185_856), span: .seconds(9922))),
            ])
        let player = StreamPlayer(stream)
        #expect(player.brokenPromises().isEmpty)
        #expect(player.history.contains { $0.event.kind == "reservation.firmed" })
    }
}
