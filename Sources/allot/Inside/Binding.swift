import CLinux
import Units

#if canImport(Glibc)
    import Glibc
#endif

/// Holds the calling thread, and what it executes, to a grant's processors and memory nodes, where the kernel does
/// not do so already.
struct Binding: Hashable {
    /// Those of the grant that this machine has.
    let processors: BitSet
    let memoryNodes: BitSet
    /// What the person should know; nil where all of the grant is here.
    let remark: String?

    init(processors wanted: BitSet, memoryNodes wantedNodes: BitSet, here: BitSet, nodesHere: BitSet) {
        let missing = wanted.subtracting(here)
        let missingNodes = wantedNodes.subtracting(nodesHere)
        processors = wanted.subtracting(missing)
        memoryNodes = wantedNodes.subtracting(missingNodes)
        var parts: [String] = []
        if !missing.isEmpty { parts.append("processors \(missing.list)") }
        if !missingNodes.isEmpty { parts.append("NUMA nodes \(missingNodes.list)") }
        remark =
            parts.isEmpty ? nil : "this machine does not have \(parts.joined(separator: " and ")); going on without"
    }

    /// What the grant is on this machine.
    init(processors: BitSet, memoryNodes: BitSet) {
        self.init(
            processors: processors, memoryNodes: memoryNodes,
            here: Binding.list("/sys/devices/system/cpu/online"),
            nodesHere: Binding.list("/sys/devices/system/node/has_memory"))
    }

    /// Binds the calling thread.
    /// - Returns: What could not be done, in words.
    func apply() -> [String] {
        var faults = remark.map { [$0] } ?? []
        if !processors.isEmpty {
            let words = processors.words
            let result = allot_bind_processors(words, words.count)
            if result < 0 { faults.append("not bound to its processors: \(SystemError(number: -result))") }
        }
        if !memoryNodes.isEmpty {
            let words = memoryNodes.words
            let result = allot_bind_memory(words, words.count)
            if result < 0 { faults.append("memory not bound to its NUMA nodes: \(SystemError(number: -result))") }
        }
        return faults
    }

    /// A list that the kernel shows; empty where it does not.
    private static func list(_ path: String) -> BitSet {
        guard let file = fopen(path, "re") else { return BitSet() }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 4096)
        guard fgets(&line, Int32(line.count), file) != nil else { return BitSet() }
        let text = line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
        return BitSet(list: String(decoding: text, as: UTF8.self)) ?? BitSet()
    }
}
