/// What has a price per hour. A MIG instance or a partition is a device with a model of its own.
public enum SKU: Sendable, Hashable, Codable, CustomStringConvertible {
    /// A whole device of exactly this model.
    case device(String)
    /// A physical core.
    case core
    /// A GiB of memory.
    case memory
    case licence(String)

    /// Reads `gpu:NVIDIA H100 80GB HBM3`, `cpu`, `memory` or `licence:matlab`; nil for anything else.
    public init?(_ text: String) {
        switch text {
        case "cpu": self = .core
        case "memory": self = .memory
        default:
            if let model = text.behind("gpu:") {
                self = .device(model)
            } else if let name = text.behind("licence:"), Licence.isName(name) {
                self = .licence(name)
            } else {
                return nil
            }
        }
    }

    public var description: String {
        switch self {
        case .device(let model): "gpu:\(model)"
        case .core: "cpu"
        case .memory: "memory"
        case .licence(let name): "licence:\(name)"
        }
    }

    /// As the text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let sku = SKU(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no SKU: \(text)")
        }
        self = sku
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension SKU: Comparable {
    public static func < (left: SKU, right: SKU) -> Bool { left.place < right.place }

    private var place: (Int, String) {
        switch self {
        case .device(let model): (0, model)
        case .core: (1, "")
        case .memory: (2, "")
        case .licence(let name): (3, name)
        }
    }
}

extension String {
    /// What stands behind a beginning; nil where there is nothing, or another beginning.
    fileprivate func behind(_ beginning: String) -> String? {
        guard hasPrefix(beginning), utf8.count > beginning.utf8.count else { return nil }
        return String(dropFirst(beginning.count))
    }
}
