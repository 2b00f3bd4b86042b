import Policy
import Testing

@Suite struct PolicyMutationTests {
    /// `ALLOT_SEED` repeats a run, `ALLOT_POLICY_MUTATIONS` makes it longer: so many of the example, and a tenth
    /// of them of a dense text with every field.
    @Test(arguments: [true, false])
    func `a text that was changed at random is read whole or has faults with a place in it, and never crashes`(
        isExample: Bool
    ) throws {
        let seed = variable("ALLOT_SEED") ?? UInt64.random(in: 0 ... .max)
        let mutations = Int(variable("ALLOT_POLICY_MUTATIONS") ?? 1000)
        let rounds = isExample ? mutations : mutations / 10
        print("ALLOT_SEED=\(seed) ALLOT_POLICY_MUTATIONS=\(mutations)\(isExample ? " of the example" : "")")
        let sample = Array((isExample ? try repositoryText("Config/policy.example.yaml") : wholePolicy).utf8)
        let original = try PolicyText(yaml: sample, name: "p")
        var generator = Seeded(state: seed)
        var readable = 0
        for round in 0..<rounds {
            // Of a dense text few are read that were changed in many places.
            let bytes = mutate(sample, places: isExample ? 4 : 1, &generator)
            let comment: Comment = "ALLOT_SEED=\(seed) round \(round)"
            do throws(DocumentFaults) {
                let text = try PolicyText(yaml: bytes, name: "p")
                readable += 1
                try expectWhole(text, after: original, comment)
            } catch {
                expectPlaces(error, bytes, comment)
                #expect(throws: error, comment) { try PolicyText(yaml: bytes, name: "p") }
            }
        }
        // Were all or none read, the changes would prove nothing.
        #expect((rounds / 100...rounds * 99 / 100).contains(readable), "ALLOT_SEED=\(seed)")
    }

    /// It reads the same once more, survives being written anew, and has a difference to the sample or says the same.
    private func expectWhole(
        _ text: PolicyText, after original: PolicyText, _ comment: Comment
    ) throws(DocumentFaults) {
        let again = try Policy.read(yaml: text.text, name: "p")
        #expect(again == text.policy, comment)
        let written = try PolicyText(yaml: Array(text.policy.canonicalText.utf8), name: "p")
        #expect(written.policy == text.policy, comment)
        #expect(text.changes(to: written).isEmpty, comment)
        let changes = original.changes(to: text)
        #expect(changes.map(\.path) == changes.map(\.path).sorted(), comment)
        #expect(original.changes(to: written) == changes, comment)
    }

    private func expectPlaces(_ error: DocumentFaults, _ bytes: [UInt8], _ comment: Comment) {
        let breaks = String(decoding: bytes, as: UTF8.self).unicodeScalars
            .count { ["\u{85}", "\u{2028}", "\u{2029}"].contains($0) }
        let lines = 1 + bytes.count { $0 == 10 || $0 == 13 } + breaks
        let outside = error.faults.filter { !(1...lines).contains($0.position.line) || $0.position.column < 1 }
        #expect(outside.isEmpty, comment)
        #expect(error.lines.allSatisfy { !$0.contains("\n") }, comment)
    }

    private func mutate(_ sample: [UInt8], places: Int, _ generator: inout Seeded) -> [UInt8] {
        var bytes = sample
        for _ in 0..<Int.random(in: 1...places, using: &generator) {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            let length = min(Int.random(in: 1...40, using: &generator), bytes.count - place)
            switch Int.random(in: 0..<7, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.removeSubrange(place..<place + length)
            case 2: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
            case 3: bytes.insert(contentsOf: pieces.randomElement(using: &generator)?.utf8 ?? "".utf8, at: place)
            case 4: bytes.removeSubrange(place...)
            case 5: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &generator))
            default:
                bytes.replaceSubrange(
                    place..<place + length, with: "\(UInt64.random(in: 0 ... .max, using: &generator))".utf8)
            }
            if bytes.isEmpty { bytes = [10] }
        }
        return bytes
    }

    private let pieces = [
        "\n", "\t", " ", ": ", "- ", "[", "]", "{", "}", "\"", "'", "#", "&a ", "*a", "!!int ", "---\n", "...\n",
        "%TAG",
        "? ", "|\n", ">-\n", "@", "*", "~", "null", "true", "\u{0}", "\u{85}", "\u{2028}", "\u{feff}", "ü", "\r", ",",
        "<<: ", "from: 2026-01-01\n", "to: 24:00", "sku: cpu", "perHour: 0.5", "rates:\n", "caps: ", "Europe/", "gpu:",
        "id: x\n", "weight: 0\n", "*", "managers: ", "perMonth: 1\n", "- ada\n", "[ada]",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "1e9", "0x", "-", "\\u0000",
    ]
}
