import CNVML

/// What the library counts for GPU instances (GPM: from Hopper and driver 520 on).
extension NVMLLibrary {
    /// A GPU instance's counters at one moment. They are the library's, and to be freed.
    typealias Counters = OpaquePointer

    /// Whether it counts for the instances of a whole device.
    func countsForInstances(_ whole: Device, _ isSupported: inout Bool) -> NVMLResult {
        typealias Call = @convention(c) (Device, UnsafeMutablePointer<allot_nvml_gpm_support>) -> Int32
        guard let call = function("nvmlGpmQueryDeviceSupport", as: Call.self) else { return .noFunction }
        var support = allot_nvml_gpm_support()
        support.version = UInt32(ALLOT_NVML_GPM_SUPPORT_VERSION)
        let result = NVMLResult(code: call(whole, &support))
        isSupported = result == .success && support.is_supported != 0
        return result
    }

    /// The counters of an instance as they are now, for whoever asks to free; nil where it fails.
    /// - Parameter instance: the instance's number on the whole device.
    func counters(_ whole: Device, instance: UInt32, _ counters: inout Counters?) -> NVMLResult {
        typealias Make = @convention(c) (UnsafeMutablePointer<Counters?>) -> Int32
        typealias Read = @convention(c) (Device, UInt32, Counters) -> Int32
        guard let make = function("nvmlGpmSampleAlloc", as: Make.self), freeing != nil,
            let read = function("nvmlGpmMigSampleGet", as: Read.self)
        else { return .noFunction }
        var made: Counters?
        let result = NVMLResult(code: make(&made))
        guard result == .success, let made else { return result == .success ? .unknown : result }
        let told = NVMLResult(code: read(whole, instance, made))
        if told == .success { counters = made } else { free(made) }
        return told
    }

    func free(_ counters: Counters) { _ = freeing?(counters) }

    private var freeing: (@convention(c) (Counters) -> Int32)? {
        function("nvmlGpmSampleFree", as: (@convention(c) (Counters) -> Int32).self)
    }

    /// Percent of the time between two moments in which anything worked on the instance, as the library gives it.
    func utilization(from first: Counters, to second: Counters, _ percent: inout Double) -> NVMLResult {
        typealias Call = @convention(c) (UnsafeMutablePointer<allot_nvml_gpm_metrics>) -> Int32
        guard let call = function("nvmlGpmMetricsGet", as: Call.self) else { return .noFunction }
        var asked = Array(repeating: allot_nvml_gpm_metrics(), count: Int(ALLOT_NVML_GPM_METRICS_ROOM))
        asked[0].version = UInt32(ALLOT_NVML_GPM_METRICS_VERSION)
        asked[0].count = 1
        asked[0].first = first
        asked[0].second = second
        asked[0].metric.metric = UInt32(ALLOT_NVML_GPM_GRAPHICS_UTILIZATION)
        let result = NVMLResult(code: call(&asked))
        guard result == .success else { return result }
        percent = asked[0].metric.value
        return NVMLResult(code: asked[0].metric.result)
    }

    /// Whether a part is all of its GPU instance, and not one of several that share it.
    func isWholeInstance(_ part: Device, _ isWhole: inout Bool) -> NVMLResult {
        typealias Call = @convention(c) (Device, UnsafeMutablePointer<allot_nvml_attributes>) -> Int32
        guard let call = function("nvmlDeviceGetAttributes_v2", as: Call.self) else { return .noFunction }
        var attributes = allot_nvml_attributes()
        let result = NVMLResult(code: call(part, &attributes))
        let slices = attributes.compute_instance_slices
        isWhole = result == .success && slices > 0 && slices == attributes.gpu_instance_slices
        return result
    }
}
