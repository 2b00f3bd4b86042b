// swift-tools-version: 6.2
import PackageDescription

// `run` compiles the measurements in C itself (allot-measure, allot-stamp: one of them has to be linked statically).
let package = Package(
    name: "allot-benchmarks",
    dependencies: [.package(name: "allot", path: "..")],
    targets: [
        // Passes and submissions, by the engine alone.
        .executableTarget(
            name: "allot-plan-bench",
            dependencies: ["Policy", "Scheduling", "Simulation", "Topology", "Units"].map {
                .product(name: $0, package: "allot")
            },
            path: "Sources/PlanBench",
            swiftSettings: [
                .swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny"),
            ]),
        // Large policies: reading, checking, finding a user's accounts.
        .executableTarget(
            name: "allot-policy-bench",
            dependencies: ["Policy", "Units"].map { .product(name: $0, package: "allot") },
            path: "Sources/PolicyBench",
            swiftSettings: [
                .swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny"),
            ]),
        // A year of reservations: metered, rated, stored, asked, invoiced and exported.
        .executableTarget(
            name: "allot-year-bench",
            dependencies: ["CCeiling"]
                + ["Chargeback", "Policy", "Scheduling", "Storage", "Units"].map {
                    .product(name: $0, package: "allot")
                },
            path: "Sources/YearBench",
            swiftSettings: [
                .swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny"),
            ]),
        // What plain C reaches with the same rows on the same disk: the ceiling that the store is measured against.
        .target(name: "CCeiling", cSettings: [.define("_GNU_SOURCE")], linkerSettings: [.linkedLibrary("sqlite3")]),
        .executableTarget(
            name: "allot-bench",
            dependencies: [
                "CCeiling", .product(name: "Storage", package: "allot"), .product(name: "Units", package: "allot"),
            ],
            path: "Sources/AllotBench",
            swiftSettings: [
                .swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny"),
            ]),
    ]
)
