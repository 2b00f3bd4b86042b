/// Writes metrics in Prometheus' text format, version 0.0.4: for each family its HELP and TYPE, then its samples.
struct MetricsText {
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var bytes: [UInt8] = []

    typealias Labels = KeyValuePairs<StaticString, String>

    /// What a family counts as. Prometheus treats a counter that has fallen as one that began anew.
    enum Kind: String {
        case counter, gauge, histogram
    }

    /// A family with one sample and no labels.
    mutating func one(_ name: StaticString, _ kind: Kind, _ help: StaticString, _ value: MetricValue) {
        family(name, kind, help)
        sample(name, [:], value)
    }

    /// The head of a family: its samples follow, before the next one begins.
    mutating func family(_ name: StaticString, _ kind: Kind, _ help: StaticString) {
        put("# HELP \(name) \(MetricsText.escaped("\(help)", quotes: false))\n# TYPE \(name) \(kind.rawValue)\n")
    }

    mutating func sample(_ name: StaticString, _ labels: Labels, _ value: MetricValue) {
        put("\(name)\(MetricsText.text(labels)) \(value)\n")
    }

    /// A family of one histogram.
    mutating func histogram(_ name: StaticString, _ help: StaticString, _ histogram: Histogram) {
        family(name, .histogram, help)
        for (bound, count) in histogram.cumulative {
            put("\(name)_bucket{le=\"\(histogram.value(bound))\"} \(count)\n")
        }
        put("\(name)_bucket{le=\"+Inf\"} \(histogram.count)\n")
        put("\(name)_sum \(histogram.value(histogram.sum))\n\(name)_count \(histogram.count)\n")
    }

    private mutating func put(_ text: String) { bytes += text.utf8 }

    private static func text(_ labels: Labels) -> String {
        guard !labels.isEmpty else { return "" }
        return "{\(labels.map { "\($0)=\"\(escaped($1, quotes: true))\"" }.joined(separator: ","))}"
    }

    /// With a backslash before what would end a label's value or a line.
    static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// A number as it is shown: whole, or with so many decimals, exactly.
struct MetricValue: CustomStringConvertible, Hashable {
    private let digits: Int64
    private let places: Int

    private init(_ digits: Int64, places: Int) {
        self.digits = digits
        self.places = places
    }

    init(_ whole: some BinaryInteger) { self.init(Int64(clamping: whole), places: 0) }

    init(_ flag: Bool) { self.init(flag ? 1 : 0) }

    /// A part of one.
    init(permille: Int) { self.init(Int64(permille), places: 3) }

    /// Seconds.
    init(milliseconds: Int64) { self.init(milliseconds, places: 3) }

    /// Seconds.
    init(nanoseconds: Int64) { self.init(nanoseconds, places: 9) }

    var description: String {
        guard places > 0, digits != 0 else { return "\(digits)" }
        let figures = String(digits.magnitude)
        let padded = String(repeating: "0", count: max(places + 1 - figures.count, 0)) + figures
        var fraction = padded.suffix(places)
        while fraction.last == "0" { fraction.removeLast() }
        let whole = (digits < 0 ? "-" : "") + padded.dropLast(places)
        return fraction.isEmpty ? whole : "\(whole).\(fraction)"
    }
}
