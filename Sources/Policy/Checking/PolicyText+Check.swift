import Units

extension PolicyText {
    /// Everything that is wrong with the policy for a machine and after the policy before it, in the order of the text.
    /// What is wrong with the text alone was thrown when it was read.
    /// - Parameters:
    ///   - inventory: what the machine has; nil where that is not known, and nothing is said of it.
    ///   - before: the policy whose place it takes; nil for a first one.
    ///   - now: which rates have begun.
    ///   - isKnown: whether the machine has a user or group; nil where it cannot say.
    public func check(
        inventory: Inventory?, before: PolicyText?, now: Timestamp, isKnown: (Member) -> Bool?
    ) -> [PolicyFinding] {
        var check = PolicyCheck(text: self)
        if let inventory {
            check.quotas(inventory)
            check.cells(inventory)
            check.patterns(inventory)
            check.prices(inventory, at: now)
        }
        if let before { check.begunRates(before.policy, at: now) }
        check.names(isKnown)
        return check.sorted
    }
}

/// Gathers what is found.
struct PolicyCheck {
    let policy: Policy
    private let places: TextPlaces
    private lazy var rates = places.rates(policy.timeZone)
    private var findings: [PolicyFinding] = []
    private var omitted = 0

    init(text: PolicyText) {
        policy = text.policy
        places = TextPlaces(text.text)
    }

    mutating func add(_ severity: PolicyFinding.Severity, _ steps: [TextPlaces.Step], _ message: String) {
        guard findings.count < YAMLDocument.Limits.faults else { return omitted += 1 }
        let (position, path) = places.find(steps)
        findings.append(PolicyFinding(severity: severity, position: position, path: path, message: message))
    }

    /// Where a rate stands.
    mutating func place(of rate: Rate) -> [TextPlaces.Step] {
        let index = rates[TextPlaces.RateKey(sku: rate.sku.description, from: rate.from)]
        return [.key("priceBook"), .key("rates")] + (index.map { [.index($0)] } ?? [])
    }

    /// In the order of the text; two at one place stay in the order of their discovery.
    var sorted: [PolicyFinding] {
        let sorted = findings.enumerated().sorted {
            ($0.element.position, $0.offset) < ($1.element.position, $1.offset)
        }
        .map(\.element)
        guard omitted > 0, let last = sorted.last else { return sorted }
        return sorted
            + [PolicyFinding(severity: .fault, position: last.position, path: "", message: "and \(omitted) more")]
    }

    /// Managers, and who has a role, that the machine does not have.
    mutating func names(_ isKnown: (Member) -> Bool?) {
        var answers: [Member: Bool?] = [:]
        func isMissing(_ member: Member) -> Bool {
            if let answer = answers[member] { return answer == false }
            let answer = isKnown(member)
            answers[member] = answer
            return answer == false
        }
        for role in Role.allCases {
            for (index, member) in policy.roles[role].enumerated() where isMissing(member) {
                add(.warning, [.key("roles"), .key(role.rawValue), .index(index)], PolicyCheck.missing(member))
            }
        }
        for (place, department) in policy.departments.enumerated() {
            for (index, member) in department.managers.enumerated() where isMissing(member) {
                add(
                    .warning, [.key("departments"), .index(place), .key("managers"), .index(index)],
                    PolicyCheck.missing(member))
            }
        }
    }

    private static func missing(_ member: Member) -> String {
        switch member {
        case .user(let name): "this machine has no user \(name.quoted)"
        case .group(let name): "this machine has no group \(name.quoted)"
        case .everyone: "this machine has no users"
        }
    }
}
