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

    /// Three months, and what came after their close.
    @Test(.enabled(if: folder != nil, "ALLOT_EXPORTS names no folder to write to"), arguments: [1, 2])
    func `exports of a history are written`(seed: UInt64) throws {
        let history = try MonthHistory(MonthWorld(seed: seed))
        let totals = history.totals
        for period in history.periods {
            let folder = URL(fileURLWithPath: try #require(Self.folder)).appending(path: "history\(seed)-\(period)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let statement = try history.statement(period, totals)
            for format in ExportFormat.allCases {
                let text = try history.export(format, period, statement)
                try Data(text.utf8).write(to: folder.appending(path: format.rawValue))
            }
        }
    }
}

extension MonthHistory {
    /// An export of one of its periods.
    func export(_ format: ExportFormat, _ period: Period, _ statement: PeriodStatement) throws -> String {
        let end = period.range(in: world.policy.timeZone).upperBound
        var writer = format.writer(
            ExportContext(
                host: "sample", period: period, zone: world.policy.timeZone, currency: "EUR",
                issuer: .init(name: "Computing centre", account: "ORG-1", accountName: "Institute"),
                invoices: statement.invoices, closedAt: sealed[period] == nil ? nil : end, asOf: end,
                sharedRule: world.rule.distribute.rawValue))
        var bytes: [UInt8] = []
        writer.begin(to: &bytes)
        for record in records where record.period == period { try writer.append(record, tags: [:], to: &bytes) }
        try writer.finish(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
