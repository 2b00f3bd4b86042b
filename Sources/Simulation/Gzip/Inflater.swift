import CZlib

/// One zlib stream (zlib.h). zlib keeps a pointer to the stream's own structure, so it lies still on the heap.
final class Inflater {
    /// What the last step produced, at its start.
    private(set) var chunk = [UInt8](repeating: 0, count: Limits.inflateChunkBytes)
    private let stream: UnsafeMutablePointer<z_stream>

    /// 15 is the largest window; 16 more stands for the gzip format, check sum and length included.
    private static let gzipWindowBits: Int32 = 15 + 16

    init() throws(GzipError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(stream, Inflater.gzipWindowBits, ZLIB_VERSION, size) == Z_OK else {
            throw .noMemory
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    struct Step {
        var consumed: Int
        var produced: Int
        var outcome: Outcome
    }

    enum Outcome {
        case more, memberEnd, truncated, damaged
    }

    /// Makes ready for the next member.
    func reset() {
        inflateReset(stream)
    }

    /// Decompresses from `offset` on until the chunk is full, the member ends or the bytes do.
    func step(_ bytes: [UInt8], from offset: Int) -> Step {
        let available = min(bytes.count - offset, Limits.inflateInputBytes)
        let status = bytes.withUnsafeBufferPointer { input in
            chunk.withUnsafeMutableBufferPointer { output in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.advanced(by: offset))
                stream.pointee.avail_in = UInt32(available)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(output.count)
                return inflate(stream, Z_NO_FLUSH)
            }
        }
        let consumed = available - Int(stream.pointee.avail_in)
        let produced = chunk.count - Int(stream.pointee.avail_out)
        return Step(consumed: consumed, produced: produced, outcome: outcome(status, isAtEnd: available == 0))
    }

    private func outcome(_ status: Int32, isAtEnd: Bool) -> Outcome {
        switch status {
        case Z_STREAM_END: .memberEnd
        case Z_OK: .more
        // No progress was possible: with bytes left the chunk was full, which the next call finds empty.
        case Z_BUF_ERROR: isAtEnd ? .truncated : .more
        default: .damaged
        }
    }
}
