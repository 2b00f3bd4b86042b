import Policy
import Testing

@Suite struct PolicyMutationTests {
    /// `ALLOT_SEED` repeats a run, `ALLOT_ROUNDS` makes it longer.
    @Test func `a text that was changed at random is read or has faults with a place in it, and never crashes`() throws
    {
        let seed = variable("ALLOT_SEED") ?? UInt64.random(in: 0 ... .max)
        let rounds = Int(variable("ALLOT_ROUNDS") ?? 2000)
        print("ALLOT_SEED=\(seed) ALLOT_ROUNDS=\(rounds)")
        let samples = [Array(try repositoryText("Config/policy.yaml").utf8), Array(wholePolicy.utf8)]
        var generator = Seeded(state: seed)
        var readable = 0
        for round in 0..<rounds {
            let bytes = mutate(samples[round % 2], &generator)
            do throws(DocumentFaults) {
                _ = try Policy.read(yaml: bytes, name: "p")
                readable += 1
            } catch {
                let lines =
                    1 + bytes.count { $0 == 10 || $0 == 13 }
                    + String(decoding: bytes, as: UTF8.self)
                    .unicodeScalars.count { ["\u{85}", "\u{2028}", "\u{2029}"].contains($0) }
                let outside = error.faults.filter { !(1...lines).contains($0.position.line) || $0.position.column < 1 }
                #expect(outside.isEmpty, "seed \(seed), round \(round)")
                #expect(error.lines.allSatisfy { !$0.contains("\n") }, "seed \(seed), round \(round)")
            }
        }
        // Were all or none read, the changes would prove nothing.
        #expect((rounds / 100...rounds * 99 / 100).contains(readable))
    }

    private func mutate(_ sample: [UInt8], _ generator: inout Seeded) -> [UInt8] {
        var bytes = sample
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
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
        "id: x\n", "weight: 0\n", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "1e9", "0x", "-", "\\u0000",
    ]
}
