/// How busy parts of NVIDIA's devices (MIG) are.
///
/// The library counts for each GPU instance, and its counters at two looks tell in what share of the time between
/// anything worked on it. Compute instances that share a GPU instance are counted together: there a share of the time
/// is nobody's own, and only that nothing worked holds for each of them.
struct NVMLParts {
    /// A GPU instance.
    struct Instance: Hashable {
        /// The UUID of the whole device.
        var whole: String
        var number: UInt32
    }

    /// What is told of a part.
    struct Answer {
        /// Since the look before, in thousandths; nil where that is not known.
        var permille: Int?
        var fault: String?
    }

    private struct Kept {
        var counters: NVMLLibrary.Counters
        /// In nanoseconds.
        var at: Int64
    }

    /// What the library told of an instance at this look.
    private enum Told {
        /// Nothing to compare with.
        case nothing
        /// From 0 to 100.
        case percent(Double)
        case noPercentage
        case failure(NVMLResult)
    }

    /// Of the last look, for each instance that was asked about then.
    private var kept: [Instance: Kept] = [:]
    private var told: [Instance: Told] = [:]

    /// Counters that are compared are further apart than this, nanoseconds: so the API reference asks.
    static let interval: Int64 = 100_000_000
    private static let what = "how busy parts are"

    /// Begins a look.
    mutating func begin() { told = [:] }

    /// - Parameters:
    ///   - part: the part's handle; `whole` is that of the device that its instance is of.
    ///   - now: in nanoseconds.
    mutating func busy(
        _ part: NVMLLibrary.Device, of instance: Instance, on whole: NVMLLibrary.Device, _ library: NVMLLibrary,
        _ notes: inout NVMLNotes, now: Int64
    ) -> Answer {
        let answer = told[instance] ?? ask(instance, on: whole, library, now: now)
        told[instance] = answer
        switch answer {
        case .nothing:
            return Answer()
        case .percent(let percent):
            return share(percent, part, library, &notes)
        case .noPercentage:
            notes.count(NVMLParts.what, why: "what it gives is no percentage")
            return Answer()
        case .failure(let result):
            notes.count(result, NVMLParts.what, library)
            return Answer(fault: NVMLWhole.fault(result))
        }
    }

    /// Ends a look: lets the counters of instances go that were not asked about.
    mutating func finish(_ library: NVMLLibrary) {
        for (instance, old) in kept where told[instance] == nil {
            library.free(old.counters)
            kept[instance] = nil
        }
    }

    /// Lets all counters go, before the session ends that they are of.
    mutating func free(_ library: NVMLLibrary) {
        for old in kept.values { library.free(old.counters) }
        kept = [:]
    }

    /// Counters that cannot be read take those before them along: what comes after a failure is counted anew.
    private mutating func ask(
        _ instance: Instance, on whole: NVMLLibrary.Device, _ library: NVMLLibrary, now: Int64
    ) -> Told {
        if let old = kept[instance], now - old.at <= NVMLParts.interval { return .nothing }
        let old = kept.removeValue(forKey: instance)
        defer { if let old { library.free(old.counters) } }
        var isSupported = false
        let asked = library.countsForInstances(whole, &isSupported)
        guard asked == .success else { return .failure(asked) }
        guard isSupported else { return .failure(.notSupported) }
        var counters: NVMLLibrary.Counters?
        let read = library.counters(whole, instance: instance.number, &counters)
        guard let counters else { return .failure(read) }
        kept[instance] = Kept(counters: counters, at: now)
        guard let old else { return .nothing }
        var percent = 0.0
        let compared = library.utilization(from: old.counters, to: counters, &percent)
        guard compared == .success else { return .failure(compared) }
        return (0...100).contains(percent) ? .percent(percent) : .noPercentage
    }

    /// What an instance's percentage tells of a part of it.
    private func share(
        _ percent: Double, _ part: NVMLLibrary.Device, _ library: NVMLLibrary, _ notes: inout NVMLNotes
    ) -> Answer {
        if percent == 0 { return Answer(permille: 0) }
        var isWhole = false
        let result = library.isWholeInstance(part, &isWhole)
        guard notes.isDone(result, NVMLParts.what, library) else { return Answer(fault: NVMLWhole.fault(result)) }
        guard isWhole else {
            notes.count(NVMLParts.what, why: "it counts those of one GPU instance together")
            return Answer()
        }
        return Answer(permille: Int((percent * 10).rounded()))
    }
}
