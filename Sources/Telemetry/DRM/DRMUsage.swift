import Units

/// How busy devices were between two looks, by what their drivers count for each client.
///
/// The share of the busiest engine class: engines work side by side, so their sum would pass the whole. A client that
/// came and went between two looks is not seen.
struct DRMUsage {
    private var last: [DeviceID: Look] = [:]

    fileprivate struct Look {
        /// Nanoseconds.
        var at: Int64
        var clients: [UInt64: DRMClient] = [:]
        /// The highest count of each class of engines, for drivers that count in cycles.
        var totals: [String: UInt64] = [:]
    }

    /// What the clients of one device tell.
    struct Reading: Equatable {
        /// nil where nobody can tell: at a first look, and where a client's counts are not known and the others are
        /// idle.
        var busyPermille: Int?
        /// Bytes that clients have on the device.
        var memory: Int64?
    }

    /// Takes what one device's open files tell at one time, nanoseconds, and compares it with the time before.
    mutating func fold(_ device: DeviceID, _ found: [DRMClient?], at: Int64) -> Reading {
        var look = Look(at: at)
        var isKnown = true
        for client in found {
            guard let client, let id = client.id, client.isCounted else {
                isKnown = false
                continue
            }
            look.clients[id] = client
        }
        let before = last[device]
        if let before { look.keepLarger(than: before) }
        for (name, engine) in look.clients.values.flatMap(\.engines) {
            if let total = engine.totalCycles { look.totals[name] = max(total, look.totals[name] ?? 0) }
        }
        last[device] = look
        let memory = look.clients.values.compactMap(\.memory)
        let busy = before.flatMap { look.busy(since: $0) }
        return Reading(
            busyPermille: isKnown || busy ?? 0 > 0 ? busy : nil,
            memory: memory.isEmpty ? nil : memory.reduce(0) { Int64.saturating($0, $1) })
    }

    /// Forgets devices that are looked at no more.
    mutating func keep(_ devices: [DeviceID]) {
        let devices = Set(devices)
        last = last.filter { devices.contains($0.key) }
    }
}

extension DRMUsage.Look {
    /// A count that seems to have gone back catches up again: until then the larger one holds (drm-usage-stats.rst).
    fileprivate mutating func keepLarger(than before: Self) {
        for (id, old) in before.clients {
            guard var new = clients[id], new.driver == old.driver else { continue }
            for (name, engine) in old.engines {
                guard var now = new.engines[name] else { continue }
                if let time = engine.nanoseconds { now.nanoseconds = max(time, now.nanoseconds ?? 0) }
                if let cycles = engine.cycles { now.cycles = max(cycles, now.cycles ?? 0) }
                new.engines[name] = now
            }
            clients[id] = new
        }
    }

    /// The busiest class's thousandths; nil where no time has passed, or a class can't be told.
    fileprivate func busy(since before: Self) -> Int? {
        guard at > before.at else { return nil }
        var busiest = 0
        for name in Set(clients.values.flatMap(\.engines.keys)) {
            guard let share = share(of: name, since: before) else { return nil }
            busiest = max(busiest, share)
        }
        return busiest
    }

    private func share(of name: String, since before: Self) -> Int? {
        var worked: UInt64 = 0
        var capacity: UInt64 = 1
        var isInCycles = false
        for (id, client) in clients {
            guard let engine = client.engines[name] else { continue }
            capacity = max(capacity, engine.capacity)
            let old = before.clients[id]?.engines[name]
            let delta: UInt64
            if let cycles = engine.cycles, engine.totalCycles != nil {
                isInCycles = true
                delta = cycles.advance(from: old?.cycles)
            } else if let time = engine.nanoseconds {
                delta = time.advance(from: old?.nanoseconds)
            } else {
                continue
            }
            worked = worked.addingReportingOverflow(delta).overflow ? .max : worked + delta
        }
        if worked == 0 { return 0 }
        guard isInCycles else { return DRMUsage.permille(worked, of: UInt64(at - before.at), times: capacity) }
        guard let end = totals[name], let start = before.totals[name], end > start else { return nil }
        return DRMUsage.permille(worked, of: end - start, times: capacity)
    }
}

extension DRMUsage {
    fileprivate static func permille(_ part: UInt64, of whole: UInt64, times capacity: UInt64) -> Int {
        let (all, overflow) = whole.multipliedReportingOverflow(by: capacity)
        if overflow || part >= all { return overflow ? 0 : 1000 }
        let product = part.multipliedFullWidth(by: 1000)
        return Int(all.dividingFullWidth(product).quotient)
    }
}

extension UInt64 {
    /// How far it has come from an earlier count; none means that it began at 0.
    fileprivate func advance(from earlier: UInt64?) -> UInt64 { self - Swift.min(self, earlier ?? 0) }
}

extension DRMClient {
    /// Whether its driver counts what its engines do. amdgpu names an engine only once it has worked for the client.
    var isCounted: Bool {
        driver == "amdgpu"
            || engines.values.contains { $0.nanoseconds != nil || $0.cycles != nil && $0.totalCycles != nil }
    }
}
