import Units

/// Makes ids that are stable and never mean two devices.
enum DeviceIdentity {
    /// The devices with their ids: the UUID, else the PCI address; a partition without a UUID of its own is named by
    /// its whole device and its number. A UUID that several devices claim (drivers that repeat the card's for each
    /// partition) is taken from all of them: it would not select one.
    static func identified(_ devices: [Device]) -> [Device] {
        var claims: [String: Int] = [:]
        for case let uuid? in devices.map(\.uuid) { claims[uuid, default: 0] += 1 }
        var addresses: [String: Set<String>] = [:]
        for device in devices {
            if let partition = device.partition { addresses[partition.parent, default: []].insert(device.pciAddress) }
        }
        return devices.map { device in
            var device = device
            if let uuid = device.uuid, claims[uuid] != 1 { device.uuid = nil }
            if let uuid = device.uuid {
                device.id = DeviceID(uuid)
            } else if let partition = device.partition {
                let isParentUnique = addresses[partition.parent]?.count == 1 && claims[partition.parent] == nil
                device.id = DeviceID("\(isParentUnique ? partition.parent : device.pciAddress)/\(partition.index)")
            } else {
                device.id = DeviceID(device.pciAddress)
            }
            return device
        }
    }

    /// A UUID as it was told, where it is one: letters, digits and dashes, not all zeros or question marks
    /// (the NVIDIA driver shows those until a GPU is first used).
    static func uuid(_ text: String) -> String? {
        let isPlain = text.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        let digits = text.split(separator: "-").last ?? ""
        return isPlain && digits.contains { $0 != "0" } ? text : nil
    }

    /// AMD's unique id, sixteen hexadecimal digits or fewer, as `GPU-` and sixteen: what ROCR_VISIBLE_DEVICES takes.
    static func amdUUID(_ text: String) -> String? {
        let digits = text.hasPrefix("0x") ? text.dropFirst(2) : Substring(text)
        guard digits.utf8.count <= 16, let number = UInt64(digits, radix: 16), number != 0 else { return nil }
        return "GPU-" + PCIAddress.hex(number, 16)
    }
}
