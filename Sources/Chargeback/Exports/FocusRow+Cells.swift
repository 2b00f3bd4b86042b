import Policy
import Units

extension FocusRow {
    /// Lays down the row's cells, in the order of `columns`.
    /// - Parameter account: `BillingAccountId` to `BillingPeriodStart`.
    func lay(to bytes: inout [UInt8], _ context: ExportContext, account: [UInt8]) {
        layAllocation(to: &bytes, context)
        bytes.cell(decimal: billed, places: 12)
        bytes.append(contentsOf: account)
        layCharge(to: &bytes, context)
        layCosts(to: &bytes, context)
        bytes.append(contentsOf: resource)
        bytes.append(contentsOf: service)
        bytes.cell(department.text)
        bytes.cell(context.names.name(of: department))
        bytes.cell(tags)
        bytes.cell(key)
        layRecord(to: &bytes)
        layOwner(to: &bytes, context)
        bytes.endRow()
    }

    /// Up to `AllocatedResourceName`.
    private func layAllocation(to bytes: inout [UInt8], _ context: ExportContext) {
        guard let shared else { return bytes.emptyCells(4) }
        let ratio = shared.ratio.map { ExactAmount.decimal($0, places: 12) }
        bytes.cell(ratio.map { "{\"Elements\":[{\"AllocatedRatio\":\($0)}]}" } ?? "")
        bytes.cell(context.sharedRule)
        bytes.cell(department.text)
        bytes.cell(context.names.name(of: department))
    }

    /// `CapacityReservationId` to `ConsumedUnit`.
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
        layQuantity(category == "Usage" && pricing != nil ? consumed : nil, to: &bytes)
    }

    /// `ContractedCost` to `PricingUnit`.
    private func layCosts(to bytes: inout [UInt8], _ context: ExportContext) {
        bytes.cell(decimal: billed, places: 12)
        if let pricing { bytes.append(contentsOf: pricing.contractedCell) } else { bytes.emptyCells() }
        bytes.cell(decimal: billed, places: 12)
        bytes.cell(context.issuer.name)
        if let line {
            bytes.cell(detailEnd.isEmpty ? line.detail : line.detail + detailEnd)
            bytes.cell(line.number)
        } else {
            bytes.emptyCells(2)
        }
        bytes.cell(context.issuer.name)
        bytes.cell(decimal: list, places: 12)
        if let pricing { bytes.append(contentsOf: pricing.listCells) } else { bytes.emptyCells(2) }
        layQuantity(pricing == nil ? nil : quantity, to: &bytes)
    }

    /// `x_Class` to `x_SplitOriginId`.
    private func layRecord(to bytes: inout [UInt8]) {
        let tariff = record?.tariff
        bytes.cell(tariff?.priorityClass.text ?? "")
        bytes.cell(tariff?.correction.map { "f-\($0)" } ?? "")
        bytes.cell(tariff?.entry.rawValue ?? "")
        bytes.cell(line.map { Int64($0.line.id) })
        bytes.cell(record.map { $0.amount == nil ? "true" : "false" } ?? "")
        bytes.cell(record?.original)
        bytes.cell(tariff?.original?.description ?? "")
        bytes.cell((tariff?.rate?.version).map(Int64.init))
        bytes.cell(tariff?.rate?.window ?? "")
        layQuantity(record == nil ? nil : quantity, to: &bytes)
        bytes.cell(record?.number)
        bytes.cell(record?.reservation.description ?? "")
        if let shared, shared.ratio != nil {
            bytes.cell(decimal: shared.total.picounits, places: 12)
            bytes.cell(shared.origin)
        } else {
            bytes.emptyCells(2)
        }
    }

    /// `x_State` to the end.
    private func layOwner(to bytes: inout [UInt8], _ context: ExportContext) {
        bytes.cell(record?.tariff.state.rawValue ?? "")
        if let team {
            bytes.cell(team.text)
            bytes.cell(context.names.name(of: team, in: department))
        } else {
            bytes.emptyCells(2)
        }
        guard let record else { return bytes.emptyCells(2) }
        bytes.cell(Int64(record.user.uid))
        bytes.cell(context.names.name(of: record.user))
    }

    /// A quantity and its unit; both empty where there is none.
    private func layQuantity(_ quantity: Int64?, to bytes: inout [UInt8]) {
        guard let quantity else { return bytes.emptyCells(2) }
        guard let sku = record?.tariff.sku else {
            // A month's part of shared cost.
            bytes.cell(quantity)
            return bytes.cell("Months")
        }
        let places = pricing?.places ?? 12
        bytes.cell(decimal: sku.hours(of: quantity, places: places), places: places)
        bytes.cell(sku.unitOfHours)
    }
}

extension [UInt8] {
    /// A number's cell, empty without one.
    mutating func cell(_ number: Int64?) {
        if let number { cell(number) } else { emptyCells() }
    }
}
