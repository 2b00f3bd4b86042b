/// A kind of PCI function by its vendor's number and the vendor's own for it, such as `1af4:1050`.
public struct PCIKind: Sendable, Hashable, CustomStringConvertible {
    public var vendor: UInt16
    public var device: UInt16

    public init(vendor: UInt16, device: UInt16) {
        self.vendor = vendor
        self.device = device
    }

    /// Two numbers of four hexadecimal digits with a colon between them, as lspci(8) shows them; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 4 && $0.first != "+" && $0.first != "-" }),
            let vendor = UInt16(parts[0], radix: 16), let device = UInt16(parts[1], radix: 16)
        else { return nil }
        self.init(vendor: vendor, device: device)
    }

    public var description: String { "\(PCIAddress.hex(vendor, 4)):\(PCIAddress.hex(device, 4))" }
}
