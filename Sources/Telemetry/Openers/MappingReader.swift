import Glibc

/// Finds devices among a process's mappings: lines of `from-to mode offset device inode path` (proc_pid_maps(5)).
///
/// The device and inode are of the file system that the device file lies in; the device that it stands for is not told.
/// So a mapping is known by the files that are looked for, and by no second file of the same device elsewhere.
struct MappingReader {
    private let places: [DeviceNumbers.Place: UInt64]
    private(set) var found: Set<UInt64> = []
    /// The beginning of a line that goes on in the next chunk: what is before its path.
    private var begun: [UInt8] = []
    private var isWithinLine = false

    /// Longer than all that is before a path.
    private static let beginning = 256

    init(_ places: [DeviceNumbers.Place: UInt64]) {
        self.places = places
    }

    /// Takes the next bytes; a line may begin in one chunk and end in another. There are megabytes of them where many
    /// programs run, nearly all of them paths: only the beginning of a line is read, byte by byte.
    mutating func read(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        var start = 0
        while start < bytes.count {
            let rest = bytes.count - start
            let end = memchr(base + start, Int32(UInt8(ascii: "\n")), rest).map {
                $0 - UnsafeMutableRawPointer(mutating: base)
            }
            let line = UnsafeRawBufferPointer(rebasing: bytes[start..<(end ?? bytes.count)])
            if isWithinLine || end == nil {
                begun.append(contentsOf: line.prefix(max(0, MappingReader.beginning - begun.count)))
                isWithinLine = end == nil
                if end != nil {
                    begun.withUnsafeBytes { note($0) }
                    begun.removeAll(keepingCapacity: true)
                }
            } else {
                note(line)
            }
            start = end.map { $0 + 1 } ?? bytes.count
        }
    }

    private mutating func note(_ line: UnsafeRawBufferPointer) {
        var place = 0
        for _ in 0..<3 {
            guard let blank = line[place...].firstIndex(of: UInt8(ascii: " ")) else { return }
            place = blank + 1
        }
        let major = number(line, &place, base: 16)
        guard place < line.count, line[place] == UInt8(ascii: ":") else { return }
        place += 1
        let minor = number(line, &place, base: 16)
        guard place < line.count, line[place] == UInt8(ascii: " ") else { return }
        place += 1
        let inode = number(line, &place, base: 10)
        if inode == 0 { return }
        let key = DeviceNumbers.Place(fileSystem: major << 32 | minor, inode: inode)
        if let device = places[key] { found.insert(device) }
    }

    private func number(_ line: UnsafeRawBufferPointer, _ place: inout Int, base: UInt64) -> UInt64 {
        var number: UInt64 = 0
        while place < line.count {
            let byte = line[place]
            let digit: UInt8
            switch byte {
            case 48...57: digit = byte - 48
            case 97...102: digit = byte - 87
            default: return number
            }
            number = number &* base &+ UInt64(digit)
            place += 1
        }
        return number
    }
}
