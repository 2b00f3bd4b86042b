internal import Foundation
import Units

/// What of a policy is written in a form of its own.
extension FieldValue {
    func price(in range: ClosedRange<Price>) -> Price? {
        written("a price such as 2.50, with at most 6 decimals", in: range) { Price($0) }
    }

    func ratio(in range: ClosedRange<Ratio>) -> Ratio? {
        written("a factor such as 1.5, with at most 3 decimals", in: range) { Ratio($0) }
    }

    func timeOfDay() -> TimeOfDay? {
        written("a time of day such as 08:30, 24:00 at most") { TimeOfDay($0) }
    }

    /// An instant, or the one at which a day begins in the zone.
    func instant(_ zone: Zone) -> Timestamp? {
        written("a date such as 2026-01-31 or a time such as 2026-01-31T06:00:00Z") { FieldValue.instant($0, zone) }
    }

    /// The same of a text; nil where it is none.
    static func instant(_ text: String, _ zone: Zone) -> Timestamp? {
        CivilDate(text).map { zone.start(of: $0) } ?? RFC3339.timestamp(text)
    }

    func zone() -> Zone? {
        guard let text = text(limit: Policy.Limits.zoneLength) else { return nil }
        if let zone = Zone(text) { return zone }
        let advice = Zone.nearest(to: text).map { "did you mean `\($0)`?" } ?? "such as UTC or Europe/Berlin"
        fault("\(text.quoted) is no time zone of the IANA database; \(advice)")
        return nil
    }

    func currency() -> String? {
        guard let text = text(limit: Policy.Limits.currencyLength) else { return nil }
        guard Locale.commonISOCurrencyCodes.contains(text) else {
            fault("\(text.quoted) is no currency of ISO 4217, such as EUR or USD")
            return nil
        }
        return text
    }

    func modelPattern() -> ModelPattern? {
        text(limit: Policy.Limits.modelLength).map { ModelPattern($0) }
    }
}
