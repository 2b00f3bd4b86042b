import AllotAPI
import Units

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators"): the same views for the same
/// seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension SeededGenerator {
    mutating func text() -> String {
        let parts = ["a", "B", "7", " ", "\"", "\\", "/", "\n", "\u{1}", "é", "日", "😀", "", "\u{7F}", "]", "}"]
        return (0..<Int.random(in: 0...12, using: &self)).map { _ in parts.randomElement(using: &self) ?? "" }.joined()
    }

    mutating func time() -> DateTime {
        DateTime(Timestamp(milliseconds: Int64.random(in: 0...253_402_300_799_999, using: &self)))
    }

    mutating func maybe<Value>(_ make: (inout SeededGenerator) -> Value) -> Value? {
        Bool.random(using: &self) ? make(&self) : nil
    }

    mutating func texts() -> [String] {
        (0..<Int.random(in: 0...3, using: &self)).map { _ in text() }
    }

    mutating func choice<Choice: CaseIterable>(_ fallback: Choice) -> Choice {
        Array(Choice.allCases).randomElement(using: &self) ?? fallback
    }

    mutating func reservation() -> ReservationView {
        var view = ReservationView(
            id: text(), state: choice(.waiting), kind: choice(.queued), department: text(),
            gpus: Int.random(in: 0...128, using: &self), model: maybe { $0.text() }, together: choice(.any),
            cpus: Int.random(in: .min ... .max, using: &self),
            memoryBytes: Int64.random(in: .min ... .max, using: &self),
            durationSeconds: Int64.random(in: 0...1_000_000, using: &self), submittedAt: time(), class: text())
        view.gpuShare = maybe { $0.text() }
        view.gpuMemoryBytes = maybe { Int64.random(in: .min ... .max, using: &$0) }
        view.notBefore = maybe { $0.time() }
        view.after = maybe { $0.texts() }
        view.plannedStart = maybe { $0.time() }
        view.firstForecast = maybe { $0.time() }
        view.isFirm = maybe { Bool.random(using: &$0) }
        view.isBorrowed = maybe { Bool.random(using: &$0) }
        view.approvalUntil = maybe { $0.time() }
        view.approver = maybe { $0.choice(.manager) }
        view.licences = maybe { generator in
            Dictionary(generator.texts().map { ($0, Int.random(in: 1...9, using: &generator)) }) { first, _ in first }
        }
        view.ahead = maybe { Int.random(in: 0...10_000, using: &$0) }
        view.startedAt = maybe { $0.time() }
        view.endsAt = maybe { $0.time() }
        view.endedAt = maybe { $0.time() }
        view.endReason = maybe { $0.choice(.expired) }
        view.exitCode = maybe { Int32.random(in: .min ... .max, using: &$0) }
        view.devices = maybe { $0.texts() }
        view.cores = maybe { $0.text() }
        view.numaNodes = maybe { $0.text() }
        view.team = maybe { $0.text() }
        view.user = maybe { $0.text() }
        view.uid = maybe { UInt32.random(in: .min ... .max, using: &$0) }
        view.endsSoon = maybe { Bool.random(using: &$0) }
        view.unused = maybe { $0.choice(.idle) }
        view.unusedSince = maybe { $0.time() }
        view.releaseAt = maybe { $0.time() }
        view.shareWith = maybe { $0.texts() }
        view.tags = maybe { generator in
            Dictionary(generator.texts().map { ($0, generator.text()) }) { first, _ in first }
        }
        view.command = maybe { $0.texts() }
        view.dockerOptions = maybe { $0.texts() }
        return view
    }

    mutating func entry() -> PlanView.Entry {
        PlanView.Entry(
            id: text(), state: choice(.waiting), kind: choice(.queued), department: text(), user: maybe { $0.text() },
            start: time(), end: time(), devices: texts(), gpuShare: maybe { $0.text() },
            cpus: Int.random(in: 0...1024, using: &self))
    }
}
