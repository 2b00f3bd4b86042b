/// Which room sees which: the frame of docs/ARCHITECTURE.md as a table.
enum Graph {
    static let rooms: [String: Set<String>] = [
        "CHwloc": [],
        "CNVML": [],
        "CSystemd": [],
        "CZlib": [],
        "CLinux": [],
        "Units": [],
        "Topology": ["Units", "CHwloc"],
        "Policy": ["Units"],
        "Scheduling": ["Units", "Topology", "Policy"],
        "Chargeback": ["Units", "Topology", "Policy", "Scheduling"],
        "Simulation": ["Units", "Topology", "Policy", "Scheduling", "CZlib"],
        "Storage": ["Units"],
        "Telemetry": ["Units", "CLinux", "CNVML"],
        "Enforcement": ["Units", "Telemetry", "CSystemd", "CLinux"],
        "AllotAPI": ["Units"],
        "AllotClient": ["Units", "AllotAPI"],
        "AllotServer": [
            "Units", "Topology", "Policy", "Scheduling", "Chargeback", "Simulation", "Storage", "Telemetry",
            "Enforcement", "AllotAPI", "CSystemd", "CLinux",
        ],
        "allot": ["Units", "Policy", "AllotAPI", "AllotClient", "CLinux"],
        "allotd": ["AllotServer"],
        "allot-enforcer": ["Enforcement", "CSystemd"],
    ]

    /// What comes with the toolchain and the C library.
    private static let system: Set<String> = [
        "Swift", "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Dispatch", "RegexBuilder",
    ]

    /// C modules that come with a package's product, and that it shows itself.
    private static let within: [String: Set<String>] = ["GRDB": ["GRDBSQLite"], "Yams": ["CYaml"]]

    /// Where the manifest lets a room see one that the table keeps from it, and rooms that only one of the two knows.
    static func findings(_ manifest: Manifest) -> [String] {
        let unknown = manifest.rooms.symmetricDifference(rooms.keys).map {
            "\($0) is not in both the table and Package.swift"
        }
        let tooMany = rooms.flatMap { room, seen in
            (manifest.dependencies[room] ?? []).intersection(rooms.keys).subtracting(seen).map {
                "\(room) depends on \($0)"
            }
        }
        return (unknown + tooMany).sorted()
    }

    /// Imports of a file beyond the table, beyond what its target declares, or of what only tests may see.
    static func findings(_ file: SwiftFile, _ manifest: Manifest) -> [Finding] {
        let declared = manifest.dependencies[file.room] ?? []
        let packages = declared.subtracting(rooms.keys)
        let seen =
            file.isTest
            ? declared.union(["Testing"])
            : packages.union(rooms[file.room] ?? [])
                .union(declared.flatMap { within[$0] ?? [] })
        return file.imports.filter { !seen.contains($0.module) && !system.contains($0.module) }
            .map { Finding(path: file.path, line: $0.line, what: "\(file.room) imports \($0.module)") }
    }
}
