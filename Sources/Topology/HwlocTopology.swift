import CHwloc
import Synchronization

/// A loaded hwloc topology. Objects that it hands out live as long as it does.
final class HwlocTopology {
    let handle: hwloc_topology_t

    /// The live machine.
    init() throws(TopologyError.Reason) {
        let (outcome, loaded) = HwlocTopology.opening.withLock { _ in
            allot_hwloc_quiet()
            return HwlocTopology.open(nil, 0)
        }
        guard outcome == ALLOT_HWLOC_LOADED, let loaded else {
            throw .refused("it could not discover the machine")
        }
        handle = loaded
        // HWLOC_XMLFILE and its like make hwloc show another machine as this one.
        guard hwloc_topology_is_thissystem(loaded) == 1 else {
            throw .refused("its environment variables (HWLOC_…) show it another machine than this one")
        }
    }

    /// An XML export, tried in a process of its own first: hwloc aborts on some damaged files.
    init(xml bytes: [UInt8], version: String?) throws(TopologyError.Reason) {
        let text = bytes + [0]
        var signalNumber: Int32 = 0
        let (outcome, loaded) = HwlocTopology.opening.withLock { _ in
            allot_hwloc_quiet()
            return text.withUnsafeBytes { buffer in
                let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
                let length = Int32(buffer.count)
                let trial = allot_hwloc_try(start, length, Limits.trialMilliseconds, &signalNumber)
                return trial == ALLOT_HWLOC_LOADED ? HwlocTopology.open(start, length) : (trial, nil)
            }
        }
        guard outcome == ALLOT_HWLOC_LOADED, let loaded else {
            throw HwlocTopology.reason(outcome, version: version, signalNumber: signalNumber)
        }
        handle = loaded
    }

    deinit {
        HwlocTopology.opening.withLock { _ in hwloc_topology_destroy(handle) }
    }

    /// The major version of the hwloc library that runs: it reads XML up to that version.
    static var majorVersion: Int { Int(hwloc_get_api_version() >> 16) }

    var root: HwlocObject? { hwloc_get_obj_by_depth(handle, 0, 0).map { HwlocObject($0) } }

    /// All objects of a type, by logical index.
    func objects(_ type: hwloc_obj_type_t) -> [HwlocObject] {
        var objects: [HwlocObject] = []
        var next = hwloc_get_next_obj_by_type(handle, type, nil)
        while let object = next {
            objects.append(HwlocObject(object))
            next = hwloc_get_next_obj_by_type(handle, type, object)
        }
        return objects
    }

    /// Held while a topology is opened or closed: a process that is forked for a trial must not inherit such a lock.
    private static let opening = Mutex(())

    private static func open(
        _ xml: UnsafePointer<CChar>?, _ length: Int32
    ) -> (allot_hwloc_outcome, hwloc_topology_t?) {
        var loaded: hwloc_topology_t?
        let outcome = allot_hwloc_open(xml, length, &loaded)
        return (outcome, loaded)
    }

    private static func reason(
        _ outcome: allot_hwloc_outcome, version: String?, signalNumber: Int32
    ) -> TopologyError.Reason {
        switch outcome {
        case ALLOT_HWLOC_BROKE_OFF: return .refused("it breaks off over its contents (signal \(signalNumber))")
        case ALLOT_HWLOC_TOO_LONG:
            return .refused("it takes longer than \(Limits.trialMilliseconds / 1000) s over it")
        case ALLOT_HWLOC_NO_TRIAL: return .unreadable("no process to try it in could be started")
        default: break
        }
        let major = version?.split(separator: ".").first.flatMap { Int($0) }
        if let version, let major, major > majorVersion {
            return .version(version, hwloc: majorVersion)
        }
        return .refused(
            outcome == ALLOT_HWLOC_REFUSED
                ? "its XML does not hold what hwloc \(majorVersion) expects"
                : "its contents make no topology")
    }
}
