import Units

extension Policy {
    /// Reads and checks a policy's text.
    /// - Parameter name: what messages call the text, mostly its path.
    /// - Throws: everything that is wrong with it, at once.
    public static func read(yaml text: String, name: String) throws(DocumentFaults) -> Policy {
        try YAMLDocument.read(text: text, name: name, PolicyDocument.policy)
    }

    /// Reads and checks a policy's bytes, which must be UTF-8.
    public static func read(yaml bytes: [UInt8], name: String) throws(DocumentFaults) -> Policy {
        try YAMLDocument.read(bytes: bytes, name: name, PolicyDocument.policy)
    }
}

/// The policy's schema, version 1. What could not be read is left out or replaced by some value: the text as a whole
/// is refused then.
enum PolicyDocument {
    static func policy(_ fields: FieldReader) -> Policy {
        checkVersion(fields.required("version"))
        let zone = fields.optional("timeZone").flatMap { $0.zone() } ?? .utc
        var mentions = Mentions()
        let departments = departments(fields.required("departments"), &mentions)
        let classes = fields.optional("classes").map(classes) ?? Policy.defaultClasses
        return Policy(
            departments: departments,
            classes: classes,
            timeZone: zone,
            priceBook: fields.optional("priceBook").flatMap { priceBook($0, zone) },
            caps: caps(fields.optional("caps")),
            licences: licences(fields.optional("licences")),
            shareable: shareable(fields.optional("shareable")),
            preemption: preemption(fields.optional("preemption")),
            fairShare: fairShare(fields.optional("fairShare")),
            roles: roles(fields.optional("roles")),
            budgets: budgets(fields.optional("budgets")),
            approvals: approvals(fields.optional("approvals"), classes),
            attendance: attendance(
                idle: fields.optional("idle"), noShow: fields.optional("noShow"),
                unreserved: fields.optional("unreserved"), endWarning: fields.optional("endWarning")),
            retention: retention(fields.optional("retention")),
            chargeback: chargeback(fields.optional("chargeback"), departments),
            defaultDepartments: defaultDepartments(fields.optional("defaultDepartments"), departments, mentions))
    }

    private static func checkVersion(_ field: FieldValue?) {
        guard let field, let version = field.integer(in: 0...Int(Int32.max)), version != 1 else { return }
        field.fault("\(version) is not known to this Allot; it reads version 1")
    }
}
