import CNVML
import Glibc

/// NVIDIA's management library, opened while the program runs (NVML API reference). Every function is looked up by
/// name; one that an older library lacks answers as the library itself answers for what it does not know.
struct NVMLLibrary {
    typealias Device = OpaquePointer
    typealias EventSet = OpaquePointer

    private let handle: UnsafeMutableRawPointer

    /// - Throws: what dlopen(3) says.
    init(path: String) throws(NVMLAbsent) {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw NVMLAbsent(reason: dlerror().map { String(cString: $0) } ?? "dlopen: no reason")
        }
        self.handle = handle
    }

    /// Closes it. Nothing of it may be used any more.
    func close() { dlclose(handle) }

    func initialize() -> NVMLResult {
        guard let call = function("nvmlInit_v2", as: (@convention(c) () -> Int32).self) else { return .noFunction }
        return NVMLResult(code: call())
    }

    func shutdown() {
        _ = function("nvmlShutdown", as: (@convention(c) () -> Int32).self)?()
    }

    /// The library's own words for a result.
    func words(_ result: NVMLResult) -> String {
        typealias Call = @convention(c) (Int32) -> UnsafePointer<CChar>?
        guard result != .noFunction, let text = function("nvmlErrorString", as: Call.self)?(result.code) else {
            return result == .noFunction ? "this version of the library lacks it" : "error \(result.code)"
        }
        return Words.printable(String(cString: text), limitBytes: 80)
    }

    func device(uuid: String, _ device: inout Device?) -> NVMLResult {
        find("nvmlDeviceGetHandleByUUID", uuid, &device)
    }

    func device(pciAddress: String, _ device: inout Device?) -> NVMLResult {
        find("nvmlDeviceGetHandleByPciBusId_v2", pciAddress, &device)
    }

    private func find(_ name: String, _ text: String, _ device: inout Device?) -> NVMLResult {
        typealias Call = @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<Device?>) -> Int32
        guard let call = function(name, as: Call.self) else { return .noFunction }
        return NVMLResult(code: call(text, &device))
    }

    /// The whole device that a part is of.
    func whole(of part: Device, _ device: inout Device?) -> NVMLResult {
        typealias Call = @convention(c) (Device, UnsafeMutablePointer<Device?>) -> Int32
        guard let call = function("nvmlDeviceGetDeviceHandleFromMigDeviceHandle", as: Call.self) else {
            return .noFunction
        }
        return NVMLResult(code: call(part, &device))
    }

    func uuid(_ device: Device, _ uuid: inout String) -> NVMLResult {
        typealias Call = @convention(c) (Device, UnsafeMutablePointer<CChar>, UInt32) -> Int32
        guard let call = function("nvmlDeviceGetUUID", as: Call.self) else { return .noFunction }
        var buffer = [CChar](repeating: 0, count: 97)
        let result = NVMLResult(code: call(device, &buffer, 96))
        let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if result == .success { uuid = Words.printable(text, limitBytes: 96) }
        return result
    }

    /// Calls that fill in one number.
    func number(_ name: String, _ device: Device, _ number: inout UInt32) -> NVMLResult {
        typealias Call = @convention(c) (Device, UnsafeMutablePointer<UInt32>) -> Int32
        guard let call = function(name, as: Call.self) else { return .noFunction }
        return NVMLResult(code: call(device, &number))
    }

    func memory(_ device: Device, _ memory: inout allot_nvml_memory_2) -> NVMLResult {
        typealias Call = @convention(c) (Device, UnsafeMutablePointer<allot_nvml_memory_2>) -> Int32
        memory.version = allot_nvml_memory_2_version
        if let call = function("nvmlDeviceGetMemoryInfo_v2", as: Call.self) {
            let result = NVMLResult(code: call(device, &memory))
            if result != .notSupported, result != .noFunction { return result }
        }
        // Before driver 510 what is used included what the driver keeps for itself.
        typealias Older = @convention(c) (Device, UnsafeMutablePointer<allot_nvml_memory>) -> Int32
        guard let call = function("nvmlDeviceGetMemoryInfo", as: Older.self) else { return .noFunction }
        var older = allot_nvml_memory()
        let result = NVMLResult(code: call(device, &older))
        memory.total = older.total
        memory.used = older.used
        return result
    }

    /// Percent of the last sample period.
    func utilization(_ device: Device, _ percent: inout UInt32) -> NVMLResult {
        typealias Call = @convention(c) (Device, UnsafeMutablePointer<allot_nvml_utilization>) -> Int32
        guard let call = function("nvmlDeviceGetUtilizationRates", as: Call.self) else { return .noFunction }
        var rates = allot_nvml_utilization()
        let result = NVMLResult(code: call(device, &rates))
        percent = rates.gpu
        return result
    }

    /// Samples of utilization, percent, that were taken after a time in microseconds; newest last.
    func samples(_ device: Device, after: UInt64, _ samples: inout [allot_nvml_sample]) -> NVMLResult {
        typealias Call =
            @convention(c) (
                Device, Int32, UInt64, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<UInt32>,
                UnsafeMutablePointer<allot_nvml_sample>?
            ) -> Int32
        guard let call = function("nvmlDeviceGetSamples", as: Call.self) else { return .noFunction }
        let kind = Int32(ALLOT_NVML_GPU_UTILIZATION_SAMPLES)
        var type: Int32 = 0
        var count: UInt32 = 0
        let asked = NVMLResult(code: call(device, kind, after, &type, &count, nil))
        guard asked == .success || asked == .insufficientSize else { return asked }
        if count == 0 { return .notFound }
        guard count <= NVMLLimits.samples else { return .insufficientSize }
        samples = Array(repeating: allot_nvml_sample(), count: Int(count))
        let result = NVMLResult(code: call(device, kind, after, &type, &count, &samples))
        samples.removeLast(samples.count - min(samples.count, Int(count)))
        return result == .success && type != Int32(ALLOT_NVML_VALUE_WORD) ? .notSupported : result
    }

    /// Processes that have a context on the device.
    func processes(_ device: Device, _ pids: inout [Int32]) -> NVMLResult {
        typealias Call =
            @convention(c) (
                Device, UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<allot_nvml_process>
            ) -> Int32
        guard let call = function("nvmlDeviceGetComputeRunningProcesses_v3", as: Call.self) else { return .noFunction }
        var found = Array(repeating: allot_nvml_process(), count: NVMLLimits.processes)
        var count = UInt32(found.count)
        let result = NVMLResult(code: call(device, &count, &found))
        if result == .success { pids = found.prefix(Int(count)).map { Int32(truncatingIfNeeded: $0.pid) } }
        return result
    }

    /// Errors of memory that were not corrected since the driver was loaded, or the device reset.
    func uncorrectedErrors(_ device: Device, _ count: inout UInt64) -> NVMLResult {
        typealias Call = @convention(c) (Device, Int32, Int32, UnsafeMutablePointer<UInt64>) -> Int32
        guard let call = function("nvmlDeviceGetTotalEccErrors", as: Call.self) else { return .noFunction }
        let errors = Int32(ALLOT_NVML_ERRORS_UNCORRECTED)
        return NVMLResult(code: call(device, errors, Int32(ALLOT_NVML_COUNTER_VOLATILE), &count))
    }

    /// Whether rows of memory wait for a reset to be replaced, and whether replacing one has failed.
    func remappedRows(_ device: Device, isPending: inout Bool, hasFailed: inout Bool) -> NVMLResult {
        typealias Number = UnsafeMutablePointer<UInt32>
        typealias Call = @convention(c) (Device, Number, Number, Number, Number) -> Int32
        guard let call = function("nvmlDeviceGetRemappedRows", as: Call.self) else { return .noFunction }
        var numbers: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
        let result = NVMLResult(code: call(device, &numbers.0, &numbers.1, &numbers.2, &numbers.3))
        isPending = result == .success && numbers.2 != 0
        hasFailed = result == .success && numbers.3 != 0
        return result
    }

    /// What the driver asks for to make the device whole again: 0 is nothing. From driver 565 on.
    func recoveryAction(_ device: Device, _ action: inout UInt32) -> NVMLResult {
        typealias Call = @convention(c) (Device, Int32, UnsafeMutablePointer<allot_nvml_field>) -> Int32
        guard let call = function("nvmlDeviceGetFieldValues", as: Call.self) else { return .noFunction }
        var field = allot_nvml_field()
        field.field = UInt32(ALLOT_NVML_FIELD_RECOVERY_ACTION)
        let result = NVMLResult(code: call(device, 1, &field))
        guard result == .success else { return result }
        action = field.value.word
        return NVMLResult(code: field.result)
    }

    func makeEvents(_ set: inout EventSet?) -> NVMLResult {
        typealias Call = @convention(c) (UnsafeMutablePointer<EventSet?>) -> Int32
        guard let call = function("nvmlEventSetCreate", as: Call.self) else { return .noFunction }
        return NVMLResult(code: call(&set))
    }

    func freeEvents(_ set: EventSet) {
        _ = function("nvmlEventSetFree", as: (@convention(c) (EventSet) -> Int32).self)?(set)
    }

    func register(_ device: Device, for events: EventSet) -> NVMLResult {
        typealias Call = @convention(c) (Device, UInt64, EventSet) -> Int32
        guard let call = function("nvmlDeviceRegisterEvents", as: Call.self) else { return .noFunction }
        let kinds = allot_nvml_event_xid | allot_nvml_event_double_bit_error
        let result = NVMLResult(code: call(device, kinds, events))
        // A device without memory that corrects errors knows only one of them.
        return result == .notSupported ? NVMLResult(code: call(device, allot_nvml_event_xid, events)) : result
    }

    /// The next event that has happened, without waiting; `timeout` where there is none.
    func nextEvent(_ set: EventSet, _ event: inout allot_nvml_event) -> NVMLResult {
        typealias Call = @convention(c) (EventSet, UnsafeMutablePointer<allot_nvml_event>, UInt32) -> Int32
        guard let call = function("nvmlEventSetWait_v2", as: Call.self) else { return .noFunction }
        return NVMLResult(code: call(set, &event, 0))
    }

    /// A function of the library's; nil where it has none of that name.
    func function<Function>(_ name: String, as type: Function.Type) -> Function? {
        dlsym(handle, name).map { unsafeBitCast($0, to: type) }
    }
}

/// Why there is no such library.
struct NVMLAbsent: Error {
    var reason: String
}

/// What a call of the library gave: nvmlReturn_t.
struct NVMLResult: Hashable {
    var code: Int32

    static let success = Self(code: Int32(ALLOT_NVML_SUCCESS))
    static let notSupported = Self(code: Int32(ALLOT_NVML_NOT_SUPPORTED))
    static let notFound = Self(code: Int32(ALLOT_NVML_NOT_FOUND))
    static let insufficientSize = Self(code: Int32(ALLOT_NVML_INSUFFICIENT_SIZE))
    static let timeout = Self(code: Int32(ALLOT_NVML_TIMEOUT))
    static let noFunction = Self(code: Int32(ALLOT_NVML_FUNCTION_NOT_FOUND))
    static let lost = Self(code: Int32(ALLOT_NVML_GPU_IS_LOST))
    static let resetRequired = Self(code: Int32(ALLOT_NVML_RESET_REQUIRED))
    static let unknown = Self(code: Int32(ALLOT_NVML_UNKNOWN))
}

/// What is taken from the library at most.
enum NVMLLimits {
    /// Samples of one device; the driver keeps some 120.
    static let samples = 4096
    /// Processes of one device.
    static let processes = 1024
    /// Events of one look.
    static let events = 256
}
