import Policy
import Units

extension Int64 {
    /// What one of so many parts has of it; all parts together are the whole.
    func part(_ index: Int, of count: Int) -> Int64 {
        let whole = Int128(self)
        return Int64(whole * Int128(index + 1) / Int128(count) - whole * Int128(index) / Int128(count))
    }
}

extension UsageRecord {
    /// Its interval cut at each whole hour of UTC.
    var hours: [Range<Timestamp>] {
        let hour: Int64 = 3_600_000
        var pieces: [Range<Timestamp>] = []
        var start = from
        while start < to {
            let end = min(Timestamp(milliseconds: (start.milliseconds / hour + 1) * hour), to)
            pieces.append(start..<end)
            start = end
        }
        return pieces.isEmpty ? [from..<to] : pieces
    }
}

extension Tariff {
    /// What has one unit price at a time. Holds neither the price nor its date, and so stays the same over time.
    var priceID: String {
        let id = "\(sku)/\(priorityClass)/\(state.rawValue)"
        return rate?.window.map { "\(id)/\($0)" } ?? id
    }

    /// Where the unit price comes from, as JSON.
    var priceDetails: String {
        var bytes = Array("{".utf8)
        if case .device = sku { bytes.append(contentsOf: "\"GpuCount\":1,".utf8) }
        bytes.append(contentsOf: "\"x_ClassMultiplier\":\(multiplier),\"x_StateFactor\":\(factor)".utf8)
        if part != .one { bytes.append(contentsOf: ",\"x_CreditedPart\":\(part)".utf8) }
        bytes.append(contentsOf: ",\"x_PriceVersion\":\(rate?.version ?? 0)}".utf8)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Invoice.Line {
    /// What it is for, in words.
    var title: String {
        let what = sku.map { " of \($0)" } ?? ""
        let why = proposal.map { " (f-\($0))" } ?? ""
        let when = original.map { ", originally of \($0)" } ?? ""
        switch kind {
        case .usage: return "Use\(what)\(why)"
        case .credit: return "Credit\(what)\(why)"
        case .reversal: return "Reversal\(what)\(why)\(when)"
        case .restatement: return "Restatement\(what)\(why)\(when)"
        case .adjustment: return "Adjustment\(why)"
        case .shared: return "Part of what nobody reserved\(what)"
        }
    }
}
