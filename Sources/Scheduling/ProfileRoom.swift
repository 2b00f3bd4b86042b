import Units

extension Profile {
    /// Which of the devices that are free over `[from, until)` a shape may have.
    func room(
        for shape: Shape, on host: Int, in devices: DeviceSet, from: Timestamp, until: Timestamp
    ) -> Room {
        guard let share = shape.share else {
            guard !shape.counted.isEmpty else { return .devices(devices) }
            return counters.room(for: shape, on: host, in: devices, from: from, until: until)
        }
        if let end = counters.blocked(shape.counted, from: from, until: until) { return .none(until: end) }
        for pool in pools(of: devices, on: host, at: from) {
            if let devices = ownFirst(pool, share, shape, on: host, from: from, until: until) {
                return .devices(devices)
            }
        }
        return .noneHere
    }

    /// Devices of equal worth to a share, the best first: those that have least left, so that what is whole stays so.
    private func pools(of devices: DeviceSet, on host: Int, at time: Timestamp) -> [DeviceSet] {
        let here = free[host][free[host].index(at: time)].value.devices
        var pools: [(free: Int, devices: DeviceSet)] = []
        for part in here.parts.sorted(by: { ($0.free, $0.device) < ($1.free, $1.device) })
        where devices.contains(part.device) {
            if pools.last?.free == part.free {
                pools[pools.count - 1].devices.insert(part.device)
            } else {
                pools.append((part.free, DeviceSet([part.device])))
            }
        }
        let whole = devices.intersection(here.whole)
        return pools.map(\.devices) + (whole.isEmpty ? [] : [whole])
    }

    /// Those of which the department may have a share; what is its own, or nobody's, before what it would borrow.
    private func ownFirst(
        _ devices: DeviceSet, _ share: DeviceShare, _ shape: Shape, on host: Int, from: Timestamp, until: Timestamp
    ) -> DeviceSet? {
        guard shape.counted.quotas != nil else { return devices }
        let reaches: [Quotas.Reach] = shape.counted.reach == .lent ? [.nominal, .lent] : [.nominal]
        for reach in reaches {
            let allowed = devices.filter { device in
                var use = sharing.use(
                    Use(
                        host: host, devices: DeviceSet([device]), share: share, cores: shape.cores,
                        memory: shape.memory, counted: shape.counted), kind: kinds[host])
                use.counted.reach = reach
                use.counted.parts = []
                use.counted.deviceTime = nil
                let turns = turns(of: use, from: from, until: until)
                return counters.shortage(of: use, from: from, until: until, turns: turns) == nil
            }
            if !allowed.isEmpty { return DeviceSet(allowed) }
        }
        return nil
    }
}
