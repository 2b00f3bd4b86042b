import Foundation
import Simulation
import Testing

@Suite struct GzipTests {
    /// `gzip -9n` of "to be or not to be, " twenty times.
    private static let squeezed = Array(
        Data(base64Encoded: "H4sIAAAAAAACAyvJV0hKVcgvUsjLL1EoAXF0INSo2ICIAQAcB0pykAEAAA==") ?? Data())
    private static let saying = Array(String(repeating: "to be or not to be, ", count: 20).utf8)

    @Test func `what gzip compressed comes back`() throws {
        #expect(try Gzip.decompress(GzipTests.squeezed) == GzipTests.saying)
    }

    @Test func `members that follow one another are read as one`() throws {
        let bytes = GzipTests.squeezed + GzipTests.member([]) + GzipTests.member([1, 2, 3]) + [0, 0, 0, 0]
        #expect(try Gzip.decompress(bytes) == GzipTests.saying + [1, 2, 3])
    }

    @Test func `content longer than the buffers comes back whole`() throws {
        var generator = SeededGenerator(seed: 7)
        let content = (0..<400_000).map { _ in UInt8(generator.number(below: 256)) }
        #expect(try Gzip.decompress(GzipTests.member(content)) == content)
    }

    @Test func `a file cut short is said to be truncated, wherever that is`() {
        for length in 2..<GzipTests.squeezed.count {
            #expect(throws: GzipError.truncated, "after \(length) bytes") {
                try Gzip.decompress(Array(GzipTests.squeezed[..<length]))
            }
        }
    }

    @Test("what is not gzip is refused", arguments: [[], [0x1F], [0x50, 0x4B, 3, 4], Array("; Version: 2.2".utf8)])
    func notGzip(_ bytes: [UInt8]) {
        #expect(throws: GzipError.notGzip) { try Gzip.decompress(bytes) }
    }

    @Test func `a limit holds exactly, over all members together`() throws {
        let bytes = [60, 40].flatMap { GzipTests.member([UInt8](repeating: 9, count: $0)) }
        #expect(try Gzip.decompress(bytes, limitBytes: 100).count == 100)
        #expect(throws: GzipError.tooLarge(limitBytes: 99)) { try Gzip.decompress(bytes, limitBytes: 99) }
    }

    @Test func `damage and what follows the end are told with their place`() {
        var wrongSum = GzipTests.squeezed
        wrongSum[wrongSum.count - 8] ^= 1
        #expect(throws: GzipError.damaged(offset: wrongSum.count - 4)) { try Gzip.decompress(wrongSum) }
        #expect(throws: GzipError.trailingBytes(offset: GzipTests.squeezed.count)) {
            try Gzip.decompress(GzipTests.squeezed + Array("more".utf8))
        }
    }

    /// A gzip member that stores `content` as it is (RFC 1951, 3.2.4; RFC 1952).
    private static func member(_ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        let blocks = max((content.count + 65_534) / 65_535, 1)
        for block in 0..<blocks {
            let part = content[(block * 65_535)..<min((block + 1) * 65_535, content.count)]
            let length = UInt16(part.count)
            bytes += [block == blocks - 1 ? 1 : 0] + littleEndian(length) + littleEndian(~length) + part
        }
        return bytes + littleEndian(checkSum(content)) + littleEndian(UInt32(content.count))
    }

    private static func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<(Number.bitWidth / 8)).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    /// CRC-32 (RFC 1952, 8).
    private static func checkSum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
        }
    }
}
