import Testing
import Units

@testable import Storage

func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

func tariff(_ id: Int64) -> TariffRow { TariffRow(id: id, body: Array("tariff \(id)".utf8)) }

func record(
    _ number: Int64, on day: CivilDate, reservation: Int64 = 1, department: String = "vision", team: String? = nil,
    user: UInt32 = 1000, devices: DeviceSet = DeviceSet(), from: Int64 = 0, to: Int64 = 1000, quantity: Int64 = 1,
    tariff: Int64 = 1, original: Int64? = nil
) -> UsageRecordRow {
    UsageRecordRow(
        number: number, day: day, reservation: ReservationID(reservation), department: DepartmentID(department),
        team: team.map { TeamID($0) }, user: UserID(user), devices: devices, from: time(from), to: time(to),
        quantity: quantity, tariff: tariff, original: original)
}

func invoice(_ number: String, _ month: CivilDate, department: String = "vision") -> InvoiceRow {
    InvoiceRow(number: number, month: month, department: DepartmentID(department), body: Array("sealed".utf8))
}

extension Store {
    func all<Row>(_ stream: StoreStream<Row>) throws -> [Row] {
        try reader.fold(stream, into: []) { $0.append($1) }
    }

    /// What the sums differ in from the records, if anything.
    func usageDifference() throws -> UsageDifference? {
        try reader.database.read { db in try StoreSnapshot(db).usageDifference() }
    }
}

/// Months of records at random, in batches of random sizes, and the same in memory.
struct RandomUsage {
    let seed: UInt64
    var random: SeededGenerator
    private(set) var records: [UsageRecordRow] = []
    static let tariffs: Int64 = 7
    static let days = 75

    init(_ seed: UInt64) {
        self.seed = seed
        random = SeededGenerator(seed: seed)
    }

    /// The next records: from the end of a month of 31 days over all of the next to the middle of a third, some days
    /// a little late.
    mutating func next(_ count: Int) throws -> [UsageRecordRow] {
        let first = try day("2027-01-20").daysSinceEpoch
        var new: [UsageRecordRow] = []
        for _ in 0..<count {
            let number = Int64(records.count + new.count + 1)
            let late = Int64.random(in: 0...3, using: &random)
            let offset = min(number / 8, Int64(RandomUsage.days) - 4) + late
            let department = ["vision", "speech", "a \"quoted\" \\ one", "größe"].randomElement(using: &random)
            new.append(
                record(
                    number, on: CivilDate(daysSinceEpoch: first + offset),
                    reservation: Int64.random(in: max(1, number / 4 - 2)...(number / 4 + 1), using: &random),
                    department: department ?? "", team: [nil, "one", "two"].randomElement(using: &random) ?? nil,
                    user: UInt32.random(in: 1...5, using: &random),
                    devices: DeviceSet(bits: UInt128.random(in: 0 ... .max, using: &random)),
                    quantity: Int64.random(in: -1000...1_000_000, using: &random),
                    tariff: Int64.random(in: 1...RandomUsage.tariffs, using: &random)))
        }
        records += new
        return new
    }

    /// A filter at random, of which any part may be left out.
    mutating func filter() throws -> UsageFilter {
        let first = try day("2027-01-18").daysSinceEpoch
        let ends = (0..<2).map { _ in first + Int64.random(in: 0...80, using: &random) }.sorted()
        var filter = UsageFilter(days: CivilDate(daysSinceEpoch: ends[0])..<CivilDate(daysSinceEpoch: ends[1]))
        // Often from a month's first day: there the tables change.
        if Bool.random(using: &random) {
            filter.days = min(filter.days.lowerBound.firstOfMonth, filter.days.upperBound)..<filter.days.upperBound
        }
        if Bool.random(using: &random) {
            filter.days = filter.days.lowerBound..<max(filter.days.lowerBound, filter.days.upperBound.firstOfMonth)
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            filter.departments = [DepartmentID("speech"), DepartmentID("a \"quoted\" \\ one")]
        }
        if Int.random(in: 0..<3, using: &random) == 0 { filter.teams = [nil, TeamID("two")] }
        if Int.random(in: 0..<4, using: &random) == 0 { filter.users = [UserID(2), UserID(3), UserID(99)] }
        if Int.random(in: 0..<3, using: &random) == 0 { filter.tariffs = [1, 2, 5] }
        if Int.random(in: 0..<20, using: &random) == 0 { filter.departments = [] }
        return filter
    }
}

extension UsageFilter {
    /// What it lets through, said once more.
    func contains(_ record: UsageRecordRow) -> Bool {
        days.contains(record.day) && departments?.contains(record.department) ?? true
            && teams?.contains(record.team) ?? true && users?.contains(record.user) ?? true
            && tariffs?.contains(record.tariff) ?? true
    }
}
