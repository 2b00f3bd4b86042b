import Units

/// Where in a policy's text what it says stands. The text is one that was read without a fault.
struct TextPlaces {
    enum Step {
        case key(String)
        case index(Int)
    }

    private let root: YAMLNode?

    init(_ text: String) {
        root = YAMLComposer.compose(text, FaultCollector())
    }

    /// The place of a field and its name; where the text leaves it out, the place of what it would stand in.
    func find(_ steps: [Step]) -> (position: TextPosition, path: String) {
        var node = root
        var position = root?.position ?? .start
        var path = FieldPath.root
        for step in steps {
            switch step {
            case .key(let key):
                node = node?.value(of: key)
                path = FieldPath.key(key, of: path)
            case .index(let index):
                node = node?.element(index)
                path = FieldPath.element(index, of: path)
            }
            if let node { position = node.position }
        }
        return (position, path)
    }

    /// Where in the list of rates each rate stands: the policy has them in another order.
    func rates(_ zone: Zone) -> [RateKey: Int] {
        let nodes = root?.value(of: "priceBook")?.value(of: "rates")?.elements ?? []
        return nodes.enumerated().reduce(into: [:]) { places, element in
            guard let sku = element.element.value(of: "sku")?.scalar,
                let from = element.element.value(of: "from")?.scalar.flatMap({ FieldValue.instant($0, zone) })
            else { return }
            places[RateKey(sku: sku, from: from)] = element.offset
        }
    }

    /// What tells a rate from all others.
    struct RateKey: Hashable {
        var sku: String
        var from: Timestamp
    }
}

extension YAMLNode {
    func value(of key: String) -> YAMLNode? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs.first { $0.key == key }?.value
    }

    var elements: [YAMLNode] {
        guard case .list(let nodes) = content else { return [] }
        return nodes
    }

    func element(_ index: Int) -> YAMLNode? {
        elements.indices.contains(index) ? elements[index] : nil
    }

    /// A text or number as it is written.
    var scalar: String? {
        guard case .scalar(let text, _) = content else { return nil }
        return text
    }
}
