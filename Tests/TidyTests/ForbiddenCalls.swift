/// Words that do not stand in a part of the tree.
struct Ban: Sendable {
    let words: [String]
    let why: String
    var view = View.code
    let holds: @Sendable (SwiftFile) -> Bool

    enum View {
        case code, codeAndStrings, all
    }

    func findings(_ file: SwiftFile) -> [Finding] {
        guard holds(file) else { return [] }
        let lines =
            switch view {
            case .code: file.code
            case .codeAndStrings: file.codeAndStrings
            case .all: file.lines
            }
        return lines.indices.flatMap { index in
            words.filter { Words.contains($0, in: lines[index]) }
                .map { Finding(path: file.path, line: index + 1, what: "`\($0)`: \(why)") }
        }
    }
}

extension Rule {
    static let forbiddenCalls = [
        crashes, uncheckedSharing, unfinished, output, shells, waits, time, exactness, foundation,
    ]

    private init(_ name: String, _ bans: [Ban]) {
        self.init(name: name) { file in bans.flatMap { $0.findings(file) } }
    }

    static let crashes = Rule(
        "no call that crashes instead of failing",
        [
            Ban(words: ["try!", "as!", "fatalError("], why: "throw, or state the invariant in a precondition") { _ in
                true
            }
        ])

    static let uncheckedSharing = Rule(
        "nothing is shared unchecked",
        [Ban(words: ["@unchecked Sendable", "nonisolated(unsafe)"], why: "let the compiler prove it") { _ in true }])

    /// The words are put together here so that this file keeps its own rule.
    static let unfinished = Rule(
        "nothing is left for later in a comment",
        [
            Ban(words: ["TO" + "DO", "FIX" + "ME", "XX" + "X"], why: "finish it or leave it out", view: .all) { _ in
                true
            }
        ])

    static let output = Rule(
        "only the programs write to the terminal",
        [
            Ban(words: ["print(", "debugPrint(", "dump(", "NSLog("], why: "log it, or hand it to the program") {
                $0.isSource && !programs.contains($0.room)
            }
        ])

    /// Tests may hand a shell to the daemon as a user's own command. `allot shell` starts the user's.
    static let shells = Rule(
        "nothing is handed to a shell",
        [
            Ban(words: ["system(", "popen("], why: "start the program itself") { $0.isSource },
            Ban(words: ["/bin/sh"], why: "start the program itself", view: .codeAndStrings) {
                $0.isSource && !$0.path.hasSuffix("/Commands/Shell.swift")
            },
        ])

    static let waits = Rule(
        "no test waits for time",
        [
            Ban(words: ["sleep(", "usleep(", "nanosleep("], why: "wait for a condition") { $0.isTest }
        ])

    static let time = Rule(
        "the pure rooms know neither clock nor chance",
        [
            Ban(words: clocks + chances, why: "time and seeds come as values") {
                $0.isSource && pureRooms.contains($0.room)
            }
        ])

    static let exactness = Rule(
        "the engine has no floating point, no locks and no tasks",
        [
            Ban(words: floats + concurrency, why: "integers, and one value") {
                $0.isSource && exactRooms.contains($0.room)
            }
        ])

    static let foundation = Rule(
        "the engine does without Foundation",
        [
            Ban(words: ["Foundation", "FoundationEssentials"], why: "the standard library is enough") {
                $0.isSource && ["Units", "Scheduling"].contains($0.room)
            }
        ])

    private static let programs: Set<String> = ["allot", "allotd", "allot-enforcer"]
    private static let pureRooms: Set<String> = ["Units", "Policy", "Scheduling", "Chargeback", "Simulation"]
    private static let exactRooms: Set<String> = ["Units", "Scheduling", "Chargeback"]
    private static let clocks = [
        "Date", "ContinuousClock", "SuspendingClock", "DispatchTime", "clock_gettime", "gettimeofday", "time(nil)",
    ]
    private static let chances = [
        "random", "randomElement", "shuffle", "shuffled", "SystemRandomNumberGenerator", "UUID", "getrandom",
    ]
    private static let floats = ["Double", "Float", "Float16", "Float32", "Float64", "Float80", "CGFloat"]
    private static let concurrency = [
        "async", "await", "actor", "Task", "Mutex", "Atomic", "NSLock", "DispatchQueue", "Thread",
    ]
}
