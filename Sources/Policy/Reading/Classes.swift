import Units

extension PolicyDocument {
    static func classes(_ field: FieldValue) -> [PriorityClass] {
        guard let elements = field.list(limit: Policy.Limits.classes) else { return [] }
        var seen = Repetitions()
        let classes = elements.compactMap { $0.mapping { priorityClass($0, &seen) } ?? nil }
        if !seen.contains(Policy.standardClass.text), seen.isComplete(elements.count) {
            field.fault("has no class `\(Policy.standardClass)`, which is the class of a request that names none")
        }
        // Stable: classes of one rank stay in the order of the text.
        return classes.enumerated().sorted { ($1.element.rank, $0.offset) < ($0.element.rank, $1.offset) }
            .map(\.element)
    }

    private static func priorityClass(_ fields: FieldReader, _ seen: inout Repetitions) -> PriorityClass? {
        let id = identifier(fields.required("id"), &seen)
        let rank = fields.required("rank")?.integer(in: Policy.Limits.rank)
        let isPreemptible = fields.optional("preemptible").map { $0.boolean() } ?? false
        let maximumWait = fields.optional("maximumWait").map { $0.duration(in: Policy.Limits.maximumWait) } ?? .days(7)
        let multiplier = fields.optional("priceMultiplier").map { $0.ratio(in: Policy.Limits.multiplier) } ?? .one
        let mayPreempt = fields.optional("mayPreempt").map { $0.boolean() } ?? false
        guard let id, let rank, let isPreemptible, let maximumWait, let multiplier, let mayPreempt else { return nil }
        return PriorityClass(
            id: ClassID(id), rank: rank, isPreemptible: isPreemptible, maximumWait: maximumWait,
            priceMultiplier: multiplier, mayPreempt: mayPreempt)
    }
}
