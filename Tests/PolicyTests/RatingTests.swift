import Policy
import Testing
import Units

/// What a price book makes of an interval, by cases that a person can check.
@Suite struct RatingTests {
    private let policy: Policy

    init() throws {
        policy = try Policy.read(yaml: wholePolicy, name: "p")
    }

    @Test func `an interval is cut where a rate ends, and where none is there the price is nil`() throws {
        let pieces = policy.rate(.core, over: try range("2025-12-31T00:00:00Z", "2026-07-02T00:00:00Z"))
        #expect(
            show(pieces) == [
                "2025-12-31T00:00:00Z none", "2025-12-31T23:00:00Z 0.02 #1", "2026-07-01T04:30:00Z 0.03 #2",
                "2026-07-02T00:00:00Z",
            ])
    }

    @Test func `windows hold by the clocks on the wall`() throws {
        // Wednesday evening to Friday, then the weekend on which Berlin's clocks go forward at 01:00 UTC.
        let pieces = policy.rate(h100, over: try range("2026-03-25T18:59:59.999Z", "2026-03-29T23:30:00Z"))
        #expect(
            show(pieces) == [
                "2026-03-25T18:59:59.999Z 2.50 #1", "2026-03-25T19:00:00Z 1.25 #1 night",
                "2026-03-26T07:00:00Z 2.50 #1", "2026-03-28T07:00:00Z 1.00 #1 weekend",
                "2026-03-28T23:00:00Z 2.50 #1", "2026-03-29T06:00:00Z 1.00 #1 weekend",
                "2026-03-29T22:00:00Z 2.50 #1", "2026-03-29T23:30:00Z",
            ])
    }

    @Test func `an hour that the clocks skip costs nothing, and one that they show twice costs twice`() throws {
        let text = """
            version: 1
            timeZone: Europe/Berlin
            departments: [{id: a}]
            priceBook:
              currency: EUR
              rates:
                - {sku: cpu, from: 2026-01-01, perHour: 1, windows: [{name: w, from: 02:00, to: 03:00, perHour: 9}]}
            """
        let policy = try Policy.read(yaml: text, name: "p")
        let spring = policy.rate(.core, over: try range("2026-03-29T00:00:00Z", "2026-03-29T12:00:00Z"))
        #expect(show(spring) == ["2026-03-29T00:00:00Z 1.00 #1", "2026-03-29T12:00:00Z"])
        let autumn = policy.rate(.core, over: try range("2026-10-24T23:30:00Z", "2026-10-25T12:00:00Z"))
        #expect(
            show(autumn) == [
                "2026-10-24T23:30:00Z 1.00 #1", "2026-10-25T00:00:00Z 9.00 #1 w", "2026-10-25T02:00:00Z 1.00 #1",
                "2026-10-25T12:00:00Z",
            ])
    }

    @Test func `an empty interval has no pieces`() throws {
        #expect(policy.rate(h100, over: try range("2026-03-25T19:00:00Z", "2026-03-25T19:00:00Z")) == [])
    }

    @Test func `what no rate is for has one piece without a price`() throws {
        let range = try range("2026-03-25T19:00:00Z", "2027-03-25T19:00:00Z")
        let nothing = [RatePiece(from: range.lowerBound, to: range.upperBound, rate: nil)]
        #expect(policy.rate(.device("NVIDIA H100 80GB HBM3 MIG 1g.10gb"), over: range) == nothing)
        #expect(policy.rate(.licence("other"), over: range) == nothing)
        #expect(Policy.unconfigured.rate(.core, over: range) == nothing)
    }

    @Test(
        arguments: [
            ("2025-12-31T22:59:59.999Z", nil), ("2025-12-31T23:00:00Z", "0.02"), ("2026-07-01T04:29:59Z", "0.02"),
            ("2026-07-01T04:30:00Z", "0.03"), ("2099-01-01T00:00:00Z", "0.03"),
        ] as [(String, String?)])
    func `the list rate is the one of that instant`(time: String, price: String?) throws {
        let time = try #require(RFC3339.timestamp(time))
        #expect(policy.listRate(.core, at: time)?.description == price)
        #expect(Policy.unconfigured.listRate(.core, at: time) == nil)
    }

    @Test func `the list rate knows no windows`() throws {
        let night = try #require(RFC3339.timestamp("2026-03-25T22:00:00Z"))
        #expect(policy.listRate(h100, at: night)?.description == "2.50")
    }

    private let h100 = SKU.device("NVIDIA H100 80GB HBM3")

    private func range(_ from: String, _ to: String) throws -> Range<Timestamp> {
        try #require(RFC3339.timestamp(from))..<(try #require(RFC3339.timestamp(to)))
    }

    /// Each piece's beginning, price, version and window; at the end where the last one ends.
    private func show(_ pieces: [RatePiece]) -> [String] {
        pieces.map { piece in
            let rate = piece.rate.map { "\($0.perHour) #\($0.version)\($0.window.map { " \($0)" } ?? "")" }
            return "\(RFC3339.string(piece.from)) \(rate ?? "none")"
        } + [pieces.last.map { RFC3339.string($0.to) }].compactMap(\.self)
    }
}
