/// Where a function sits on the PCI buses: `0000:3b:00.0`. The domain may have up to eight digits.
struct PCIAddress: Hashable, Comparable, CustomStringConvertible {
    var domain: UInt32
    var bus: UInt8
    var device: UInt8
    var function: UInt8

    init(domain: UInt32, bus: UInt8, device: UInt8, function: UInt8) {
        self.domain = domain
        self.bus = bus
        self.device = device
        self.function = function
    }

    /// Reads `0000:3b:00.0` and `00000000:3B:00.0`; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        let last = parts[2].split(separator: ".", omittingEmptySubsequences: false)
        guard last.count == 2, let domain = UInt32(parts[0], radix: 16), let bus = UInt8(parts[1], radix: 16),
            let device = UInt8(last[0], radix: 16), device < 32, let function = UInt8(last[1], radix: 16), function < 8
        else { return nil }
        self.init(domain: domain, bus: bus, device: device, function: function)
    }

    /// The name that sysfs and hwloc use: lower case, four digits of domain or more.
    var description: String {
        "\(PCIAddress.hex(domain, 4)):\(PCIAddress.hex(UInt32(bus), 2)):"
            + "\(PCIAddress.hex(UInt32(device), 2)).\(function)"
    }

    static func < (left: PCIAddress, right: PCIAddress) -> Bool {
        (left.domain, left.bus, left.device, left.function) < (right.domain, right.bus, right.device, right.function)
    }

    /// Lower-case hexadecimal digits, zeros in front up to `width`.
    static func hex(_ number: some BinaryInteger, _ width: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
