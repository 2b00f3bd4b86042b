import Chargeback
import Foundation
import Policy
import Testing
import Units

/// Writes random months, as tables with a store's columns, for sums that know nothing of this code:
/// Tests/SystemTests/sums.sh.
@Suite struct MonthSheetTests {
    private static let environment = ProcessInfo.processInfo.environment

    @Test(.enabled(if: environment["ALLOT_SUMS"] != nil, "ALLOT_SUMS names no folder to write to"))
    func `months are written`() throws {
        let folder = URL(fileURLWithPath: try #require(Self.environment["ALLOT_SUMS"]))
        let months = Self.environment["ALLOT_MONTHS"].flatMap(UInt64.init) ?? 300
        for seed in 1...max(months / 3, 1) {
            let history = try MonthHistory(MonthWorld(seed: seed))
            try Data(history.sheet().utf8).write(to: folder.appending(path: "\(seed).sql"))
        }
    }
}

extension MonthHistory {
    /// SQL that makes the tables.
    fileprivate func sheet() throws -> String {
        var lines = [
            "CREATE TABLE tariff (id INTEGER PRIMARY KEY, body BLOB);",
            """
            CREATE TABLE usage_record (number INTEGER PRIMARY KEY, day INTEGER, month INTEGER, reservation INTEGER,
            department TEXT, team TEXT, user INTEGER, from_at INTEGER, to_at INTEGER, quantity INTEGER, tariff INTEGER,
            original INTEGER);
            """, "CREATE TABLE invoice (number TEXT PRIMARY KEY, month INTEGER, department TEXT, body BLOB);",
            "CREATE TABLE journal (sequence INTEGER PRIMARY KEY, kind TEXT, payload BLOB);", "BEGIN;",
        ]
        var ids: [Tariff: Int] = [:]
        for record in records {
            let id = ids[record.tariff] ?? ids.count + 1
            if ids.updateValue(id, forKey: record.tariff) == nil {
                lines.append("INSERT INTO tariff VALUES (\(id), \(try text(record.tariff)));")
            }
            let columns: [Int64] = [
                record.number, record.day.daysSinceEpoch, record.period.first.daysSinceEpoch, record.reservation.number,
            ]
            let amounts: [Int64] = [
                Int64(record.user.uid), record.from.milliseconds, record.to.milliseconds, record.quantity, Int64(id),
            ]
            lines.append(
                "INSERT INTO usage_record VALUES (\(list(columns)), '\(record.department)', "
                    + "'\(record.team?.text ?? "")', \(list(amounts)), "
                    + "\(record.original.map(String.init) ?? "NULL"));")
        }
        for period in world.periods {
            for invoice in try JSONDecoder().decode([Invoice].self, from: try #require(sealed[period])) {
                lines.append(
                    "INSERT INTO invoice VALUES ('\(invoice.number)', \(period.first.daysSinceEpoch), "
                        + "'\(invoice.department)', \(try text(invoice)));")
            }
        }
        for event in events {
            lines.append("INSERT INTO journal VALUES (NULL, '\(event.kind)', \(try text(event)));")
        }
        return (lines + ["COMMIT;", ""]).joined(separator: "\n")
    }

    private func list(_ numbers: [Int64]) -> String { numbers.map(String.init).joined(separator: ", ") }

    /// A value as JSON, quoted for SQL.
    private func text(_ value: some Encodable) throws -> String {
        let json = String(decoding: try JSONEncoder.sorted.encode(value), as: UTF8.self)
        return "'" + json.replacingOccurrences(of: "'", with: "''") + "'"
    }
}
