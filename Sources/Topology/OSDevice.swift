import CHwloc
import Units

/// What one driver or runtime shows of a device: `nvml0`, `rsmi3`, `ze0`, `cuda1`, `opencl0d2`, `card0`, `renderD128`.
struct OSDevice {
    enum Kind {
        case nvml, rsmi, levelZero, cuda, openCL, drm, other

        /// The lower the better its names and numbers are.
        var trust: Int {
            switch self {
            case .nvml, .rsmi, .levelZero: 0
            case .cuda: 1
            case .openCL: 2
            case .drm, .other: 3
            }
        }
    }

    let object: HwlocObject
    let kind: Kind
    /// The number in the name, by which its runtime counts.
    let number: Int
    private let name: String

    init(_ object: HwlocObject) {
        self.object = object
        name = object.name ?? ""
        // By name: exports of older versions carry no subtype.
        let prefix = String(name.prefix { $0.isLetter })
        kind =
            switch prefix {
            case "nvml": .nvml
            case "rsmi": .rsmi
            case "ze": .levelZero
            case "cuda": .cuda
            case "opencl": .openCL
            case "card", "renderD", "controlD": .drm
            default: .other
            }
        number = Int(name.dropFirst(prefix.count)) ?? 0
    }

    /// The model's name; nil where this source has none or an empty one.
    var model: String? {
        let name = object.info("GPUModel") ?? object.info("LevelZeroModel") ?? object.info("VectorEngineModel")
        // One release of AMD's library cuts the first two letters of this name.
        if kind == .rsmi, let name, name.hasPrefix("deon ") { return "Ra" + name }
        return name
    }

    /// Its own memory. hwloc tells sizes in KiB. Memory of the host that it may map (GTT) is not its own.
    var memory: ByteCount? {
        for name in OSDevice.memoryInfos {
            if let kibibytes = object.info(name).flatMap({ UInt64($0) }), kibibytes > 0,
                kibibytes <= Limits.deviceMemoryBytes >> 10
            {
                return ByteCount(bytes: Int64(kibibytes << 10))
            }
        }
        return nil
    }

    /// The vendor's own UUID, in the form that the vendor's variables take.
    var uuid: String? {
        switch kind {
        case .nvml: object.info("NVIDIAUUID").flatMap(DeviceIdentity.uuid)
        case .rsmi: object.info("AMDUUID").flatMap(DeviceIdentity.amdUUID)
        case .levelZero: object.info("LevelZeroUUID").flatMap(DeviceIdentity.uuid)
        default: nil
        }
    }

    /// The device node that it names.
    var file: String? {
        guard kind == .drm, name.dropFirst().contains(where: \.isNumber), name.utf8.allSatisfy({ $0 != 0x2F }) else {
            return nil
        }
        return "/dev/dri/" + name
    }

    /// An absolute path below `/dev` that goes nowhere else.
    static func isDeviceFile(_ path: String) -> Bool {
        path.hasPrefix("/dev/") && !path.split(separator: "/").contains("..") && !path.hasSuffix("/")
    }

    private static let memoryInfos = [
        "RSMIVRAMSize", "LevelZeroHBMSize", "LevelZeroDDRSize", "LevelZeroMemorySize", "CUDAGlobalMemorySize",
        "OpenCLGlobalMemorySize",
    ]
}
