import Units

extension PolicyDocument {
    static func quotas(_ field: FieldValue?) -> [Quota] {
        var seen = Repetitions()
        return (field?.list(limit: Policy.Limits.quotas) ?? []).compactMap { $0.mapping { quota($0, &seen) } ?? nil }
    }

    private static func quota(_ fields: FieldReader, _ seen: inout Repetitions) -> Quota? {
        let model = model(fields.required("model"), &seen)
        let nominal = fields.required("nominal")?.integer(in: Policy.Limits.quota)
        let borrowing = fields.optional("borrowing").flatMap { $0.integer(in: Policy.Limits.quota) }
        let field = fields.optional("lending")
        let lending = field.flatMap { $0.integer(in: Policy.Limits.quota) }
        if let field, let lending, let nominal, lending > nominal {
            field.fault("\(lending) is more than `nominal`, which is \(nominal): nobody lends what is not theirs")
        }
        guard let model, let nominal else { return nil }
        return Quota(model: model, nominal: nominal, borrowing: borrowing, lending: lending)
    }

    static func cells(_ field: FieldValue?) -> [Cell] {
        (field?.list(limit: Policy.Limits.cells) ?? []).compactMap { $0.mapping(cell) ?? nil }
    }

    private static func cell(_ fields: FieldReader) -> Cell? {
        let together = fields.required("together")?.choice(Cell.Together.self)
        let size = fields.required("size")?.integer(in: Policy.Limits.cellSize)
        let count = fields.required("count")?.integer(in: Policy.Limits.cellCount)
        let model = fields.optional("model").map { $0.modelPattern() } ?? .every
        guard let together, let size, let count, let model else { return nil }
        return Cell(model: model, together: together, size: size, count: count)
    }

    static func shareable(_ field: FieldValue?) -> [Shareable] {
        var seen = Repetitions()
        return (field?.list(limit: Policy.Limits.shareable) ?? []).compactMap { element in
            element.mapping { shareable($0, &seen) } ?? nil
        }
    }

    private static func shareable(_ fields: FieldReader, _ seen: inout Repetitions) -> Shareable? {
        let model = model(fields.required("model"), &seen)
        let between = fields.optional("betweenDepartments").map { $0.boolean() } ?? false
        let most = fields.required("most")?.integer(in: Policy.Limits.usersPerDevice)
        guard let model, let between, let most else { return nil }
        return Shareable(model: model, betweenDepartments: between, most: most)
    }

    /// A model that no other rule of the list is for; upper and lower case are one.
    private static func model(_ field: FieldValue?, _ seen: inout Repetitions) -> ModelPattern? {
        guard let field, let model = field.modelPattern() else { return nil }
        return seen.check(field, model.text.lowercased()) ? model : nil
    }
}
