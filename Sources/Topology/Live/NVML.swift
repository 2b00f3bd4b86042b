import Glibc
import Units

/// The NVIDIA management library, where the machine has one (NVML API reference). Every function is looked up by name,
/// and what an older driver does not know is left out.
struct NVML {
    private typealias Handle = UnsafeMutableRawPointer
    private typealias Plain = @convention(c) () -> Int32
    private typealias CountCall = @convention(c) (UnsafeMutablePointer<UInt32>) -> Int32
    private typealias HandleCall = @convention(c) (UInt32, UnsafeMutablePointer<Handle?>) -> Int32
    private typealias TextCall = @convention(c) (Handle, UnsafeMutablePointer<CChar>, UInt32) -> Int32
    private typealias NumberCall = @convention(c) (Handle, UnsafeMutablePointer<UInt32>) -> Int32
    private typealias TwoNumbersCall =
        @convention(c) (Handle, UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>) -> Int32
    private typealias StructCall = @convention(c) (Handle, UnsafeMutableRawPointer) -> Int32
    private typealias PartCall = @convention(c) (Handle, UInt32, UnsafeMutablePointer<Handle?>) -> Int32
    private typealias LinkNumberCall = @convention(c) (Handle, UInt32, UnsafeMutablePointer<UInt32>) -> Int32
    private typealias LinkStructCall = @convention(c) (Handle, UInt32, UnsafeMutableRawPointer) -> Int32

    /// The GPUs that the library lists; none without the library, a driver or the right to use it.
    static func load() -> [NVMLDevice] {
        guard let library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL) else { return [] }
        let nvml = NVML(library: library)
        guard let start = nvml.function("nvmlInit_v2", as: Plain.self), start() == 0 else {
            dlclose(library)
            return []
        }
        // The library stays mapped after its shutdown: threads of its own may still be on their way out.
        defer { _ = nvml.function("nvmlShutdown", as: Plain.self)?() }
        return nvml.devices()
    }

    private let library: UnsafeMutableRawPointer

    private func devices() -> [NVMLDevice] {
        var count: UInt32 = 0
        guard let countCall = function("nvmlDeviceGetCount_v2", as: CountCall.self), countCall(&count) == 0,
            let handleCall = function("nvmlDeviceGetHandleByIndex_v2", as: HandleCall.self)
        else { return [] }
        return (0..<min(count, UInt32(DeviceSet.limit))).compactMap { index in
            var handle: Handle?
            guard handleCall(index, &handle) == 0, let handle, let address = address(handle) else { return nil }
            let isPartitioned = isPartitioned(handle)
            return NVMLDevice(
                pciAddress: address, uuid: text("nvmlDeviceGetUUID", handle), name: text("nvmlDeviceGetName", handle),
                memory: memory(handle), minor: number("nvmlDeviceGetMinorNumber", handle),
                isPartitioned: isPartitioned, instances: isPartitioned ? instances(handle) : [], links: links(handle))
        }
    }

    private func isPartitioned(_ handle: Handle) -> Bool {
        var current: UInt32 = 0
        var pending: UInt32 = 0
        guard let call = function("nvmlDeviceGetMigMode", as: TwoNumbersCall.self) else { return false }
        return call(handle, &current, &pending) == 0 && current == 1
    }

    private func instances(_ handle: Handle) -> [NVMLDevice.Instance] {
        guard let limit = number("nvmlDeviceGetMaxMigDeviceCount", handle),
            let call = function("nvmlDeviceGetMigDeviceHandleByIndex", as: PartCall.self)
        else { return [] }
        return (0..<min(limit, UInt32(DeviceSet.limit))).compactMap { index in
            var part: Handle?
            guard call(handle, index, &part) == 0, let part else { return nil }
            return NVMLDevice.Instance(
                uuid: text("nvmlDeviceGetUUID", part), name: text("nvmlDeviceGetName", part), memory: memory(part),
                gpuInstance: number("nvmlDeviceGetGpuInstanceId", part),
                computeInstance: number("nvmlDeviceGetComputeInstanceId", part))
        }
    }

    private func links(_ handle: Handle) -> [NVMLDevice.Link] {
        guard let stateCall = function("nvmlDeviceGetNvLinkState", as: LinkNumberCall.self),
            let remoteCall = function("nvmlDeviceGetNvLinkRemotePciInfo_v2", as: LinkStructCall.self)
        else { return [] }
        let versionCall = function("nvmlDeviceGetNvLinkVersion", as: LinkNumberCall.self)
        let typeCall = function("nvmlDeviceGetNvLinkRemoteDeviceType", as: LinkNumberCall.self)
        return (0..<Limits.linksPerDevice).compactMap { link in
            var isActive: UInt32 = 0
            guard stateCall(handle, link, &isActive) == 0, isActive == 1 else { return nil }
            var version: UInt32 = 0
            _ = versionCall?(handle, link, &version)
            var type: UInt32 = NVML.unknownRemote
            if let typeCall, typeCall(handle, link, &type) != 0 { type = NVML.unknownRemote }
            let bandwidth = NVML.bandwidth(version: version)
            if type == NVML.switchRemote { return NVMLDevice.Link(remote: .fabric, bandwidth: bandwidth) }
            guard type == NVML.gpuRemote || type == NVML.unknownRemote else { return nil }
            guard let address = pciAddress({ remoteCall(handle, link, $0) }) else { return nil }
            return NVMLDevice.Link(remote: .gpu(address), bandwidth: bandwidth)
        }
    }

    /// nvmlIntNvLinkDeviceType_t.
    private static let gpuRemote: UInt32 = 0
    private static let switchRemote: UInt32 = 2
    private static let unknownRemote: UInt32 = 0xFF

    /// One link in one direction in MB/s, by NVLink's generation.
    private static func bandwidth(version: UInt32) -> UInt64 {
        switch version {
        case 1: 20_000
        case 5...: 50_000
        default: 25_000
        }
    }

    private func address(_ handle: Handle) -> String? {
        guard let call = function("nvmlDeviceGetPciInfo_v3", as: StructCall.self) else { return nil }
        return pciAddress { call(handle, $0) }
    }

    /// nvmlPciInfo_t: 16 bytes of an old name, then domain, bus and device, two ids and a name: 68 bytes.
    private func pciAddress(_ call: (UnsafeMutableRawPointer) -> Int32) -> String? {
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 8) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            buffer.initializeMemory(as: UInt8.self, repeating: 0)
            guard call(start) == 0 else { return nil }
            let domain = start.load(fromByteOffset: 16, as: UInt32.self)
            let bus = start.load(fromByteOffset: 20, as: UInt32.self)
            let device = start.load(fromByteOffset: 24, as: UInt32.self)
            return PCIAddress(
                domain: domain, bus: UInt8(truncatingIfNeeded: bus), device: UInt8(truncatingIfNeeded: device),
                function: 0
            ).description
        }
    }

    /// nvmlMemory_t: total, free and used bytes.
    private func memory(_ handle: Handle) -> ByteCount? {
        guard let call = function("nvmlDeviceGetMemoryInfo", as: StructCall.self) else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            buffer.initializeMemory(as: UInt8.self, repeating: 0)
            guard call(handle, start) == 0 else { return nil }
            let total = start.load(as: UInt64.self)
            return total > 0 && total <= Limits.deviceMemoryBytes ? ByteCount(bytes: Int64(total)) : nil
        }
    }

    private func text(_ name: String, _ handle: Handle) -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        guard let call = function(name, as: TextCall.self), call(handle, &buffer, UInt32(buffer.count - 1)) == 0 else {
            return nil
        }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func number(_ name: String, _ handle: Handle) -> UInt32? {
        var number: UInt32 = 0
        guard let call = function(name, as: NumberCall.self), call(handle, &number) == 0 else { return nil }
        return number
    }

    private func function<Function>(_ name: String, as type: Function.Type) -> Function? {
        dlsym(library, name).map { unsafeBitCast($0, to: type) }
    }
}
