extension String {
    /// The text in backticks as a message may repeat it: cut to a readable length, and with what could move a
    /// terminal's cursor or hide in it written as `\u{1b}`.
    var quoted: String {
        var text = ""
        for (index, scalar) in unicodeScalars.enumerated() {
            if index == YAMLDocument.Limits.quotedLength {
                text += "…"
                break
            }
            text += scalar.isPrintable ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }
        return "`\(text)`"
    }

    /// Whether every character shows on a line: no control, format or line-breaking character.
    var isPrintable: Bool { unicodeScalars.allSatisfy(\.isPrintable) }
}

extension Unicode.Scalar {
    fileprivate var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
    }
}

extension String {
    /// This text, or the one of `candidates` that a person most likely meant by it; nil when none is near.
    ///
    /// Near is a third of the length in edits, at least one and at most three. An edit is an insertion, a deletion, a
    /// substitution or the exchange of two neighbours (the optimal string alignment distance, a restriction of
    /// Damerau, "A technique for computer detection and correction of spelling errors", 1964).
    func nearest(in candidates: [String]) -> String? {
        guard utf8.count <= 64 else { return nil }
        let limit = min(max(count / 3, 1), 3)
        let ranked = candidates.map { ($0, lowercased().edits(to: $0.lowercased())) }.filter { $0.1 <= limit }
        return ranked.min { $0.1 < $1.1 }?.0
    }

    private func edits(to other: String) -> Int {
        let (left, right) = (Array(unicodeScalars), Array(other.unicodeScalars))
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let substitution = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = Swift.min(last[column + 1] + 1, current[column] + 1, substitution)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = Swift.min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
