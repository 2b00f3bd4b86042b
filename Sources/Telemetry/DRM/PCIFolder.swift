import Units

/// What the kernel tells of a PCI device: files of `/sys/bus/pci/devices/ADDRESS`.
struct PCIFolder {
    /// Whether the bus shows the device. true where nobody can tell: no such bus, or no looking there.
    var isThere: Bool
    /// amdgpu's own share of time that the device was busy, over about the last second, in thousandths.
    var busyPermille: Int?
    var memoryUsed: ByteCount?
    var memoryTotal: ByteCount?

    init(address: String, sys: String) {
        isThere = true
        guard PCIFolder.isAddress(address), let bus = try? ProcFolder("\(sys)/bus/pci/devices") else { return }
        do throws(SystemError) {
            read(try ProcFolder(address, in: bus))
        } catch {
            isThere = !error.isGone
        }
    }

    private mutating func read(_ folder: borrowing ProcFolder) {
        busyPermille = PCIFolder.number(folder.text("gpu_busy_percent")).flatMap {
            (0...100).contains($0) ? Int($0) * 10 : nil
        }
        memoryUsed = PCIFolder.number(folder.text("mem_info_vram_used")).map(ByteCount.init(bytes:))
        memoryTotal = PCIFolder.number(folder.text("mem_info_vram_total")).map(ByteCount.init(bytes:))
    }

    private static func number(_ text: String?) -> Int64? {
        guard let text, text.hasSuffix("\n"), let number = Int64(text.dropLast()), number >= 0 else { return nil }
        return number
    }

    /// `0000:3b:00.0`, in lower case: nothing else becomes part of a path.
    private static func isAddress(_ text: String) -> Bool {
        (10...16).contains(text.utf8.count)
            && text.utf8.allSatisfy { (48...58).contains($0) || (97...102).contains($0) || $0 == UInt8(ascii: ".") }
            && !text.hasPrefix(".")
    }
}
