import Units

/// Choices of devices that were made, so that each is searched for once.
struct Choices: Sendable {
    private var known: [Choice: DeviceSet] = [:]

    /// What a choice depends on.
    private struct Choice: Hashable {
        var count: Int
        /// Of host.
        var kind: Int
        var local: Shape.Local
        var free: DeviceSet
    }

    /// The devices of a place that a shape gets.
    mutating func devices(for shape: Shape, _ fit: Fit, of fleet: Fleet) -> DeviceSet {
        let kind = fleet.kinds[fit.host]
        let choice = Choice(count: shape.count, kind: kind, local: shape.local[kind], free: fit.free)
        if let devices = known[choice] { return devices }
        let devices = fleet.models[kind].devices(for: shape, on: kind, from: fit.free)
        if known.count >= Limits.choicesKept { known.removeAll(keepingCapacity: true) }
        known[choice] = devices
        return devices
    }
}
