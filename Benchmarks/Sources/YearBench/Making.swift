import Chargeback
import Policy
import Units

/// Makes the year: what happens, its records, and the store's rows; and notes how long each took up to here.
struct Making {
    private var year: Year
    private(set) var ledger: Ledger
    private var meter = Meter(live: [])
    private let policy: Policy
    private let running = Running()
    /// What all records cost.
    private(set) var sum = ExactAmount.zero
    private(set) var progress = Progress()

    struct Progress {
        var records: Int64 = 0
        var metering = Elapsed()
        var storing = Elapsed()
    }

    init(folder: String, reservations: Int64, seed: UInt64) throws {
        policy = try Company.policy()
        year = try Year(zone: policy.timeZone, reservations: reservations, seed: seed)
        ledger = try Ledger(folder: folder)
        let start = policy.timeZone.start(of: year.day)
        _ = try meter.fold(.inventory(Year.inventory), at: start, policy: policy)
    }

    var day: CivilDate { year.day }
    var reservations: Int64 { year.reservations }
    var isOver: Bool { year.isOver }
    var zone: Zone { policy.timeZone }
    var departments: [DepartmentID] { policy.departments.map(\.id) }

    mutating func nextDay() throws {
        let entries = year.nextDay()
        try ledger.journal(entries)
        var made: [UsageRecord] = []
        progress.metering += try Elapsed.measured {
            for entry in entries { try fold(entry, into: &made) }
            for record in made {
                guard let amount = record.amount else { throw Failure(message: "record \(record.number) is unrated") }
                sum += amount
            }
        }
        progress.storing += try Elapsed.measured { try ledger.commit(made) }
        progress.records += Int64(made.count)
    }

    private mutating func fold(_ entry: Year.Entry, into made: inout [UsageRecord]) throws {
        switch entry {
        case .engine(let event, let reservation):
            made += meter.fold(event, reservation, policy: policy) { [running] in running.records[$0] ?? [] }
            if case .ended(let id, _) = event { running.records[id] = nil }
        case .metering(let event, let time):
            let records = try meter.fold(event, at: time, policy: policy)
            for record in records { running.records[record.reservation, default: []].append(record) }
            made += records
        }
    }
}

/// Records of what runs, which its end may credit.
private final class Running {
    var records: [ReservationID: [UsageRecord]] = [:]
}
