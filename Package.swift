// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

/// What several test targets stand on.
func testSupport(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

/// What drives the real programs from outside.
let scripts = [
    "common.sh", "demo.sh", "dependencies.sh", "exports-daemon.sh", "exports.py", "exports.sh", "finance.py",
    "finance.sh", "install.sh", "kill9.py", "kill9.sh", "manual.sh", "metrics.py", "metrics.sh", "month.py",
    "month.sh", "october.sh", "mutations",
    "mutations.sh", "soak.sh", "sums.py", "sums.sh", "systemd", "tamper.sh",
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioExtras = Target.Dependency.product(name: "NIOExtras", package: "swift-nio-extras")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "allot",
    products: [
        // For Benchmarks/, which is a package of its own.
        .library(name: "Chargeback", targets: ["Chargeback"]),
        .library(name: "Policy", targets: ["Policy"]),
        .library(name: "Scheduling", targets: ["Scheduling"]),
        .library(name: "Simulation", targets: ["Simulation"]),
        .library(name: "Storage", targets: ["Storage"]),
        .library(name: "Topology", targets: ["Topology"]),
        .library(name: "Units", targets: ["Units"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CHwloc", pkgConfig: "hwloc", providers: [.apt(["libhwloc-dev"])]),
        .systemLibrary(name: "CNVML"),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CLinux"),

        room("Units"),
        room("Topology", ["Units", "CHwloc"]),
        room("Policy", ["Units", yams]),
        room("Scheduling", ["Units", "Topology", "Policy"]),
        room("Chargeback", ["Units", "Topology", "Policy", "Scheduling"]),
        room("Simulation", ["Units", "Topology", "Policy", "Scheduling", "CZlib"]),
        room("Storage", ["Units", grdb, crypto]),
        room("Telemetry", ["Units", "CLinux", "CNVML"]),
        room("Enforcement", ["Units", "Telemetry", "CSystemd", "CLinux", logging, nioCore, nioPosix]),
        room("AllotAPI", ["Units"]),
        room("AllotClient", ["AllotAPI", nioCore, nioHTTP1, nioPosix]),
        room(
            "AllotServer",
            [
                "Units", "Topology", "Policy", "Scheduling", "Chargeback", "Simulation", "Storage", "Telemetry",
                "Enforcement", "AllotAPI", "CLinux", "CSystemd", crypto, httpTypes, hummingbird, hummingbirdCore,
                logging, metrics, nioCore, nioExtras, nioHTTP1, nioPosix, serviceLifecycle, unixSignals, yams,
            ]),

        program("allot", ["AllotAPI", "AllotClient", "Policy", "Units", "CLinux", argumentParser, unixSignals]),
        program("allotd", ["AllotServer", argumentParser]),
        program("allot-enforcer", ["Enforcement", "CSystemd", argumentParser, logging, unixSignals]),

        testSupport("FakeDaemon", [nioCore, nioHTTP1, nioPosix]),

        tests("UnitsTests", ["Units"]),
        tests("TopologyTests", ["Units", "Topology"]),
        tests("PolicyTests", ["Units", "Topology", "Policy"]),
        tests("SchedulingTests", ["Units", "Topology", "Policy", "Scheduling", "Simulation"]),
        tests("ChargebackTests", ["Units", "Topology", "Policy", "Scheduling", "Chargeback"]),
        tests("SimulationTests", ["Units", "Topology", "Policy", "Scheduling", "Simulation"]),
        tests("StorageTests", ["Units", "Storage", grdb, crypto]),
        tests("TelemetryTests", ["Units", "Telemetry", "CLinux"], exclude: ["Programs"]),
        tests(
            "EnforcementTests",
            ["Units", "Telemetry", "Enforcement", "CLinux", "CSystemd", nioCore, nioPosix, logging]),
        tests("AllotAPITests", ["Units", "AllotAPI"]),
        tests("AllotClientTests", ["AllotAPI", "AllotClient", "FakeDaemon", "Units", nioCore, nioPosix]),
        tests(
            "AllotTests",
            ["allot", "AllotAPI", "AllotClient", "Policy", "FakeDaemon", "Units", argumentParser, nioPosix]),
        tests(
            "AllotServerTests",
            [
                "Units", "Topology", "Policy", "Scheduling", "Chargeback", "Storage", "Telemetry", "Enforcement",
                "AllotAPI", "AllotServer",
                "AllotClient", crypto, hummingbird, logging, nioCore, nioHTTP1, nioPosix, serviceLifecycle, unixSignals,
            ]),
        tests("SystemTests", ["AllotAPI", "AllotClient", nioPosix], exclude: scripts),
        tests("TidyTests", []),
    ]
)
