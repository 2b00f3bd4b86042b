import Policy
import Testing

@Suite struct PriceBookFaultTests {
    @Test(arguments: [
        ("sku: gpu", 10, "`gpu` is nothing with a price: gpu:MODEL, cpu, memory or licence:NAME"),
        ("sku: \"gpu:\"", 10, "`gpu:` is nothing with a price: gpu:MODEL, cpu, memory or licence:NAME"),
        ("sku: licence:a b", 10, "`licence:a b` is nothing with a price: gpu:MODEL, cpu, memory or licence:NAME"),
        ("from: 2026-02-30", 11, "\(expectedInstant), found `2026-02-30`"),
        ("from: 2026", 11, "\(expectedInstant), found the number `2026`"),
        ("perHour: -2.50", 14, "\(expectedPrice), found the number `-2.50`"),
        ("perHour: 2.5000001", 14, "\(expectedPrice), found the number `2.5000001`"),
        ("perHour: 1e3", 14, "\(expectedPrice), found the number `1e3`"),
        ("perHour: 2,50", 14, "\(expectedPrice), found `2,50`"),
        ("perHour:", 13, "\(expectedPrice), found nothing"),
        ("perHour: 1000000.000001", 14, "`1000000.000001` is out of range: 0.00 to 1000000.00"),
        ("windows: 5", 14, "expected a list, found the number `5`"),
    ])
    func `a rate that is none is refused`(field: String, column: Int, message: String) {
        let defaults = ["sku: cpu", "from: 2026-01-01", "perHour: 1"]
        let key = field.prefix { $0 != ":" }
        let others = defaults.filter { !$0.hasPrefix(key + ":") }
        let text = """
            version: 1
            departments: [{id: a}]
            priceBook:
              currency: EUR
              rates:
              - \(field)
                \(others.joined(separator: "\n    "))
            """
        #expect(faults(text) == ["p:6:\(column): priceBook.rates[0].\(key): \(message)"])
    }

    private static let expectedInstant =
        "expected a date such as 2026-01-31 or a time such as 2026-01-31T06:00:00Z"
    private static let expectedPrice = "expected a price such as 2.50, with at most 6 decimals"

    @Test func `every part of a rate is asked for`() {
        #expect(
            faults(policy(top: "priceBook: {rates: [{}]}")) == [
                "p:6:12: priceBook.currency: missing", "p:6:21: priceBook.rates[0].sku: missing",
                "p:6:21: priceBook.rates[0].from: missing", "p:6:21: priceBook.rates[0].perHour: missing",
            ])
        #expect(faults(policy(top: "priceBook: {currency: EUR}")) == ["p:6:12: priceBook.rates: missing"])
    }

    @Test(arguments: [
        ("eur", "`eur` is no currency of ISO 4217, such as EUR or USD"),
        ("DEM", "`DEM` is no currency of ISO 4217, such as EUR or USD"),
        ("EURO", "4 characters long; at most 3"), ("€", "`€` is no currency of ISO 4217, such as EUR or USD"),
    ])
    func `a currency that is none is refused`(currency: String, message: String) {
        let lines = faults(policy(top: "priceBook: {currency: \(currency), rates: []}"))
        #expect(lines == ["p:6:23: priceBook.currency: \(message)"])
    }

    @Test func `a rate ends after it begins`() {
        for end in ["2026-01-01", "2025-12-31T23:59:59Z"] {
            let lines = faults(rates(["{sku: cpu, from: 2026-01-01, to: \(end), perHour: 1}"]))
            #expect(lines == ["p:6:38: priceBook.rates[0].to: must be later than `from`"])
        }
    }

    @Test(
        arguments: [
            (["2026-01-01, to: 2027-01-01", "2027-01-01"], []),
            (["2027-01-01", "2026-01-01, to: 2027-01-01"], []),
            (["2026-01-01", "2026-06-01"], ["7:5: priceBook.rates[1]: overlaps the rate of `cpu` in line 6"]),
            (["2026-06-01", "2026-01-01"], ["7:5: priceBook.rates[1]: overlaps the rate of `cpu` in line 6"]),
            (
                ["2026-06-01, to: 2026-06-02", "2026-05-01, to: 2026-05-02", "2026-01-01"],
                ["8:5: priceBook.rates[2]: overlaps the rate of `cpu` in line 7"]
            ),
            (
                ["2026-01-01, to: 2026-01-11", "2026-01-02, to: 2026-01-04", "2026-01-03, to: 2026-01-05"],
                [
                    "7:5: priceBook.rates[1]: overlaps the rate of `cpu` in line 6",
                    "8:5: priceBook.rates[2]: overlaps the rate of `cpu` in line 6",
                ]
            ),
            (
                ["2026-01-02, to: 2026-01-04", "2026-01-03, to: 2026-01-05", "2026-01-01, to: 2026-01-11"],
                [
                    "7:5: priceBook.rates[1]: overlaps the rate of `cpu` in line 6",
                    "8:5: priceBook.rates[2]: overlaps the rate of `cpu` in line 6",
                ]
            ),
        ] as [([String], [String])])
    func `two rates of one SKU at one time are refused, with both lines`(times: [String], lines: [String]) {
        let text = rates(
            times.map { "{sku: cpu, perHour: 1, from: \($0)}" } + ["{sku: memory, perHour: 1, from: 2026-01-01}"])
        #expect(faults(text) == lines.map { "p:\($0)" })
    }

    @Test(arguments: [
        ("from: 22:00, to: 06:00", "needs either `perHour` or `multiplier`"),
        ("from: 22:00, to: 06:00, perHour: 1, multiplier: 2", "needs either `perHour` or `multiplier`, not both"),
        ("from: 22:00, to: 22:00, perHour: 1", ".to: is `from` again; a whole day is 00:00 to 24:00"),
        ("from: 24:00, to: 06:00, perHour: 1", ".from: `24:00` is a day's end, where nothing begins; write 00:00"),
        (
            "from: 24:01, to: 06:00, perHour: 1",
            ".from: expected a time of day such as 08:30, 24:00 at most, found `24:01`"
        ),
        (
            "from: 8:00, to: 06:00, perHour: 1",
            ".from: expected a time of day such as 08:30, 24:00 at most, found `8:00`"
        ),
        ("from: 22:00, perHour: 1", ".to: missing"),
        (
            "from: 22:00, to: 06:00, multiplier: x",
            ".multiplier: expected a factor such as 1.5, with at most 3 decimals, found `x`"
        ),
        (
            "from: 22:00, to: 06:00, multiplier: 0.001",
            ".multiplier: 0.0001 times 0.001 has more than 6 decimals; give the window its own `perHour`"
        ),
        ("from: 22:00, to: 06:00, perHour: 1, days: []", ".days: is empty; leave it out for every day"),
        (
            "from: 22:00, to: 06:00, perHour: 1, days: [monday]",
            ".days[0]: expected one of mon, tue, wed, thu, fri, sat, sun, found `monday`"
        ),
        (
            "from: 22:00, to: 06:00, perHour: 1, days: [mon, mon]",
            ".days[1]: `mon` stands twice in this list; first in line 6"
        ),
    ])
    func `a window that is none is refused`(fields: String, message: String) {
        let lines = faults(rates(["{sku: cpu, from: 2026-01-01, perHour: 0.0001, windows: [{name: w, \(fields)}]}"]))
        let separator = message.hasPrefix(".") ? "" : ": "
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("p:6:") == true)
        #expect(lines.first?.hasSuffix("priceBook.rates[0].windows[0]\(separator)\(message)") == true, "\(lines)")
    }

    @Test(
        arguments: [
            (["from: 00:00, to: 08:00", "from: 08:00, to: 24:00"], false),
            (["from: 22:00, to: 06:00", "from: 06:00, to: 22:00"], false),
            (["from: 22:00, to: 06:00", "from: 05:59, to: 07:00"], true),
            (["days: [sun], from: 22:00, to: 06:00", "days: [mon], from: 05:00, to: 07:00"], true),
            (["days: [sun], from: 22:00, to: 06:00", "days: [tue], from: 05:00, to: 07:00"], false),
            (["days: [sat, sun], from: 00:00, to: 24:00", "days: [fri], from: 20:00, to: 00:00"], false),
            (["days: [sat, sun], from: 00:00, to: 24:00", "days: [fri], from: 20:00, to: 00:01"], true),
        ] as [([String], Bool)])
    func `two windows of one rate at one time are refused, with both lines`(windows: [String], doOverlap: Bool) {
        let list = windows.enumerated().map { "\n{name: w\($0), perHour: 1, \($1)}" }.joined(separator: ",")
        let lines = faults(rates(["{sku: cpu, from: 2026-01-01, perHour: 1, windows: [\(list)]}"]))
        #expect(
            lines == (doOverlap ? ["p:8:1: priceBook.rates[0].windows[1]: overlaps the window in line 7"] : []))
    }

    @Test func `a window's name stands once`() {
        let window = { (from: Int) in "{name: w, perHour: 1, from: 0\(from):00, to: 0\(from + 1):00}" }
        let text = rates(["{sku: cpu, from: 2026-01-01, perHour: 1, windows: [\(window(1)), \(window(3))]}"])
        #expect(faults(text).map { $0.hasSuffix("`w` stands twice in this list; first in line 6") } == [true])
    }

    @Test func `rates and windows have limits`() {
        let many = (0...10_000).map { "{sku: \"gpu:m\($0)\", from: 2026-01-01, perHour: 1}" }
        #expect(faults(rates(Array(many.dropLast()))) == [])
        #expect(faults(rates(many)) == ["p:5:10: priceBook.rates: 10001 elements; at most 10000"])
        let windows = (0...64).map { minute in
            let two = (minute % 60 < 10 ? "0" : "") + "\(minute % 60)"
            return "{name: w\(minute), from: 0\(minute / 60):\(two), to: 0\(minute / 60):\(two == "59" ? "60" : two)}"
        }
        let lines = faults(
            rates(["{sku: cpu, from: 2026-01-01, perHour: 1, windows: [\(windows.joined(separator: ", "))]}"]))
        #expect(lines.map { $0.hasSuffix("windows: 65 elements; at most 64") } == [true])
    }

    private func rates(_ rates: [String]) -> String {
        "version: 1\ndepartments: [{id: a}]\npriceBook:\n  currency: EUR\n  rates: [\n    "
            + rates.joined(separator: ",\n    ") + "]"
    }
}
