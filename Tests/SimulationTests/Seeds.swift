import Foundation

/// How many random workloads a test tries: `ALLOT_SOAK_STREAMS` says so where it is set, as for every property test.
enum Seeds {
    private static let soak = ProcessInfo.processInfo.environment["ALLOT_SOAK_STREAMS"].flatMap { UInt64($0) }

    static var isSoak: Bool { soak != nil }

    static func first(_ count: UInt64) -> ClosedRange<UInt64> { 1...max(soak ?? count, 1) }
}
