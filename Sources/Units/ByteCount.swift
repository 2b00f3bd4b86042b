/// An amount of memory in bytes.
public struct ByteCount: Sendable, Hashable, Comparable, Codable {
    public let bytes: Int64

    public init(bytes: Int64) {
        self.bytes = bytes
    }

    /// Reads `64G`, `512M`, `2T`, `1024`: powers of 1024, a trailing `i`, `B` or `iB` allowed (`64GiB`).
    /// Gives nil for anything else, and for more than an Int64 of bytes.
    public init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), let shift = ByteCount.shift(of: text.dropFirst(digits.count)) else {
            return nil
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
        guard !overflow else { return nil }
        self.bytes = bytes
    }

    public static let zero = ByteCount(bytes: 0)

    public static func gibibytes(_ count: Int64) -> ByteCount { ByteCount(bytes: count << 30) }

    public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

    /// `64G`, `512M`, `1536K`: the largest unit that is exact from 1K on, else one decimal of the nearest: `79.6G`.
    public var short: String {
        for (unit, shift) in ByteCount.units.reversed() where bytes >= 1 << shift {
            if bytes % (1 << shift) == 0 { return "\(bytes >> shift)\(unit)" }
            let tenths = (bytes >> (shift - 10)) * 10 / 1024
            return tenths % 10 == 0 ? "\(tenths / 10)\(unit)" : "\(tenths / 10).\(tenths % 10)\(unit)"
        }
        return "\(bytes)"
    }

    public init(from decoder: any Decoder) throws {
        bytes = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }

    private static let units: [(String, Int64)] = [("K", 10), ("M", 20), ("G", 30), ("T", 40), ("P", 50)]

    private static func shift(of suffix: Substring) -> Int64? {
        if suffix.isEmpty || suffix == "B" { return 0 }
        let unit = String(suffix.prefix(1)).uppercased()
        guard ["", "i", "B", "iB"].contains(suffix.dropFirst()) else { return nil }
        return units.first { $0.0 == unit }?.1
    }
}
