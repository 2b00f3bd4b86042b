import Units

/// When a shape may start on a host, and how well it fits there: the least of all hosts' is where it goes.
///
/// At the same start the tightest fit wins, so that whole hosts stay whole for those who want one: the host with the
/// fewest free devices at that moment, then with the fewest free cores, then the first of the list.
struct HostKey: Sendable, Comparable {
    var start: Timestamp
    /// Free devices, free cores and the host's position, from the highest bits down.
    private(set) var order: UInt64

    init(start: Timestamp, devices: Int, cores: Int, host: Int) {
        self.start = start
        order = UInt64(devices) << 56 | UInt64(cores) << 32 | UInt64(host)
    }

    /// Of the host alone, whatever is free.
    init(start: Timestamp, host: Int) { self.init(start: start, devices: 0, cores: 0, host: host) }

    /// After all others.
    static let never = HostKey(start: .distantFuture, devices: 255, cores: 0, host: 0)

    var host: Int { Int(order & 0xFFFF_FFFF) }

    /// As it is when so much less is free at its start. It never says more than that.
    mutating func take(devices: Int, cores: Int) {
        let free = (devices: Int(order >> 56), cores: Int(order >> 32 & 0xFF_FFFF))
        self = HostKey(
            start: start, devices: max(free.devices - devices, 0), cores: max(free.cores - cores, 0), host: host)
    }

    static func < (left: HostKey, right: HostKey) -> Bool {
        left.start == right.start ? left.order < right.order : left.start < right.start
    }
}

extension Profile {
    /// The key of a place on a host.
    func key(_ fit: Fit) -> HostKey {
        let here = free[fit.host][free[fit.host].index(at: fit.start)].value
        return HostKey(start: fit.start, devices: here.devices.whole.count, cores: max(here.cores, 0), host: fit.host)
    }
}
