import Testing

/// One random stream: played, checked, and, where it breaks a promise, shrunk.
struct StreamTrial {
    let seed: UInt64
    let stream: CommandStream

    init(seed: UInt64, hosts: Int = 1, commands: Int) {
        self.seed = seed
        var generator = StreamGenerator(seed: seed, hosts: hosts)
        stream = generator.stream(commands: commands)
    }

    /// What it breaks, in the order of the checks.
    func broken() -> [Broken] { StreamPlayer(stream).brokenPromises() }

    /// What a failure is told with: the seed, the promise, and the few steps that break it.
    func report(_ broken: Broken) -> String {
        var shrinker = StreamShrinker { stream in
            StreamPlayer(stream).brokenPromises().contains { $0.promise == broken.promise }
        }
        let least = shrinker.shrink(stream)
        let now = StreamPlayer(least).brokenPromises().first { $0.promise == broken.promise } ?? broken
        return """
            seed \(seed), promise \(broken)
            shrunk to \(least.steps.count) of \(stream.steps.count) steps in \(shrinker.plays) plays, promise \(now)
            \(least.text)
            """
    }
}

/// Plays random streams until some have failed; the first that breaks a promise is shrunk, the others are named.
func playStreams(_ seeds: some Sequence<UInt64>, hosts: (UInt64) -> Int = { _ in 1 }, commands: Int) {
    var told: Set<Promise> = []
    var failed = 0
    for seed in seeds where failed < enoughFailures {
        let trial = StreamTrial(seed: seed, hosts: hosts(seed), commands: commands)
        let broken = trial.broken()
        if !broken.isEmpty { failed += 1 }
        for promise in Promise.allCases {
            guard let first = broken.first(where: { $0.promise == promise }) else { continue }
            let isNew = told.count < shrunkFailures && told.insert(promise).inserted
            Issue.record("\(isNew ? trial.report(first) : "seed \(seed), promise \(first)")")
        }
    }
}

/// Failing streams after which no more are played.
private let enoughFailures = 3
/// Promises for which the first stream that breaks them is shrunk.
private let shrunkFailures = 2
