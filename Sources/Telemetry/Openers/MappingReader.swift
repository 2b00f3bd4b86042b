/// Finds devices among a process's mappings: lines of `from-to mode offset device inode path` (proc_pid_maps(5)).
///
/// The device and inode are of the file system that the device file lies in; the device that it stands for is not told.
/// So a mapping is known by the files that are looked for, and by no second file of the same device elsewhere.
struct MappingReader {
    private let places: [DeviceNumbers.Place: UInt64]
    private(set) var found: Set<UInt64> = []
    private var field = 0
    private var major: UInt64 = 0
    private var number: UInt64 = 0
    private var fileSystem: UInt64 = 0

    init(_ places: [DeviceNumbers.Place: UInt64]) {
        self.places = places
    }

    /// Takes the next bytes; a line may begin in one chunk and end in another.
    mutating func read(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n"):
                if field == 4 { closeField() }
                field = 0
                number = 0
            case UInt8(ascii: " "):
                if field == 3 || field == 4 { closeField() }
                field += 1
                number = 0
            case UInt8(ascii: ":") where field == 3:
                major = number
                number = 0
            default:
                if field == 3 {
                    number = number << 4 | MappingReader.hex(byte)
                } else if field == 4 {
                    number = number &* 10 &+ UInt64(byte & 0xf)
                }
            }
        }
    }

    private mutating func closeField() {
        if field == 3 {
            fileSystem = major << 32 | number
        } else if let device = places[DeviceNumbers.Place(fileSystem: fileSystem, inode: number)] {
            found.insert(device)
        }
    }

    private static func hex(_ byte: UInt8) -> UInt64 { UInt64(byte & 0xf) + (byte > 57 ? 9 : 0) }
}
