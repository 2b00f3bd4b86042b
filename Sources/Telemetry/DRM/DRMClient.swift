/// What a DRM driver has counted for one client of a device: a line `key: value` each, as the kernel's
/// Documentation/gpu/drm-usage-stats.rst has it.
struct DRMClient: Sendable, Equatable {
    var driver: String
    /// The same for all copies of a descriptor; nil from a driver that gives none.
    var id: UInt64?
    /// By engine class, such as `gfx`, `render`, `rcs`.
    var engines: [String: Engine] = [:]
    /// Bytes of the device's own memory; nil where the driver tells none.
    var memory: Int64?

    struct Engine: Sendable, Equatable {
        /// Time that it worked for this client.
        var nanoseconds: UInt64?
        /// The same in cycles, of which `totalCycles` have passed altogether.
        var cycles: UInt64?
        var totalCycles: UInt64?
        /// How many engines of the class there are.
        var capacity: UInt64 = 1
    }

    /// Engine classes of one client at most.
    static let engineLimit = 64

    /// nil for a file that is no DRM client's, and for one that says something else than is documented: then nobody
    /// knows what it means.
    init?(_ text: String) {
        driver = ""
        var resident: [Substring: Int64] = [:]
        var legacy: [Substring: Int64] = [:]
        for line in text.split(separator: "\n") {
            guard line.hasPrefix("drm-"), let colon = line.firstIndex(of: ":") else { continue }
            let key = line[..<colon].dropFirst(4)
            let words = line[line.index(after: colon)...].split { $0 == " " || $0 == "\t" }
            if key == "driver" {
                driver = String(words.first ?? "")
            } else if key == "client-id" {
                guard words.count == 1, let number = UInt64(words[0]) else { return nil }
                id = number
            } else if let name = DRMClient.name(key, "resident-") {
                guard let bytes = DRMClient.bytes(words) else { return nil }
                resident[name] = bytes
            } else if let name = DRMClient.name(key, "memory-") {
                guard let bytes = DRMClient.bytes(words) else { return nil }
                legacy[name] = bytes
            } else if !readEngine(key, words) {
                return nil
            }
        }
        guard !driver.isEmpty, engines.count <= DRMClient.engineLimit else { return nil }
        let own = (resident.isEmpty ? legacy : resident).filter { DRMClient.isOwnMemory($0.key) }
        memory = own.isEmpty ? nil : own.values.reduce(0) { Int64.saturating($0, $1) }
    }

    /// Whether a key that is about engines is as documented; true for every other key.
    private mutating func readEngine(_ key: Substring, _ words: [Substring]) -> Bool {
        if let name = DRMClient.name(key, "engine-capacity-") {
            guard words.count == 1, let capacity = UInt64(words[0]), (1...1024).contains(capacity) else { return false }
            engines[String(name), default: Engine()].capacity = capacity
        } else if let name = DRMClient.name(key, "engine-") {
            guard words.count == 2, words[1] == "ns", let time = UInt64(words[0]) else { return false }
            engines[String(name), default: Engine()].nanoseconds = time
        } else if let name = DRMClient.name(key, "cycles-") {
            // A unit may follow.
            guard let cycles = words.first.flatMap({ UInt64($0) }) else { return false }
            engines[String(name), default: Engine()].cycles = cycles
        } else if let name = DRMClient.name(key, "total-cycles-") {
            guard let cycles = words.first.flatMap({ UInt64($0) }) else { return false }
            engines[String(name), default: Engine()].totalCycles = cycles
        }
        return true
    }

    /// What follows the prefix, where it is a name of some length.
    private static func name(_ key: Substring, _ prefix: String) -> Substring? {
        guard key.hasPrefix(prefix) else { return nil }
        let name = key.dropFirst(prefix.utf8.count)
        return (1...64).contains(name.utf8.count) ? name : nil
    }

    private static func bytes(_ words: [Substring]) -> Int64? {
        guard let number = words.first.flatMap({ Int64($0) }), number >= 0, words.count <= 2 else { return nil }
        let shift: Int64
        switch words.dropFirst().first {
        case nil: shift = 0
        case "KiB": shift = 10
        case "MiB": shift = 20
        default: return nil
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : bytes
    }

    /// Memory on the device: `vram` of amdgpu and nouveau, `vram0` of xe, `local0` of i915. The rest is the machine's.
    private static func isOwnMemory(_ region: Substring) -> Bool {
        region.hasPrefix("vram") || region.hasPrefix("local")
    }
}

extension Int64 {
    static func saturating(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
