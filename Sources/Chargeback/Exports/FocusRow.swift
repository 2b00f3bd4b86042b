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
    var invoice: String?
    var detail: String?
    /// The invoice line's id.
    var line: Int?
    var key: String
    var sku: SKU?
    /// Hours of the SKU's unit, in their smallest part.
    var quantity: Int64?
    var pricing: Pricing?
    var record: UsageRecord?
    /// The resource's place on the host.
    var resource: String?
    var tags: [String: String] = [:]
    var shared: Shared?

    /// What the standard asks of a row whose quantity has a price.
    struct Pricing {
        var id: String
        var listUnitPrice: Price
        /// Millionths of the currency's unit, times a thousand for each of three ratios.
        var contractedUnitPrice: Int128
        /// Of the quantity, in what is billed as consumed.
        var consumed: Int64?
        var details: String

        /// Enough for a quantity, times the price, to be the cost within a thousandth of a millionth.
        var places: Int { contractedUnitPrice > 1_000_000_000_000_000_000 || listUnitPrice > dear ? 18 : 12 }
        private var dear: Price { Price(microunits: 1_000_000_000) }
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

extension FocusRow {
    /// Lays down the row's cells, in the order of `columns`.
    func lay(to bytes: inout [UInt8], _ context: ExportContext) {
        layAllocation(to: &bytes, context)
        layCharge(to: &bytes, context)
        layCosts(to: &bytes, context)
        layResource(to: &bytes, context)
        layOurs(to: &bytes, context)
        bytes.endRow()
    }

    /// Up to BillingPeriodStart.
    private func layAllocation(to bytes: inout [UInt8], _ context: ExportContext) {
        if let shared {
            let ratio = shared.ratio.map { ExactAmount.decimal($0, places: 12) }
            bytes.cell(ratio.map { "{\"Elements\":[{\"AllocatedRatio\":\($0)}]}" } ?? "")
            bytes.cell(context.sharedRule)
            bytes.cell(department.text)
            bytes.cell(context.names.name(of: department))
        } else {
            bytes.emptyCells(4)
        }
        bytes.cell(decimal: billed, places: 12)
        bytes.cell(context.issuer.account)
        bytes.cell(context.issuer.accountName)
        bytes.cell(context.currency)
        bytes.cell(context.range.upperBound)
        bytes.cell(context.range.lowerBound)
    }

    /// Up to ConsumedUnit.
    private func layCharge(to bytes: inout [UInt8], _ context: ExportContext) {
        // Only what somebody looked at is said to have been used, or not.
        let status = category == "Usage" ? record.flatMap { $0.tariff.state.capacityStatus } : ""
        if let record, let status {
            bytes.cell("\(context.host)/\(record.reservation)")
            bytes.cell(status)
        } else {
            bytes.emptyCells(2)
        }
        bytes.cell(category)
        bytes.cell(isCorrection ? "Correction" : "")
        bytes.cell(description)
        bytes.cell(frequency)
        bytes.cell(to)
        bytes.cell(from)
        layQuantity(category == "Usage" ? pricing?.consumed : nil, to: &bytes)
    }

    /// Up to PricingUnit.
    private func layCosts(to bytes: inout [UInt8], _ context: ExportContext) {
        bytes.cell(decimal: billed, places: 12)
        if let pricing {
            bytes.cell(decimal: pricing.contractedUnitPrice, places: 15, shortest: 2)
        } else {
            bytes.emptyCells()
        }
        bytes.cell(decimal: billed, places: 12)
        bytes.cell(context.issuer.name)
        bytes.cell(detail ?? "")
        bytes.cell(invoice ?? "")
        bytes.cell(context.issuer.name)
        bytes.cell(decimal: list, places: 12)
        if let pricing {
            bytes.cell(decimal: Int128(pricing.listUnitPrice.microunits), places: 6, shortest: 2)
            bytes.cell("Standard")
        } else {
            bytes.emptyCells(2)
        }
        layQuantity(pricing == nil ? nil : quantity, to: &bytes)
    }

    /// Up to Tags.
    private func layResource(to bytes: inout [UInt8], _ context: ExportContext) {
        let service = FocusService(sku, isShared: shared != nil)
        if let resource {
            bytes.cell("\(context.host)/\(resource)")
            bytes.cell(resource)
            bytes.cell(service.resourceType)
        } else {
            bytes.emptyCells(3)
        }
        bytes.cell(service.category)
        bytes.cell(service.name)
        bytes.cell(context.issuer.name)
        bytes.cell(service.subcategory)
        bytes.cell(sku?.description ?? (shared == nil ? "" : "shared"))
        bytes.cell(sku == nil && shared == nil ? "" : service.meter)
        bytes.cell(pricing?.details ?? "")
        bytes.cell(pricing?.id ?? "")
        bytes.cell(department.text)
        bytes.cell(context.names.name(of: department))
        bytes.cell(tags.isEmpty ? "" : tags.json)
    }

    /// The custom columns.
    private func layOurs(to bytes: inout [UInt8], _ context: ExportContext) {
        let tariff = record?.tariff
        bytes.cell(key)
        bytes.cell(tariff?.priorityClass.text ?? "")
        bytes.cell(tariff?.correction.map { "f-\($0)" } ?? "")
        bytes.cell(tariff?.entry.rawValue ?? "")
        if let line { bytes.cell(Int64(line)) } else { bytes.emptyCells() }
        bytes.cell(record.map { $0.amount == nil ? "true" : "false" } ?? "")
        if let original = record?.original { bytes.cell(original) } else { bytes.emptyCells() }
        bytes.cell(tariff?.original?.description ?? "")
        if let version = tariff?.rate?.version { bytes.cell(Int64(version)) } else { bytes.emptyCells() }
        bytes.cell(tariff?.rate?.window ?? "")
        layQuantity(record == nil ? nil : quantity, to: &bytes)
        if let record {
            bytes.cell(record.number)
            bytes.cell(record.reservation.description)
        } else {
            bytes.emptyCells(2)
        }
        if let shared, shared.ratio != nil {
            bytes.cell(decimal: shared.total.picounits, places: 12)
            bytes.cell(shared.origin)
        } else {
            bytes.emptyCells(2)
        }
        bytes.cell(tariff?.state.rawValue ?? "")
        bytes.cell(team?.text ?? "")
        bytes.cell(team.map { context.names.name(of: $0, in: department) } ?? "")
        bytes.cell(record?.user.description ?? "")
        bytes.cell(record.map { context.names.name(of: $0.user) } ?? "")
    }

    /// A quantity and its unit; both empty where there is none.
    private func layQuantity(_ quantity: Int64?, to bytes: inout [UInt8]) {
        guard let quantity else { return bytes.emptyCells(2) }
        guard let sku, shared == nil else {
            bytes.cell(quantity)
            return bytes.cell("Months")
        }
        let places = pricing?.places ?? 12
        bytes.cell(decimal: sku.hours(of: quantity, places: places), places: places)
        bytes.cell(sku.unitOfHours)
    }
}

extension UsageState {
    /// What FOCUS calls it; nil where nobody looked.
    fileprivate var capacityStatus: String? {
        switch self {
        case .used: "Used"
        case .idle, .noShow: "Unused"
        case .unmeasured, .degraded: nil
        }
    }
}
