import Chargeback
import Foundation
import Testing

/// Writes the exports of months drawn at random for programs outside to judge: Tests/SystemTests/exports.sh.
@Suite struct ExportSampleTests {
    private static let folder = ProcessInfo.processInfo.environment["ALLOT_EXPORTS"]

    @Test(
        .enabled(if: folder != nil, "ALLOT_EXPORTS names no folder to write to"),
        arguments: [
            ("winter", 1, "2026-10", "Europe/Berlin", false), ("hours", 2, "2026-10", "Europe/Berlin", true),
            ("summer", 3, "2027-03", "America/New_York", false), ("leap", 4, "2028-02", "Asia/Kolkata", false),
            ("draft", 5, "2026-12", "UTC", false),
        ])
    func `exports are written`(name: String, seed: Int, period: String, zone: String, isSplit: Bool) throws {
        let month = try ExportMonth(seed: UInt64(seed), period: period, zone: zone)
        let folder = URL(fileURLWithPath: try #require(Self.folder)).appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let context = month.context { context in
            context.isSplitByHour = isSplit
            if name == "draft" { context.closedAt = nil }
        }
        for format in ExportFormat.allCases {
            try Data(month.bytes(format, context)).write(to: folder.appending(path: format.rawValue))
        }
    }
}
