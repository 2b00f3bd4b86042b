import Foundation
import Testing

@testable import Topology

/// Damages a file in ways that a test can repeat, and looks at how reading it ends.
enum DamagedFiles {
    /// A small generator with a seed, so that a failure can be run again (SplitMix64, Steele and others 2014).
    struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    /// Cuts a file at many places; each must be refused as empty or truncated.
    static func expectTruncationsRefused(_ whole: [UInt8], cuts: Int, seed: UInt64 = 1) throws {
        let end = try #require(whole.lastIndex(of: UInt8(ascii: ">")))
        var random = Random(state: seed)
        let spread = (1...cuts).map { end * $0 / cuts }
        let scattered = (0..<cuts).map { _ in Int.random(in: 1...end, using: &random) }
        for length in Set([1, 5] + spread + scattered).sorted() {
            let reason = #expect(throws: TopologyError.Reason.self, "cut at \(length)") {
                try Host(xml: Array(whole[..<length]), fallbackName: "cut")
            }
            guard case .truncated = reason else {
                Issue.record("cut at \(length): \(String(describing: reason))")
                continue
            }
        }
    }

    /// Changes some bytes; what comes of it is a sound host or an error, and this process goes on.
    static func expectSurvived(_ whole: [UInt8], rounds: Int, seed: UInt64) {
        var random = Random(state: seed)
        let interesting = Array("0123456789abcdef,-x\"".utf8)
        let digits = whole.indices.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(whole[$0]) }
        for round in 0..<rounds {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                // Most changes hit digits: those get past the XML and into the topology.
                if round % 4 == 0 {
                    bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
                } else if let place = digits.randomElement(using: &random),
                    let byte = interesting.randomElement(using: &random)
                {
                    bytes[place] = byte
                }
            }
            do throws(TopologyError.Reason) {
                let host = try Host(xml: bytes, fallbackName: "damaged")
                #expect(fault(in: host) == nil, "seed \(seed), round \(round)")
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }
}
