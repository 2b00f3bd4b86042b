import Glibc
import Telemetry
import Units

/// Looks at devices as the daemon's own user can: at that user's processes, and at what everybody is shown.
extension ProcessExecutor {
    /// As `Executor`. What a grant's processes have used is what was seen of them, which is never too much.
    public func observe(_ devices: [WatchedDevice]) async throws(ExecutorFailure) -> MachineLook {
        try OrderRules(lowestUser: 0).check(devices)
        devicesHere.formUnion(devices.filter { $0.files.contains(where: DeviceAccess.isThere) }.map(\.id))
        var look = await sight.look(devices.filter { devicesHere.contains($0.id) }, groups: [])
        let read = Dictionary(look.devices.map { ($0.id, $0) }) { one, _ in one }
        look.devices = devices.map { device in
            read[device.id]
                ?? DeviceReading(
                    id: device.id, busyPermille: nil, source: .none, memoryUsed: nil, memoryTotal: nil, fault: nil)
        }
        let absent = devices.count - devicesHere.intersection(devices.map(\.id)).count
        if absent > 0 { look.blind.append("\(absent) devices have no file here: they are another machine's") }
        if getuid() != 0 { look.blind.append("of other users than uid \(getuid()) nothing is seen: plain processes") }
        let members = membersNow()
        let holders = Dictionary(
            members.flatMap { id, processes in processes.keys.map { ($0, id) } }
        ) { one, _ in one }
        for index in look.openers.indices {
            look.openers[index].reservation = holders[look.openers[index].identity]
        }
        look.groups = members.keys.sorted().map { reading(of: $0, members[$0] ?? [:]) }
        return look
    }

    /// Ends a process of the daemon's own user that has a device open and is in no grant.
    func end(_ process: UnreservedProcess, grace: Span) async throws(ExecutorFailure) -> StopReceipt {
        let rules = OrderRules(lowestUser: 0)
        try rules.check(process)
        try rules.check(grace: grace)
        guard process.user.uid == getuid() else {
            throw .refused("pid \(process.pid) is of uid \(process.user): plain processes end those of uid \(getuid())")
        }
        guard let opener = await trespasser(process) else { return StopReceipt() }
        let hasEnded = try await sight.end(opener, grace: grace) { @Sendable () async throws(ExecutorFailure) in
            await self.trespasser(process) != nil
        }
        return StopReceipt(ended: hasEnded ? [opener.named(among: process.devices)] : [])
    }

    private func trespasser(_ process: UnreservedProcess) async -> DeviceOpener? {
        let files = Set(process.devices.flatMap(\.files).filter(DeviceFile.isOwn)).sorted()
        let identity = ProcessIdentity(pid: process.pid, startTime: process.startTime)
        let seen = await sight.openers(of: Holding.watched(files)).openers.first { $0.identity == identity }
        guard let seen, seen.user == process.user, !membersNow().values.contains(where: { $0[identity] != nil }) else {
            return nil
        }
        return seen
    }

    /// Every grant's running processes, with the time that each has had.
    private func membersNow() -> [ReservationID: [ProcessIdentity: Int64]] {
        let table = ProcessTable.all()
        let times = Dictionary(table.map { ($0.identity, $0.cpuMicroseconds) }) { one, _ in one }
        return records.mapValues { record in
            Dictionary(record.members(of: table).map { ($0, times[$0] ?? 0) }) { one, _ in one }
        }
    }

    private func reading(of id: ReservationID, _ members: [ProcessIdentity: Int64]) -> GroupReading {
        var time = times[id] ?? ProcessTimes()
        time.see(members)
        times = times.filter { records[$0.key] != nil }
        times[id] = time
        // What was ended before anybody looked was something too.
        let hasBegun = records[id].map { $0.command != nil || !$0.attached.isEmpty } ?? false
        return GroupReading(
            reservation: id, cpuMicroseconds: max(time.total, hasBegun ? 1 : 0), memory: nil, memoryPeak: nil,
            tasks: Int64(members.count))
    }
}

/// The processor time of processes that come and go.
struct ProcessTimes: Sendable {
    private var ended: Int64 = 0
    private var living: [ProcessIdentity: Int64] = [:]

    /// What was seen of all of them; of one that has ended, up to when it was last seen.
    var total: Int64 { living.values.reduce(ended, +) }

    mutating func see(_ processes: [ProcessIdentity: Int64]) {
        for (identity, time) in living where processes[identity] == nil { ended += time }
        living = processes
    }
}
