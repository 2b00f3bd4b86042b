import CNVML

/// A whole NVIDIA device over time: its health, and since when its use is counted.
struct NVMLWhole {
    var device: NVMLLibrary.Device?
    var isRegistered = false
    /// Microseconds of the newest sample that was taken.
    private var lastSample: UInt64 = 0
    /// As of the look before; nil at the first, which can't tell old errors from new ones.
    private var uncorrected: UInt64?
    private var remembered: [Fault] = []

    private struct Fault {
        var text: String
        /// The part that it is of; nil for all of the device.
        var gpuInstance: UInt32?
        var at: Int64
    }

    /// For how long something that has happened is told, nanoseconds: an answer may get lost on its way.
    static let memory: Int64 = 60_000_000_000

    mutating func remember(_ text: String, gpuInstance: UInt32?, at: Int64) {
        remembered.removeAll { $0.text == text && $0.gpuInstance == gpuInstance }
        remembered.append(Fault(text: text, gpuInstance: gpuInstance, at: at))
        if remembered.count > 16 { remembered.removeFirst() }
    }

    /// Why it is not healthy, the worst first; nil where nothing tells that it is not.
    mutating func health(
        _ library: NVMLLibrary, _ notes: inout NVMLNotes, at: Int64, gpuInstance: UInt32?
    ) -> String? {
        guard let device else { return nil }
        var action: UInt32 = 0
        let asked = library.recoveryAction(device, &action)
        if notes.isDone(asked, "what the driver asks for", library), action != 0 {
            return NVMLWhole.words(action: action)
        }
        var errors: UInt64 = 0
        let counted = library.uncorrectedErrors(device, &errors)
        if notes.isDone(counted, "uncorrected errors of memory", library) {
            if let before = uncorrected, errors > before {
                remember("\(errors) uncorrected errors of memory since its last reset", gpuInstance: nil, at: at)
            }
            uncorrected = errors
        }
        var isPending = false
        var hasFailed = false
        let remapped = library.remappedRows(device, isPending: &isPending, hasFailed: &hasFailed)
        _ = notes.isDone(remapped, "replaced rows of memory", library)
        if let fault = [asked, counted, remapped].lazy.compactMap(NVMLWhole.fault).first { return fault }
        if hasFailed { return "a row of memory could not be replaced" }
        remembered.removeAll { at - $0.at > NVMLWhole.memory }
        return remembered.last { $0.gpuInstance == nil || gpuInstance == nil || $0.gpuInstance == gpuInstance }?.text
    }

    /// The mean of the samples since the last time, in thousandths; at the first time what the driver says of the last
    /// moment.
    mutating func busy(_ device: NVMLLibrary.Device, _ library: NVMLLibrary, _ notes: inout NVMLNotes) -> Int? {
        var samples: [allot_nvml_sample] = []
        let isFirst = lastSample == 0
        if library.samples(device, after: lastSample, &samples) == .success {
            let news = samples.filter { $0.time > lastSample && $0.value.word <= 100 }
            lastSample = news.map(\.time).max() ?? lastSample
            if !isFirst, !news.isEmpty { return news.reduce(0) { $0 + Int($1.value.word) } * 10 / news.count }
        }
        var percent: UInt32 = 0
        let result = library.utilization(device, &percent)
        guard notes.isDone(result, "how busy it is", library), percent <= 100 else { return nil }
        return Int(percent) * 10
    }

    /// What a result means for the device itself; nil where it means nothing.
    static func fault(_ result: NVMLResult) -> String? {
        switch result {
        case .lost: "it has fallen off the bus (NVML: GPU is lost)"
        case .resetRequired: "it needs a reset (NVML)"
        default: nil
        }
    }

    /// nvmlDeviceGpuRecoveryAction_t.
    private static func words(action: UInt32) -> String {
        switch action {
        case 1: "the driver asks for a reset of the device"
        case 2, 7: "the driver asks for a restart of the machine"
        case 3: "the driver asks for an end of its traffic with others"
        case 4: "the driver asks for an end of its traffic with others, and a reset"
        case 6: "the driver asks for a reset of its bus"
        default: "the driver asks for recovery action \(action)"
        }
    }
}
