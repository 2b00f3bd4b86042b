import Policy
import Testing

@Suite struct SKUTests {
    @Test(arguments: [
        ("gpu:NVIDIA H100 80GB HBM3", SKU.device("NVIDIA H100 80GB HBM3")), ("gpu:a:b", .device("a:b")),
        ("cpu", .core), ("memory", .memory), ("licence:matlab", .licence("matlab")),
    ])
    func `what has a price has a text`(text: String, sku: SKU) {
        #expect(SKU(text) == sku)
        #expect(sku.description == text)
    }

    @Test(arguments: ["", "gpu", "gpu:", "GPU:x", "CPU", "cpu:", "licence:", "licence:a b", "license:a", "licence:-a"])
    func `any other text has none`(text: String) {
        #expect(SKU(text) == nil)
    }

    @Test(arguments: [
        ("00:00", 0), ("08:30", 510), ("23:59", 1439), ("24:00", 1440),
    ])
    func `a time of day is read to the minute`(text: String, minutes: Int) {
        #expect(TimeOfDay(text)?.minutes == minutes)
        #expect(TimeOfDay(text)?.description == text)
    }

    @Test(arguments: ["", "8:30", "08:60", "24:01", "25:00", "08.30", "0830", "08:3", "08:300", "-8:30", "٠8:30"])
    func `what is no time of day is refused`(text: String) {
        #expect(TimeOfDay(text) == nil)
    }
}
