import Units

/// What is asked for most, on one kind of host, and what of such a host is stranded if that goes on coming.
///
/// A host with eight free devices and cores for two more reservations looks whole to whoever counts devices, although
/// six of them are lost. So this asks, of each kind of demand, how much is left over when the host is filled up with
/// it: the stranded part s of the free devices f, because cores run out or because no device has enough left. Over the
/// kinds, each weighed by how many ask for it, a host costs
///
///     root(f) × mean of (s ÷ f)²
///
/// The square makes a host that is useless to one kind worse than one that is half useless to two: the latter still
/// serves either. The root makes free devices cheaper together than apart, so that whole hosts stay whole. (After the
/// fragmentation of Weng and others, "Beware of Fragmentation", USENIX ATC 2023, which asks of each kind whether one
/// more fits.) Memory, which runs short last in the traces, is left out.
public struct Stranding: Sendable, Hashable {
    private var kinds: [Kind] = []
    /// The weights of all kinds together, in integers.
    private static let whole = 1 << 14

    /// Nothing is asked for: no host costs anything.
    public init() {}

    /// - Parameter asked: what is asked for, how many ask for it, and the devices of the host that will do. What asks
    ///   for no devices strands none and has no say, nor has what will do with none of the host's.
    public init(_ asked: [(kind: AskedDevices, count: Int, eligible: DeviceSet)]) {
        let asked = asked.filter { $0.kind.devices > 0 && $0.count > 0 }
        let total = asked.reduce(0) { $0 + $1.count }
        kinds = asked.filter { !$0.eligible.isEmpty }.map { kind, count, eligible in
            Kind(kind: kind, weight: max(count * Stranding.whole / total, 1), eligible: eligible)
        }
    }

    fileprivate struct Kind: Hashable {
        var kind: AskedDevices
        /// A part of `whole`.
        var weight: Int
        var eligible: DeviceSet
    }

    /// How much more is stranded on a host when something is placed there; of equals, how much is free there then: the
    /// least of all hosts' is the best. Two hosts compare only for the same thing.
    ///
    /// From the highest bits down it is the growth of the cost, the thousandths of devices that are left, and the
    /// cores, in whatever part of a core they are counted.
    public func rank(from before: HostRoom, to after: HostRoom) -> Int64 {
        let growth = cost(of: after) - cost(of: before)
        let devices = min(after.thousandths, Stranding.largestPart)
        return Int64(growth) << 34 | Int64(devices) << 17 | Int64(min(max(after.cores, 0), Stranding.largestPart))
    }

    /// More than 128 devices have of thousandths, or a host of cores.
    private static let largestPart = (1 << 17) - 1

    /// At most 2^14 × root(128,000 × 2^10), which is less than 2^28; on the way less than 2^48.
    func cost(of room: HostRoom) -> Int {
        let free = room.thousandths
        guard free > 0 else { return 0 }
        let squares = kinds.reduce(0) { sum, kind in
            let stranded = free - min(kind.kind.copies(beside: room.cores), kind.copies(in: room)) * kind.size
            return sum + kind.weight * stranded * stranded
        }
        return squares / free * Stranding.root(free << 10) / free
    }

    /// The whole part of the square root (Newton's method from above).
    private static func root(_ number: Int) -> Int {
        guard number > 1 else { return number }
        var guess = 1 << ((Int.bitWidth - number.leadingZeroBitCount + 1) / 2)
        while true {
            let next = (guess + number / guess) / 2
            if next >= guess { return guess }
            guess = next
        }
    }
}

extension Stranding.Kind {
    var size: Int { kind.devices * kind.thousandths }

    /// How many of it the devices would do for.
    func copies(in room: HostRoom) -> Int {
        let whole = room.whole.intersection(eligible).count
        guard kind.thousandths < AskedDevices.whole else { return whole / kind.devices }
        var copies = whole * (AskedDevices.whole / kind.thousandths)
        for part in room.parts where eligible.contains(part.device) { copies += part.free / kind.thousandths }
        return copies
    }
}
