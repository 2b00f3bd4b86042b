import Chargeback
import Policy
import Testing
import Units

/// Values that tests of books and invoices share.
enum Finance {
    static let vision = DepartmentID("vision")
    static let speech = DepartmentID("speech")
    static let robotics = DepartmentID("robotics")
    static let h100 = SKU.device("H100")
    static let standard = ClassID("standard")

    /// `2026-11-02T09:00:00Z`.
    static func time(_ text: String) throws -> Timestamp { try #require(RFC3339.timestamp(text)) }
    static func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }
    static func period(_ text: String) throws -> Period { try #require(Period(text)) }
    static func amount(_ hundredths: Int64) -> Amount { Amount(microunits: hundredths * 10_000) }
    static func price(_ text: String) throws -> Price { try #require(Price(text)) }

    static func rate(_ perHour: String, version: Int = 1, window: String? = nil) throws -> AppliedRate {
        AppliedRate(perHour: try price(perHour), version: version, window: window)
    }

    /// Of a period that is asked about in the middle of December 2026; metering began in October.
    /// - Parameter settled: up to where all use is written down; nil: all is.
    static func moment(
        _ text: String = "2026-12-15T12:00:00Z", zone: Zone = .utc, settled: String? = nil
    ) throws -> Books.Moment {
        let now = try time(text)
        return Books.Moment(
            now: now, zone: zone, began: try period("2026-10"), settledUntil: try settled.map(time) ?? now)
    }

    static func total(
        _ department: DepartmentID = vision, _ team: String? = nil, _ tariff: Tariff, _ quantity: Int64,
        period text: String = "2026-11"
    ) throws -> PeriodTotal {
        PeriodTotal(
            period: try period(text), department: department, team: team.map { TeamID($0) }, tariff: tariff,
            quantity: quantity)
    }

    /// Use of an H100 in the standard class.
    static func usage(_ rate: AppliedRate?, multiplier: Int64 = 1000, factor: Int64 = 1000) -> Tariff {
        usage(of: h100, rate, multiplier: multiplier, factor: factor)
    }

    static func usage(of sku: SKU, _ rate: AppliedRate?, multiplier: Int64 = 1000, factor: Int64 = 1000) -> Tariff {
        Tariff(
            sku: sku, priorityClass: standard, state: .used, rate: rate, multiplier: Ratio(thousandths: multiplier),
            factor: Ratio(thousandths: factor))
    }

    static func invoicing(_ text: String = "2026-11", zone: Zone = .utc) throws -> Invoicing {
        Invoicing(
            period: try period(text), zone: zone, currency: "EUR",
            versions: Invoice.Versions(policy: 3, rating: Invoicing.rating))
    }

    static func posted(
        _ number: Int64, _ department: DepartmentID, _ hundredths: Int64, team: String? = nil,
        period text: String = "2026-11"
    ) throws -> PostedAdjustment {
        PostedAdjustment(
            number: number,
            adjustment: FinanceProposal.Adjustment(
                department: department, team: team.map { TeamID($0) }, amount: amount(hundredths),
                period: try period(text)),
            by: UserID(7), approvedBy: nil, at: try time("2026-11-20T08:00:00Z"))
    }

    /// Three departments of the policy, and prices from the beginning of 2026 on.
    static func policy(_ rates: [Rate], zone: Zone = .utc, quotas: [DepartmentID: [Quota]] = [:]) -> Policy {
        Policy(
            departments: [vision, speech, robotics].map {
                Department(
                    id: $0, name: $0.text, weight: 1, teams: [], members: [], quotas: quotas[$0] ?? [])
            }, classes: [], timeZone: zone, priceBook: PriceBook(currency: "EUR", rates: rates))
    }
}
