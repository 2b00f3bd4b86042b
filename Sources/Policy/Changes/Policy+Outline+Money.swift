import Units

extension Budget {
    var outline: Outline {
        .fields(
            ("perMonth", .plain(perMonth.description)), ("thresholds", .flow(thresholds.map { "\($0)" })),
            ("hardStop", .boolean(isHard)))
    }
}

extension BudgetRules {
    var outline: Outline {
        .fields(
            ("idleFactor", .plain(idleFactor.description)), ("atHardStop", .text(atHardStop.rawValue)),
            ("grace", .span(grace)))
    }
}

extension ApprovalRules {
    var outline: Outline {
        .fields(
            (
                "changes",
                .fields(
                    ("secondPerson", changes.secondPerson.map { .areas($0, isKept: true) }),
                    ("managers", .areas(changes.managers)))
            ),
            ("requests", .list(requests, by: \.outline.compact, \.outline)), ("requestHold", .span(requestHold)))
    }
}

extension RequestRule {
    var outline: Outline {
        .fields(
            ("devicesOver", devicesOver.map(Outline.number)),
            ("priceOver", priceOver.map { .plain($0.description) }),
            ("class", priorityClass.map { .text($0.text) }), ("approver", .text(approver.rawValue)))
    }
}

extension AttendanceRules.Idle {
    var outline: Outline {
        .fields(
            ("after", .span(after)), ("utilizationBelow", .number(utilizationBelow)),
            ("action", .text(action.rawValue)), ("grace", .span(grace)))
    }
}

extension AttendanceRules.NoShow {
    var outline: Outline {
        .fields(
            ("after", .span(after)), ("action", .text(action.rawValue)), ("grace", .span(grace)),
            ("charge", .plain(charge.description)))
    }
}

extension AttendanceRules.Unreserved {
    var outline: Outline { .fields(("action", .text(action.rawValue)), ("grace", .span(grace))) }
}

extension AttendanceRules.EndWarning {
    var outline: Outline { .fields(("lead", .span(lead)), ("signal", .text(signal?.rawValue ?? "none"))) }
}

extension ChargebackRules {
    var outline: Outline {
        .fields(
            ("degradedFactor", .plain(degradedFactor.description)),
            ("adjustmentLimit", .plain(adjustmentLimit.description)),
            (
                "unsold",
                .fields(
                    ("distribute", .text(unsold.distribute.rawValue)), ("factor", .plain(unsold.factor.description)))
            ), ("accounts", accounts.outline))
    }
}

extension ChargebackRules.LedgerAccounts {
    fileprivate var outline: Outline {
        var own = KeyedOutlines(isDictionary: true)
        for (department, account) in departments.sorted(by: { $0.key < $1.key }) {
            own.add(department.text, .text(account))
        }
        return .fields(
            ("expense", .text(expense)), ("revenue", .text(revenue)), ("departments", .fields(own)))
    }
}

extension PriceBook {
    /// - Parameter zone: whose days rates begin and end on.
    func outline(_ zone: Zone) -> Outline {
        .fields(
            ("currency", .text(currency)),
            ("rates", .list(rates, isKept: true, by: { "\($0.sku) \(Outline.instant($0.from))" }, { $0.outline(zone) }))
        )
    }
}

extension Rate {
    fileprivate func outline(_ zone: Zone) -> Outline {
        .fields(
            ("sku", .text(sku.description)), ("from", .plain(Outline.day(from, zone))),
            ("to", to == .distantFuture ? nil : .plain(Outline.day(to, zone))),
            ("perHour", .plain(perHour.description)), ("windows", .list(windows, by: \.name, \.outline)))
    }
}

extension RateWindow {
    fileprivate var outline: Outline {
        .fields(
            ("name", .text(name)), ("days", .flow(days.map(\.rawValue))), ("from", .text(from.description)),
            ("to", .text(to.description)), ("perHour", .plain(perHour.description)))
    }
}

extension Outline {
    /// A list whose order and every element are one value.
    fileprivate static func flow(_ words: [String]) -> Outline { .plain("[\(words.joined(separator: ", "))]") }

    fileprivate static func areas(_ areas: Set<PolicyArea>, isKept: Bool = false) -> Outline {
        .set(PolicyArea.allCases.filter(areas.contains).map(\.rawValue), isKept: isKept)
    }

    /// The same in every zone. Midnights east of Greenwich may lie before 1970, which RFC 3339 does not tell apart.
    fileprivate static func instant(_ time: Timestamp) -> String {
        time.milliseconds < 0 ? "\(time.milliseconds)" : RFC3339.string(time)
    }

    /// The day that begins then, or else the time.
    fileprivate static func day(_ time: Timestamp, _ zone: Zone) -> String {
        let date = zone.date(at: time)
        guard zone.start(of: date) == time, CivilDate(date.text) == date else { return instant(time) }
        return date.text
    }
}

extension CivilDate {
    /// `2026-01-31`.
    fileprivate var text: String {
        let year = String(("0000" + "\(year)").suffix(4))
        return "\(year)-" + [month, day].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: "-")
    }
}
