import Units

/// What is free of a host's devices: whole ones, and what is left of those that are shared.
///
/// A shared device is a capacity vector: thousandths of it, and seats, for there may be a limit to how many share it. A
/// device that somebody holds whole is in neither list.
struct DeviceRoom: Sendable, Hashable {
    /// Devices that nobody holds anything of.
    private(set) var whole: DeviceSet
    /// Devices that are shared, by their index.
    private(set) var parts: [Part] = []

    struct Part: Sendable, Hashable {
        var device: Int
        /// Thousandths that are left.
        var free: Int
        /// How many more may share it; below 0 where a changed policy lets fewer.
        var seats: Int
        /// The department whose it is; nil for one that departments share with each other.
        var tenant: Int?
    }

    init(_ devices: DeviceSet) { whole = devices }

    /// Devices of which a share can be had; without a share whole ones.
    func devices(for share: DeviceShare?) -> DeviceSet {
        guard let share, !parts.isEmpty else { return whole }
        return parts.reduce(whole) { devices, part in
            part.holds(share) ? devices.union(DeviceSet([part.device])) : devices
        }
    }

    func holds(_ devices: DeviceSet, _ share: DeviceShare?) -> Bool { devices.isSubset(of: self.devices(for: share)) }

    /// Whether it is there, whatever terms the policy has by now.
    func isThere(_ devices: DeviceSet, _ share: DeviceShare?) -> Bool {
        guard let share else { return devices.isSubset(of: whole) }
        return devices.allSatisfy { device in
            whole.contains(device) || parts.contains { $0.device == device && $0.free >= share.thousandths }
        }
    }

    /// Takes devices, or a share of each. Of what is not there nothing is taken.
    mutating func take(_ devices: DeviceSet, _ share: DeviceShare?) {
        guard let share else {
            whole = whole.subtracting(devices)
            if !parts.isEmpty { parts.removeAll { devices.contains($0.device) } }
            return
        }
        for device in devices {
            if let index = parts.firstIndex(where: { $0.device == device }) {
                parts[index].free = max(parts[index].free - share.thousandths, 0)
                parts[index].seats -= 1
            } else if whole.contains(device) {
                whole = whole.subtracting(DeviceSet([device]))
                insert(
                    Part(
                        device: device, free: DeviceShare.whole - share.thousandths, seats: share.seats - 1,
                        tenant: share.tenant))
            }
        }
    }

    /// Gives devices, or a share of each, back.
    mutating func give(_ devices: DeviceSet, _ share: DeviceShare?) {
        guard let share else {
            whole = whole.union(devices)
            if !parts.isEmpty { parts.removeAll { devices.contains($0.device) } }
            return
        }
        for device in devices where !whole.contains(device) {
            guard let index = parts.firstIndex(where: { $0.device == device }) else {
                insert(Part(device: device, free: share.thousandths, seats: 1, tenant: share.tenant))
                continue
            }
            parts[index].free += share.thousandths
            parts[index].seats += 1
            if parts[index].free >= DeviceShare.whole {
                parts.remove(at: index)
                whole = whole.union(DeviceSet([device]))
            }
        }
    }

    private mutating func insert(_ part: Part) {
        parts.insert(part, at: parts.firstIndex { $0.device > part.device } ?? parts.count)
    }
}

extension DeviceRoom.Part {
    func holds(_ share: DeviceShare) -> Bool {
        free >= share.thousandths && seats > 0 && (tenant == nil || tenant == share.tenant)
    }
}

/// A part of one device. Small, for every planned reservation has room for one.
struct DeviceShare: Sendable, Hashable {
    private var part: Int16
    private var limit: Int16
    /// -1 for none.
    private var department: Int32

    init(thousandths: Int, tenant: Int?, seats: Int) {
        part = Int16(clamping: thousandths)
        limit = Int16(clamping: seats)
        department = tenant.map { Int32(clamping: $0) } ?? -1
    }

    var thousandths: Int { Int(part) }

    /// By position among the policy's departments; nil where the device is shared between departments.
    var tenant: Int? {
        get { department < 0 ? nil : Int(department) }
        set { department = newValue.map { Int32(clamping: $0) } ?? -1 }
    }

    /// How many may share the device; 0 where it is shared beyond the policy's terms by now.
    var seats: Int {
        get { Int(limit) }
        set { limit = Int16(clamping: newValue) }
    }

    /// Of a device.
    static let whole = 1000
}
