import Units

/// What a policy says of devices that the machine does not have. All of it is a warning: machines change.
extension PolicyCheck {
    /// Models of which more are promised than there are.
    mutating func quotas(_ inventory: Inventory) {
        let models = inventory.models
        for model in models {
            let count = inventory.count(of: model)
            let shares = policy.departments.enumerated().compactMap { place, department in
                department.quota(for: model, among: models).map { (place: place, quota: $0) }
            }
            let sum = shares.reduce(0) { $0 + $1.quota.nominal }
            guard sum > count, let last = shares.last(where: { $0.quota.nominal > 0 }) else { continue }
            add(
                .warning, quota(last.quota, of: last.place) + [.key("nominal")],
                "with it \(sum) devices of \(model.quoted) are nominal in all departments together; "
                    + "the machine has \(count)")
        }
    }

    /// Cells for which there are no islands.
    mutating func cells(_ inventory: Inventory) {
        for (place, department) in policy.departments.enumerated() {
            for (index, cell) in department.cells.enumerated() {
                let count = inventory.islands(for: cell)
                guard cell.count > count else { continue }
                add(
                    .warning, [.key("departments"), .index(place), .key("cells"), .index(index)],
                    "\(cell.count) islands of \(cell.size) devices of \(cell.model.text.quoted) "
                        + "(\(cell.together.rawValue)); the machine has room for \(count)")
            }
        }
    }

    /// Rules for models of which the machine has none.
    mutating func patterns(_ inventory: Inventory) {
        let models = inventory.models
        var answers: [ModelPattern: Bool] = [.every: false]
        func isForNothing(_ pattern: ModelPattern) -> Bool {
            if let answer = answers[pattern] { return answer }
            let answer = !models.contains { pattern.matches($0, among: models) }
            answers[pattern] = answer
            return answer
        }
        func message(_ pattern: ModelPattern) -> String {
            let known = models.isEmpty ? "no devices" : models.map(\.quoted).joined(separator: ", ")
            return "\(pattern.text.quoted) is no model of this machine, which has \(known)"
        }
        for (place, department) in policy.departments.enumerated() {
            for item in department.quotas where isForNothing(item.model) {
                add(.warning, quota(item, of: place) + [.key("model")], message(item.model))
            }
        }
        for (index, item) in policy.shareable.enumerated() where isForNothing(item.model) {
            add(.warning, [.key("shareable"), .index(index), .key("model")], message(item.model))
        }
    }

    /// What the machine and the policy have that has no price, where the policy has prices at all.
    mutating func prices(_ inventory: Inventory, at now: Timestamp) {
        guard let book = policy.priceBook else { return }
        let skus = inventory.models.map(SKU.device) + [.core, .memory] + policy.licences.map { .licence($0.name) }
        for sku in skus where policy.listRate(sku, at: now) == nil {
            let next = book.versions(of: sku).first { $0.from > now }
            let when = next.map { "before \(RFC3339.string($0.from))" } ?? "now"
            add(
                .warning, [.key("priceBook"), .key("rates")],
                "\(sku.description.quoted) has no price \(when): its use is metered and stays unrated")
        }
    }

    private func quota(_ quota: Quota, of place: Int) -> [TextPlaces.Step] {
        let index = policy.departments[place].quotas.firstIndex(of: quota) ?? 0
        return [.key("departments"), .index(place), .key("quotas"), .index(index)]
    }
}
