public import Units

/// A device that is looked at: what is needed to find it on the machine.
public struct WatchedDevice: Sendable, Hashable, Codable {
    public var id: DeviceID
    /// `nvidia`, `amd`, `intel`, `other`.
    public var vendor: String
    /// The vendor's UUID; nil where unknown.
    public var uuid: String?
    /// Domain, bus, device, function: `0000:3b:00.0`; nil where unknown.
    public var pciAddress: String?
    /// The device's own files. Not its vendor's control files: every device of the vendor is worked through those.
    public var files: [String]

    public init(id: DeviceID, vendor: String, uuid: String?, pciAddress: String?, files: [String]) {
        self.id = id
        self.vendor = vendor
        self.uuid = uuid
        self.pciAddress = pciAddress
        self.files = files
    }

    /// The files that nothing but this device is opened through. A part of a device (NVIDIA MIG) is told by the files
    /// of its capabilities, for the whole device's file is open to the holders of all parts.
    var tellingFiles: [String] {
        let parts = files.filter { $0.hasPrefix("/dev/nvidia-caps/") }
        return parts.isEmpty && uuid?.hasPrefix("MIG-") != true ? files : parts
    }
}
