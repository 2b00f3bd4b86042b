import AllotAPI
import Scheduling
import Units

/// What has been posted to the departments' months, and which thresholds were announced, as JSON, in its projection.
/// What live reservations hold stands with them.
enum BudgetsRecord {
    /// Its name among the store's documents.
    static let name = "budgets"

    static func bytes(_ ledger: BudgetLedger) -> [UInt8] {
        var writer = JSONWriter(capacity: 64 * ledger.periods.count + 2)
        writer.openObject()
        for (department, months) in ledger.periods.sorted(by: { $0.key.text < $1.key.text }) {
            writer.name(department.text)
            writer.openArray()
            for (month, period) in months.sorted(by: { $0.key < $1.key }) {
                writer.openArray()
                writer.integer(month.milliseconds)
                writer.integer(period.posted.microunits)
                writer.integer(Int64(period.announced))
                writer.closeArray()
            }
            writer.closeArray()
        }
        writer.closeObject()
        return writer.bytes
    }

    static func read(_ bytes: [UInt8]) throws(AllotAPI.JSONFault) -> BudgetLedger {
        var reader = JSONReader(bytes)
        var periods: [DepartmentID: [Timestamp: BudgetLedger.Period]] = [:]
        try reader.object { name, reader throws(AllotAPI.JSONFault) in
            var months: [Timestamp: BudgetLedger.Period] = [:]
            try reader.array { reader throws(AllotAPI.JSONFault) in
                let numbers = try ReservationRecord.readNumbers(from: &reader)
                guard numbers.count == 3 else { throw reader.fault("a month, an amount and a percentage before it") }
                months[Timestamp(milliseconds: numbers[0])] = BudgetLedger.Period(
                    posted: Amount(microunits: numbers[1]), announced: Int(clamping: numbers[2]))
            }
            periods[DepartmentID(name.text)] = months
        }
        return BudgetLedger(periods: periods)
    }
}
