import CNVML

/// What the library could not tell at one look: a line for each kind of thing and reason, with how often.
struct NVMLNotes {
    private var plain: [String] = []
    private var counts: [Key: Int] = [:]
    /// The driver went away under the session.
    private(set) var isUnloaded = false

    private struct Key: Hashable {
        var what: String
        var why: String
    }

    /// Whether a call worked; if not, it is noted.
    mutating func isDone(_ result: NVMLResult, _ what: String, _ library: NVMLLibrary) -> Bool {
        if result == .success { return true }
        count(result, what, library)
        return false
    }

    mutating func count(_ result: NVMLResult, _ what: String, _ library: NVMLLibrary) {
        if [Int32(ALLOT_NVML_UNINITIALIZED), Int32(ALLOT_NVML_DRIVER_NOT_LOADED)].contains(result.code) {
            isUnloaded = true
        }
        var why = library.words(result)
        if result.code == Int32(ALLOT_NVML_LIBRARY_MISMATCH) { why += "; restart allot-enforcer, or the machine" }
        count(what, why: why)
    }

    /// - Parameter why: in our own words.
    mutating func count(_ what: String, why: String) {
        counts[Key(what: what, why: why), default: 0] += 1
    }

    mutating func add(_ line: String) {
        let line = Words.printable(line, limitBytes: TelemetryLimits.sentenceBytes)
        if plain.count < TelemetryLimits.blindLines { plain.append(line) }
    }

    /// Sorted, so that the same is told in the same way.
    var lines: [String] {
        plain + counts.map { "NVIDIA's library does not tell \($0.key.what) (\($0.value)): \($0.key.why)" }.sorted()
    }
}
