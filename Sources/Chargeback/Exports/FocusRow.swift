import Policy
import Units

/// A row of FOCUS 1.4's Cost and Usage, but for what all rows of an export share.
/// (FinOps Open Cost and Usage Specification, https://focus.finops.org.)
struct FocusRow {
    var billed: Int128 = 0
    var list: Int128 = 0
    var category = "Adjustment"
    var isCorrection = false
    var description = ""
    var frequency = "One-Time"
    var from: Timestamp
    var to: Timestamp
    var department: DepartmentID
    var team: TeamID?
    var line: LineSums.Open?
    /// What the line's id has behind it, of a row that is a detail of its own.
    var detailEnd = ""
    var key: String
    /// `ServiceCategory` to `SkuPriceId`.
    var service: [UInt8]
    /// `ResourceId` to `ResourceType`.
    var resource: [UInt8] = Array(",,,".utf8)
    /// In the SKU's quantities times milliseconds.
    var quantity: Int64 = 0
    /// What of it is said to have been consumed.
    var consumed: Int64 = 0
    var pricing: Pricing?
    var record: UsageRecord?
    /// As JSON.
    var tags = ""
    var shared: Shared?

    /// What the standard asks of a row whose quantity has a price.
    struct Pricing: Sendable {
        /// `ContractedUnitPrice`.
        let contractedCell: [UInt8]
        /// `ListUnitPrice` and `PricingCategory`.
        let listCells: [UInt8]
        let list: Price
        /// Of a quantity: enough for it, times the price, to be the cost within a thousandth of a millionth.
        let places: Int

        /// - Parameter contracted: Millionths of the currency's unit, times a thousand for each of three ratios.
        init(list: Price, contracted: Int128) {
            self.list = list
            let isDear = max(Int128(list.microunits) * 1_000_000_000, contracted) > 1_000_000_000_000_000_000
            places = isDear ? 18 : 12
            var cells: [UInt8] = []
            cells.cell(decimal: contracted, places: 15, shortest: 2)
            contractedCell = cells
            cells = []
            cells.cell(decimal: Int128(list.microunits), places: 6, shortest: 2)
            cells.cell("Standard")
            listCells = cells
        }
    }

    /// A department's part of what nobody used.
    struct Shared {
        /// What is distributed, one for all departments.
        var origin: String
        var total: Amount
        /// The department's part of it, in millionths of a millionth; nil where not all parts are in the export.
        var ratio: Int128?
    }

    static let columns = [
        "AllocatedMethodDetails", "AllocatedMethodId", "AllocatedResourceId", "AllocatedResourceName", "BilledCost",
        "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
        "CapacityReservationId", "CapacityReservationStatus", "ChargeCategory", "ChargeClass", "ChargeDescription",
        "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart", "ConsumedQuantity", "ConsumedUnit",
        "ContractedCost", "ContractedUnitPrice", "EffectiveCost", "HostProviderName", "InvoiceDetailId", "InvoiceId",
        "InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory", "PricingQuantity", "PricingUnit",
        "ResourceId", "ResourceName", "ResourceType", "ServiceCategory", "ServiceName", "ServiceProviderName",
        "ServiceSubcategory", "SkuId", "SkuMeter", "SkuPriceDetails", "SkuPriceId", "SubAccountId", "SubAccountName",
        "Tags", "x_ChargeKey", "x_Class", "x_Correction", "x_Entry", "x_InvoiceLine", "x_IsUnrated", "x_Original",
        "x_OriginalPeriod", "x_PriceVersion", "x_PriceWindow", "x_Quantity", "x_QuantityUnit", "x_Record",
        "x_ReservationId", "x_SplitOriginCost", "x_SplitOriginId", "x_State", "x_TeamId", "x_TeamName", "x_UserId",
        "x_UserName",
    ]
}

extension UsageState {
    /// What FOCUS calls it; nil where nobody looked.
    var capacityStatus: String? {
        switch self {
        case .used: "Used"
        case .idle, .noShow: "Unused"
        case .unmeasured, .degraded: nil
        }
    }

    /// Whether what was held counts as consumed, as a machine that is provided does though nobody looked at it.
    var isConsumed: Bool { self == .used || self == .unmeasured }
}
