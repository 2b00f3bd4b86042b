import Policy

/// What FOCUS's columns of services and resources say.
struct FocusService: Sendable {
    var category = "Compute"
    var subcategory = "Other (Compute)"
    let name: String
    let resourceType: String
    let meter: String

    init(_ sku: SKU) {
        switch sku {
        case .device:
            (name, resourceType, meter) = ("GPU Reservation", "GPU", "GPU Reserved Time")
        case .core:
            (name, resourceType, meter) = ("CPU Time", "CPU", "CPU Core Reserved Time")
        case .memory:
            (name, resourceType, meter) = ("Memory Time", "Memory", "Memory Reserved Time")
        case .licence:
            (name, resourceType, meter) = ("Software License", "License", "License Reserved Time")
            (category, subcategory) = ("Other", "Other (Other)")
        }
    }

    private init(name: String, meter: String) {
        (self.name, resourceType, self.meter) = (name, "", meter)
    }

    /// Of what nobody reserved.
    static let shared = FocusService(name: "Shared Capacity", meter: "Shared Capacity")
    /// Of what is no SKU's.
    static let other = FocusService(name: "Chargeback", meter: "")
}

extension SKU {
    /// Quantities as hours of the unit, in so many decimals, rounded half to even.
    func hours(of quantity: Int64, places: Int) -> Int128 {
        var scale: Int128 = 1
        for _ in 0..<places { scale *= 10 }
        return (Int128(quantity) * scale).rounded(
            dividingBy: Int128(quantitiesPerUnit) * ExactAmount.millisecondsPerHour)
    }

    /// What quantities are written in: FOCUS's unit format.
    var unitOfHours: String {
        switch self {
        case .device: "GPU-Hours"
        case .core: "Core-Hours"
        case .memory: "GiB-Hours"
        case .licence: "License-Hours"
        }
    }
}

extension [String: String] {
    /// As JSON, in the order of the keys.
    var json: String {
        var bytes = Array("{".utf8)
        for (key, value) in sorted(by: { $0.key < $1.key }) {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            bytes.appendJSON(key)
            bytes.append(UInt8(ascii: ":"))
            bytes.appendJSON(value)
        }
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }
}
