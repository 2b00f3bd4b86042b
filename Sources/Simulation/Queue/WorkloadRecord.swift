/// The eighteen numbers of one line, -1 for what is not known.
struct WorkloadRecord {
    /// In the order of the line.
    enum Field: Int, CaseIterable {
        case number, submitted, wait, runtime, allocatedProcessors, usedProcessorTime, usedMemory
        case requestedProcessors, requestedTime, requestedMemory, status, user, group, application, queue, partition
        case precedingJob, thinkTime

        /// What the number may not pass, in the line's own unit: seconds for times.
        var limit: Int64 {
            switch self {
            case .submitted, .wait, .runtime, .requestedTime: Limits.logSeconds
            case .allocatedProcessors, .requestedProcessors: Int64(Limits.processors)
            case .user, .group, .queue: Limits.logNumber
            default: .max
            }
        }
    }

    private var values: [Int64] = []

    /// Nil for an empty line.
    init?(_ line: TraceLine) throws(TraceError) {
        let words = line.bytes.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        if words.isEmpty { return nil }
        guard words.count == Field.allCases.count else {
            throw line.error(.fields(words.count, expected: Field.allCases.count))
        }
        values.reserveCapacity(words.count)
        for (field, word) in zip(Field.allCases, words) {
            guard let value = WorkloadRecord.number(word) else {
                throw line.error(.notANumber(TraceLine.shown(word), field: "\(field)"))
            }
            guard value <= field.limit else {
                throw line.error(.beyondLimit("\(field)", found: value, limit: field.limit))
            }
            values.append(value)
        }
    }

    /// Nil where the log does not know.
    subscript(field: Field) -> Int64? {
        let value = values[field.rawValue]
        return value < 0 ? nil : value
    }

    /// A whole number; of a decimal fraction, which some logs give for averages, the whole part.
    private static func number(_ word: ArraySlice<UInt8>) -> Int64? {
        let parts = word.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let isFraction = parts.count == 2
        guard let whole = parts.first, !isFraction || parts[1].allSatisfy(TraceLine.isDigit) else { return nil }
        return TraceLine.number(whole)
    }
}
