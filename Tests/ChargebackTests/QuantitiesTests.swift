import Chargeback
import Scheduling
import Testing
import Units

@Suite struct QuantitiesTests {
    @Test(
        arguments: [
            (0, Span.hours(5), "0"), (1, .zero, "0"), (1, .hours(1), "1"), (4, .minutes(90), "6"),
            (5, .minutes(150), "12.5"), (1, .minutes(20), "0.333333"), (2, .minutes(20), "0.666667"),
            (1, .seconds(1), "0.000278"), (96, .hours(1), "96"), (1, .minutes(6), "0.1"),

        ] as [(Int, Span, String)])
    func `hours are a decimal of at most six places`(count: Int, span: Span, hours: String) {
        let quantities = Quantities(devices: count, cores: 2 * count, span: span)
        #expect(quantities.deviceHours == hours)
        #expect(Quantities(devices: 2 * count, cores: count, span: span).coreHours == quantities.deviceHours)
    }

    @Test(
        arguments: [
            // 3.6 ms are a millionth of an hour, so 1.8 ms are half of one; whole milliseconds tie at 9, 27, 45 …
            (1, "0"), (2, "0.000001"), (5, "0.000001"), (6, "0.000002"),
            (9, "0.000002"), (27, "0.000008"), (45, "0.000012"), (63, "0.000018"),
            (3_599_998, "0.999999"), (3_599_999, "1"), (3_600_001, "1"), (7_199_999, "2"),
        ] as [(Int64, String)])
    func `the nearest millionth is shown, of two the even one`(milliseconds: Int64, hours: String) {
        #expect(Quantities(devices: 1, cores: 0, span: Span(milliseconds: milliseconds)).deviceHours == hours)
    }

    @Test func `what is shown is never further than half a millionth from what is`() {
        for milliseconds in Int64(0)...20_000 {
            let text = Quantities(devices: 1, cores: 0, span: Span(milliseconds: milliseconds * 977)).deviceHours
            let parts = text.split(separator: ".")
            let fraction = parts.count == 2 ? parts[1] : ""
            let padded = fraction + String(repeating: "0", count: 6 - fraction.count)
            guard let whole = Int64(parts[0]), let millionths = Int64(padded) else {
                Issue.record("\(text) is no decimal")
                return
            }
            #expect(!fraction.hasSuffix("0"))
            // In units of a tenth of a millisecond a millionth of an hour is 36.
            #expect(abs((whole * 1_000_000 + millionths) * 36 - milliseconds * 9770) <= 18)
        }
    }

    @Test func `the longest spans and most devices do not overflow`() {
        let most = Quantities(devices: 128, cores: 65_536, span: Span(milliseconds: .max))
        #expect(most.deviceMicroseconds == Int128(Int64.max) * 128_000)
        #expect((most + most).coreMilliseconds == Int128(Int64.max) * 131_072)
        // 9223372036854775807 × 65536 ÷ 3600000, worked out apart from this code.
        #expect(most.coreHours == "167906363835365163.135431")
    }

    @Test func `a grant counts its devices and cores from its beginning to its end, and sums are exact`() {
        let grant = Grant(
            devices: DeviceSet([0, 3]), cores: BitSet([1, 2, 3, 70]), numaNodes: BitSet([0]), memory: .gibibytes(8))
        let start = Timestamp(milliseconds: 1_000)
        let whole = Quantities(of: grant, share: nil, from: start, to: start + .hours(3))
        #expect(whole == Quantities(devices: 2, cores: 4, span: .hours(3)))
        #expect(whole.deviceHours == "6")
        #expect(whole.coreHours == "12")
        // Three thirds of an hour show as 0.333333 each; together they are one hour.
        let third = Quantities(devices: 1, cores: 0, span: .minutes(20))
        #expect((third + third + third).deviceHours == "1")
        #expect(Quantities.none + third == third)
    }
}
