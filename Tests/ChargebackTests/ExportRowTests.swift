import Chargeback
import Policy
import Testing
import Units

/// Rows that a person can check by hand.
@Suite struct ExportRowTests {
    private static let model = SKU.device("H100")
    private static let start = Timestamp(milliseconds: 1_793_610_000_000)

    /// A share of nobody's: two devices for an hour and a half, idle, at 2.50 × 1.5 × 0.5: 3 hours, 5.625.
    private static func record(
        _ number: Int64 = 1, _ change: (inout UsageRecord) -> Void = { _ in }
    ) -> UsageRecord {
        var record = UsageRecord(
            number: number, day: Zone.utc.date(at: start), reservation: ReservationID(7),
            department: DepartmentID("vision"), team: nil, user: UserID(1001), devices: DeviceSet(first: 2),
            from: start, to: start + .minutes(90), quantity: 2 * 1000 * 90 * 60_000,
            tariff: Tariff(
                sku: model, priorityClass: ClassID("production"), state: .idle,
                rate: AppliedRate(perHour: Price(microunits: 2_500_000), version: 3, window: nil),
                multiplier: Ratio(thousandths: 1500), factor: Ratio(thousandths: 500)))
        change(&record)
        return record
    }

    private func export(
        _ records: [UsageRecord], _ format: ExportFormat, tags: [String: String] = [:],
        adjustment: Int64? = nil, _ change: (inout ExportContext) -> Void = { _ in }
    ) throws -> String {
        let period = Period(of: Self.record().day)
        let totals = records.map {
            PeriodTotal(
                period: $0.period, department: $0.department, team: $0.team, tariff: $0.tariff, quantity: $0.quantity)
        }
        let adjustments = adjustment.map {
            PostedAdjustment(
                number: 4,
                adjustment: .init(
                    department: DepartmentID("vision"), team: nil, amount: Amount(microunits: $0), period: period),
                by: UserID(1), approvedBy: nil, at: Self.start)
        }
        let statement = try Invoicing(
            period: period, zone: .utc, currency: "EUR", versions: .init(policy: 1, rating: 1)
        ).statement(departments: [], totals: totals, adjustments: adjustments.map { [$0] } ?? [])
        var context = ExportContext(
            host: "node", period: period, zone: .utc, currency: "EUR",
            issuer: .init(name: "Centre", account: "ORG-1", accountName: "Institute"), invoices: statement.invoices,
            asOf: Self.start + .days(1), names: ExportNames(devices: [DeviceID("GPU-a"), DeviceID("GPU-b")]))
        change(&context)
        var writer = format.writer(context)
        var bytes: [UInt8] = []
        writer.begin(to: &bytes)
        for record in records { try writer.append(record, tags: tags, to: &bytes) }
        try writer.finish(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func rows(_ text: String) throws -> [[String: String]] { try #require(SheetReader(text)).rows }

    @Test func `each device has its part, and the line its rounding`() throws {
        let rows = try rows(export([Self.record()], .focusCostAndUsage))
        #expect(rows.map { $0["BilledCost"] } == ["2.812500000000", "2.812500000000", "-0.005000000000"])
        #expect(rows.map { $0["ResourceId"] } == ["node/GPU-a", "node/GPU-b", ""])
        #expect(rows.map { $0["ChargeCategory"] } == ["Usage", "Usage", "Adjustment"])
        #expect(rows.map { $0["x_ChargeKey"] } == ["1/gpu0", "1/gpu1", "INV-2026-11-vision/1/rounding"])
        let first = try #require(rows.first)
        #expect(first["PricingQuantity"] == "1.500000000000" && first["PricingUnit"] == "GPU-Hours")
        #expect(first["ListUnitPrice"] == "2.50" && first["ListCost"] == "3.750000000000")
        #expect(first["ContractedUnitPrice"] == "1.875" && first["ContractedCost"] == first["BilledCost"])
        #expect(first["SkuPriceId"] == "gpu:H100/production/idle" && first["x_PriceVersion"] == "3")
        #expect(first["CapacityReservationId"] == "node/r-7" && first["CapacityReservationStatus"] == "Unused")
        #expect(first["ConsumedQuantity"] == "0.000000000000" && first["InvoiceDetailId"] == "INV-2026-11-vision/1")
        #expect(
            first["SkuPriceDetails"]
                == #"{"GpuCount":1,"x_ClassMultiplier":1.5,"x_StateFactor":0.5,"x_PriceVersion":3}"#)
    }

    @Test(arguments: [
        (UsageState.used, "Used", "1.500000000000"), (.idle, "Unused", "0.000000000000"),
        (.noShow, "Unused", "0.000000000000"), (.unmeasured, "", "1.500000000000"), (.degraded, "", "0.000000000000"),
    ])
    func `only what somebody looked at is said to have been used`(
        state: UsageState, status: String, consumed: String
    ) throws {
        let record = Self.record { $0.tariff.state = state }
        let row = try #require(rows(export([record], .focusCostAndUsage)).first)
        #expect(row["CapacityReservationStatus"] == status && row["ConsumedQuantity"] == consumed)
        #expect((row["CapacityReservationId"] == "") == (status == "") && row["x_State"] == state.rawValue)
    }

    @Test func `what has no price is there, and said to have none`() throws {
        let record = Self.record { $0.tariff.rate = nil }
        let focus = try #require(rows(export([record], .focusCostAndUsage)).first)
        #expect(focus["x_IsUnrated"] == "true" && focus["BilledCost"] == "0.000000000000")
        let empty = ["SkuPriceId", "ListUnitPrice", "PricingQuantity", "ConsumedQuantity", "InvoiceId"]
        #expect(empty.allSatisfy { focus[$0] == "" } && focus["x_Quantity"] == "1.500000000000")
        let sheet = try #require(rows(export([record], .csv)).first)
        #expect(sheet["Rated"] == "no" && sheet["Amount"] == "" && sheet["Quantity"] == "3.000000000000")
    }

    @Test func `what costs nothing at any price has one of nothing`() throws {
        let record = Self.record { ($0.tariff.rate, $0.tariff.factor) = (nil, Ratio(thousandths: 0)) }
        let row = try #require(rows(export([record], .focusCostAndUsage)).first)
        #expect(row["x_IsUnrated"] == "false" && row["SkuPriceId"] == "gpu:H100/production/idle")
        #expect(row["ListUnitPrice"] == "0.00" && row["ContractedUnitPrice"] == "0.00")
        #expect(row["PricingQuantity"] == "1.500000000000" && row["BilledCost"] == "0.000000000000")
    }

    @Test func `a dear price has a quantity of more decimals`() throws {
        // 1,000,000 an hour, with the class 1,500,000, for 1 ms of a device.
        let record = Self.record {
            ($0.quantity, $0.to, $0.devices) = (1000, $0.from + Span(milliseconds: 1), DeviceSet(first: 1))
            $0.tariff.rate?.perHour = Price(microunits: 1_000_000_000_000)
            $0.tariff.factor = .one
        }
        let row = try #require(rows(export([record], .focusCostAndUsage)).first)
        #expect(row["PricingQuantity"] == "0.000000277777777778" && row["ContractedUnitPrice"] == "1500000.00")
        #expect(row["BilledCost"] == "0.416666666667" && row["ListCost"] == "0.277777777778")
    }

    @Test func `whole hours of UTC cut a row`() throws {
        // From 09:00:00 to 10:30.
        let record = Self.record { ($0.from, $0.to) = ($0.from + .minutes(15), $0.to + .minutes(15)) }
        let text = try export([record], .focusCostAndUsage) { $0.isSplitByHour = true }
        let rows = try rows(text).filter { $0["x_Record"] == "1" }
        #expect(rows.map { $0["PricingQuantity"] }.prefix(2) == ["0.750000000000", "0.750000000000"])
        #expect(rows.count == 4 && Set(rows.map { $0["x_ChargeKey"] }).count == 4)
        #expect(SheetReader.sum(rows, "BilledCost") == 5_625_000_000_000)
    }

    @Test func `names are quoted, and no text becomes a formula`() throws {
        let names = ExportNames(
            departments: [DepartmentID("vision"): "=HYPERLINK(\"http://x\"),\r\n1"],
            users: [UserID(1001): "@SUM(A1)"])
        let text = try export([Self.record()], .csv, tags: ["a": "-1"]) { $0.names = names }
        let row = try #require(rows(text).first)
        #expect(row["Department name"] == "'=HYPERLINK(\"http://x\"),\r\n1" && row["User name"] == "'@SUM(A1)")
        #expect(row["Tags"] == #"{"a":"-1"}"# && row["Devices"] == "device-0 device-1")
        // The GL is opened in spreadsheets as well; FOCUS is read by programs, which get what was written.
        let ledger = try #require(rows(export([Self.record()], .gl) { $0.names = names }).first)
        #expect(ledger["Cost centre name"] == "'=HYPERLINK(\"http://x\"),\r\n1")
        let focus = try #require(rows(export([Self.record()], .focusCostAndUsage) { $0.names = names }).first)
        #expect(focus["SubAccountName"] == "=HYPERLINK(\"http://x\"),\r\n1" && focus["x_UserName"] == "@SUM(A1)")
    }

    @Test(arguments: ["=", "+", "-", "@", "\t", "\r", "\n"])
    func `no beginning of a formula stays one`(beginning: String) throws {
        let names = ExportNames(users: [UserID(1001): beginning + "1"])
        let row = try #require(rows(export([Self.record()], .csv) { $0.names = names }).first)
        #expect(row["User name"] == "'" + beginning + "1")
    }

    @Test func `tags are JSON in the order of their keys`() throws {
        let tags = ["b": "x\"y\\", "a": "line\nbreak\u{1}", "ä": "ö"]
        let row = try #require(rows(export([Self.record()], .focusCostAndUsage, tags: tags)).first)
        #expect(row["Tags"] == #"{"a":"line\u000abreak\u0001","b":"x\"y\\","ä":"ö"}"#)
    }

    // 5.625 less 1.25 is 4.375, which is rounded to the even 4.38: the use gets the half hundredth.
    @Test func `the general ledger has a debit and a credit for each line`() throws {
        let accounts = ChargebackRules.LedgerAccounts(
            expense: "6400", revenue: "8400", departments: [DepartmentID("vision"): "6410"])
        let text = try export([Self.record()], .gl, adjustment: -1_250_000) { $0.accounts = accounts }
        let rows = try rows(text)
        #expect(rows.map { $0["Account"] } == ["6410", "8400", "6410", "8400"])
        #expect(rows.map { $0["Debit"] } == ["5.63", "", "", "1.25"])
        #expect(rows.map { $0["Credit"] } == ["", "5.63", "1.25", ""])
        #expect(rows.map { $0["Kind"] } == ["usage", "usage", "adjustment", "adjustment"])
        #expect(rows.allSatisfy { $0["Date"] == "2026-11-30" && $0["Cost centre"] == "vision" })
    }

    @Test func `the ledger is made of records, and says what the invoice does`() throws {
        let text = try export([Self.record()], .hledger, adjustment: -1_250_000)
        let expected = """
            ; Chargeback of 2026-11, draft; UTC
            decimal-mark .
            commodity 1000.00 EUR
            account Expenses:Compute:vision:2026-11
            account Income:Compute:adjustment:2026-11
            account Income:Compute:rounding:2026-11
            account Income:Compute:usage:2026-11

            2026-11-02 * vision: charges
                Expenses:Compute:vision:2026-11  5.625000000000 EUR  ; line 1: Use of gpu:H100
                Income:Compute:usage:2026-11  -5.625000000000 EUR

            2026-11-30 * vision: invoice INV-2026-11-vision
                Expenses:Compute:vision:2026-11  0.005000000000 EUR  ; line 1: Use of gpu:H100
                Income:Compute:rounding:2026-11  -0.005000000000 EUR
                Expenses:Compute:vision:2026-11  -1.250000000000 EUR  ; line 2: Adjustment (f-4)
                Income:Compute:adjustment:2026-11  1.250000000000 EUR

            2026-11-30 * what the invoices say
                Expenses:Compute:vision:2026-11  0 EUR == 4.380000000000 EUR
                Income:Compute:adjustment:2026-11  0 EUR == 1.250000000000 EUR
                Income:Compute:rounding:2026-11  0 EUR == -0.005000000000 EUR
                Income:Compute:usage:2026-11  0 EUR == -5.625000000000 EUR

            """
        #expect(text == expected)
    }
}
