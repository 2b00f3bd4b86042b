import Policy
import Units

/// What all FOCUS rows of a tariff share, laid down once: there are a few tariffs to many rows.
struct FocusTariff: Sendable {
    /// `ServiceCategory` to `SkuPriceId`.
    let service: [UInt8]
    /// Of what is not a device: `ResourceId` to `ResourceType`.
    let resource: [UInt8]
    let description: String
    /// nil where no price's columns are to be filled.
    let pricing: FocusRow.Pricing?

    init(_ tariff: Tariff, _ context: ExportContext) {
        let what = "\(tariff.sku) (\(tariff.state.rawValue))"
        description =
            switch tariff.entry {
            case .usage: what
            case .credit: "Credit: \(what)"
            case .reversal: "Reversal: \(what)"
            case .restatement: "Restatement: \(what)"
            }
        var resource: [UInt8] = []
        let place = tariff.sku.place
        FocusTariff.lay(place, type: FocusService(tariff.sku).resourceType, to: &resource, context)
        self.resource = resource
        // What costs nothing at any price needs none.
        if tariff.entry != .credit, tariff.amount(of: 1) != nil {
            let price = tariff.rate?.perHour ?? .zero
            let factors = [tariff.multiplier, tariff.factor, tariff.part]
            pricing = FocusRow.Pricing(
                list: price, contracted: factors.reduce(Int128(price.microunits)) { $0 * Int128($1.thousandths) })
        } else {
            pricing = nil
        }
        service = FocusService(tariff.sku).cells(
            sku: tariff.sku.description, context, details: pricing == nil ? "" : tariff.priceDetails,
            priceID: pricing == nil ? "" : tariff.priceID)
    }

    /// `ResourceId` to `ResourceType`.
    static func lay(_ place: String, type: String, to bytes: inout [UInt8], _ context: ExportContext) {
        bytes.cell("\(context.host)/\(place)")
        bytes.cell(place)
        bytes.cell(type)
    }
}

extension SKU {
    /// Where on the host it is; a device of which nobody knows which one is somewhere.
    fileprivate var place: String {
        switch self {
        case .device: "gpu"
        case .core: "cpu"
        case .memory: "memory"
        case .licence(let name): "licence/\(name)"
        }
    }
}

extension FocusService {
    /// `ServiceCategory` to `SkuPriceId`.
    func cells(
        sku: String, _ context: ExportContext, details: String = "", priceID: String = ""
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.cell(category)
        bytes.cell(name)
        bytes.cell(context.issuer.name)
        bytes.cell(subcategory)
        bytes.cell(sku)
        bytes.cell(sku.isEmpty ? "" : meter)
        bytes.cell(details)
        bytes.cell(priceID)
        return bytes
    }
}
