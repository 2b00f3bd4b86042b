import Testing
import Units

@Suite("Amounts of memory")
struct ByteCountTests {
    @Test(
        "read",
        arguments: [
            ("0", 0), ("1024", 1024), ("1024B", 1024), ("64G", 64 << 30), ("64g", 64 << 30), ("64GB", 64 << 30),
            ("64GiB", 64 << 30), ("64Gi", 64 << 30), ("512M", 512 << 20), ("1K", 1024), ("2T", 2 << 40),
            ("8191P", 8191 << 50),
            ("007K", 7168), ("9223372036854775807", Int64.max),
        ] as [(String, Int64)])
    func read(_ text: String, _ bytes: Int64) {
        #expect(ByteCount(text) == ByteCount(bytes: bytes))
    }

    @Test(
        "refused",
        arguments: [
            "", "G", "B", "-1", "-1G", "+1G", "1.5G", "1,5G", "64 G", " 64G", "64G ", "64GG", "64GiBs", "64iB", "64i",
            "64E",
            "64bytes", "0x10", "8192P", "9223372036854775808", "99999999999999999999G", "９G", "٣", "1G\n", "ßG",
        ])
    func refused(_ text: String) {
        #expect(ByteCount(text) == nil)
    }

    @Test(
        "shown short",
        arguments: [
            (0, "0"), (1023, "1023"), (1024, "1K"), (1536, "1.5K"), (1 << 20, "1M"), (1536 << 10, "1.5M"),
            (64 << 30, "64G"),
            (83_516_416 << 10, "79.6G"), (1 << 40, "1T"), (1 << 50, "1P"), (.max, "8191.9P"), (-5, "-5"),
        ] as [(Int64, String)])
    func short(_ bytes: Int64, _ text: String) {
        #expect(ByteCount(bytes: bytes).short == text)
    }

    @Test func `exact amounts are read back as the same`() {
        for shift in 0..<62 {
            let amount = ByteCount(bytes: 1 << Int64(shift))
            #expect(ByteCount(amount.short) == amount)
        }
    }

    @Test func `amounts are ordered by size`() {
        #expect(ByteCount.zero < .gibibytes(1))
        #expect(ByteCount.gibibytes(2) > .gibibytes(1))
    }
}
