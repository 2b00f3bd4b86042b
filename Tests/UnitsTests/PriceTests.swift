import Testing
import Units

@Suite struct PriceTests {
    @Test(
        arguments: [
            ("0", 0), ("2", 2_000_000), ("2.5", 2_500_000), ("2.50", 2_500_000), ("0.000001", 1),
            ("1234567.654321", 1_234_567_654_321), ("9223372036854.775807", .max),
        ] as [(String, Int64)])
    func `a price is read exactly, to the millionth`(text: String, microunits: Int64) {
        #expect(Price(text) == Price(microunits: microunits))
    }

    @Test(arguments: [
        "", ".", "2.", ".5", "-2", "+2", "02", "00.5", "2.0000001", "1e3", "0x10", "2,50", "2.5.0", " 2", "2 ", "２",
        "2.５", "9223372036854.775808", "99999999999999999999", "2.5€", "nan",
    ])
    func `what is no decimal number of at most six decimals is refused`(text: String) {
        #expect(Price(text) == nil)
    }

    @Test(
        arguments: [
            (0, "0.00"), (1, "0.000001"), (500_000, "0.50"), (2_500_000, "2.50"), (2_505_000, "2.505"),
            (12_000_000, "12.00"), (-2_500_000, "-2.50"), (.max, "9223372036854.775807"),
            (.min, "-9223372036854.775808"),
        ] as [(Int64, String)])
    func `a price shows two decimals, or as many as it has`(microunits: Int64, text: String) {
        #expect(Price(microunits: microunits).description == text)
    }

    @Test(arguments: [
        ("1", 1000), ("1.5", 1500), ("0.125", 125), ("0", 0), ("1.0", 1000), ("10.01", 10_010),
    ])
    func `a ratio is read exactly, to the thousandth`(text: String, thousandths: Int64) {
        #expect(Ratio(text) == Ratio(thousandths: thousandths))
    }

    @Test(arguments: ["0.0625", "-1", "1.", ".5", "", "01", "1/2", "50%"])
    func `what is no decimal number of at most three decimals is refused`(text: String) {
        #expect(Ratio(text) == nil)
    }

    @Test(arguments: [(1000, "1"), (1500, "1.5"), (125, "0.125"), (0, "0"), (10_000, "10"), (-20, "-0.02")])
    func `a ratio shows no decimal too many`(thousandths: Int64, text: String) {
        #expect(Ratio(thousandths: thousandths).description == text)
    }

    @Test(
        arguments: [
            ("2.50", "0.5", "1.25"), ("2.50", "1", "2.50"), ("0.000002", "0.5", "0.000001"), ("2.50", "0", "0"),
            ("0.000001", "0.5", nil), ("0.000333", "0.333", nil), ("9223372036854", "2", nil),
        ] as [(String, String, String?)])
    func `a product is exact or none`(price: String, ratio: String, product: String?) throws {
        let result = try #require(Price(price)).multiplied(by: try #require(Ratio(ratio)))
        #expect(result == product.flatMap { Price($0) })
    }

    @Test func `what is shown is read as the same`() {
        for microunits in stride(from: Int64(0), through: 3_000_000_000, by: 7_654_321) {
            let price = Price(microunits: microunits)
            #expect(Price(price.description) == price)
            let ratio = Ratio(thousandths: microunits)
            #expect(Ratio(ratio.description) == ratio)
        }
    }
}
