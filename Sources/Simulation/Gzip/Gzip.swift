/// Reads what gzip compressed (RFC 1952), through zlib.
public enum Gzip {
    /// More than any trace has: the largest log of the Parallel Workloads Archive has about 500 MB.
    public static let usualLimitBytes = Limits.contentBytes

    /// What `bytes` hold: the members one after the other, as gzip(1) reads them; zeros after the last are padding.
    /// - Parameter limitBytes: the most that may come out, whatever the file says of itself.
    public static func decompress(
        _ bytes: [UInt8], limitBytes: Int = usualLimitBytes
    ) throws(GzipError) -> [UInt8] {
        guard isMember(bytes, at: 0) else { throw .notGzip }
        let inflater = try Inflater()
        var content: [UInt8] = []
        var offset = 0
        while isMember(bytes, at: offset) {
            try read(bytes, from: &offset, with: inflater, into: &content, limitBytes: limitBytes)
        }
        guard bytes[offset...].allSatisfy({ $0 == 0 }) else { throw .trailingBytes(offset: offset) }
        return content
    }

    /// Whether a member begins here: every one does with these two bytes.
    private static func isMember(_ bytes: [UInt8], at offset: Int) -> Bool {
        offset + 1 < bytes.count && bytes[offset] == 0x1F && bytes[offset + 1] == 0x8B
    }

    private static func read(
        _ bytes: [UInt8], from offset: inout Int, with inflater: Inflater, into content: inout [UInt8], limitBytes: Int
    ) throws(GzipError) {
        inflater.reset()
        while true {
            let step = inflater.step(bytes, from: offset)
            offset += step.consumed
            guard content.count + step.produced <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
            content += inflater.chunk[..<step.produced]
            switch step.outcome {
            case .memberEnd: return
            case .more: continue
            case .truncated: throw .truncated
            case .damaged: throw .damaged(offset: offset)
            }
        }
    }
}

/// Why bytes could not be decompressed.
public enum GzipError: Error, Sendable, Hashable, CustomStringConvertible {
    case notGzip
    case truncated
    /// What zlib could make no sense of, or whose check sum is another, lies at about this byte.
    case damaged(offset: Int)
    /// After the last member there is something else.
    case trailingBytes(offset: Int)
    case tooLarge(limitBytes: Int)
    case noMemory

    public var description: String {
        switch self {
        case .notGzip: "it is not a gzip file"
        case .truncated: "it is truncated: the gzip data ends in the middle"
        case .damaged(let offset): "the gzip data is damaged at about byte \(offset)"
        case .trailingBytes(let offset): "something that is not gzip follows at byte \(offset)"
        case .tooLarge(let limit): "decompressed it has more than \(limit) bytes, the limit"
        case .noMemory: "zlib got no memory"
        }
    }
}
