import AllotAPI
import Chargeback
import Enforcement
import Logging
import Scheduling
import Storage
import Topology
import Units

/// What the machine turns out to be, and what follows from it for what is granted.
extension Broker {
    /// Takes a device out of the plan that is not fit to be used, where it is not already.
    /// - Parameters:
    ///   - processes: that are the reason: with their users, which is personal.
    ///   - hasFailed: what runs on it is ended.
    func setAside(
        _ device: Int, _ reason: String, processes: [String] = [], hasFailed: Bool = true, in round: inout Round
    ) {
        guard !isSetAside(device, hasFailed: hasFailed) else { return }
        var metadata: Logger.Metadata = ["device": "\(host.devices[device].id)", "reason": "\(reason)"]
        if !processes.isEmpty { metadata["processes"] = "\(processes.joined(separator: ", "))" }
        logger.error("a device is set aside", metadata: metadata)
        let limit = Scheduling.Limits.drainReasonBytes
        let request = Scheduling.DrainRequest(
            devices: DeviceSet([device]), hasFailed: hasFailed, reason: reason.cut(toBytes: limit))
        let who =
            processes.isEmpty
            ? [] : [PersonalField(name: .command, value: Array(processes.joined(separator: ", ").utf8))]
        decide(.drain(request, by: Broker.daemon), actor: nil, details: who, in: &round)
    }

    /// Whether nothing new comes to a device until somebody resumes it.
    private func isSetAside(_ device: Int, hasFailed: Bool) -> Bool {
        engine.state.drains.contains { drain in
            drain.devices.contains(device) && drain.from <= engine.time && drain.until == nil
                && (drain.hasFailed || !hasFailed)
        }
    }

    /// Sets devices aside that something holds although their grant is over, before they are given to anybody. Who has
    /// another part of one runs on.
    /// - Returns: whether that is so, and durable.
    func quarantine(_ unfit: [UnfitDevice]) -> Bool {
        guard !unfit.isEmpty else { return true }
        guard !isClosed else { return false }
        var round = Round(time: now())
        var places: [Int: Bool] = [:]
        for device in unfit {
            guard let index = host.devices.firstIndex(where: { $0.id == device.id }) else { continue }
            let isShared = engine.runningReservations.contains { reservation in
                if case .active(let active) = reservation.state { active.grant.devices.contains(index) } else { false }
            }
            places[index] = !isShared
            setAside(index, device.reason, processes: device.processes, hasFailed: !isShared, in: &round)
        }
        guard commit(&round), places.allSatisfy({ isSetAside($0.key, hasFailed: $0.value) }) else { return false }
        follow(round)
        arrangeNext()
        return true
    }

    /// Writes down which place each device has, before anything names one.
    func keepPlaces() throws(StoreError) {
        let bytes = DevicePlaces.bytes(host.devices)
        guard try store.read(.document(DevicePlaces.document)) != bytes else { return }
        try commit(own: Batch(documents: [DevicePlaces.document: bytes]))
    }

    /// Ends what runs on devices that the machine has not any more, and has somebody see that they are gone.
    func settleAbsent() throws(StoreError) {
        var round = Round(time: now())
        let before = Set((meter.inventory?.devices ?? []).filter { $0.isGone != true }.map(\.id))
        for (index, device) in host.devices.enumerated() where !device.isPresent {
            let isNamed = engine.state.reservations.values.contains { $0.namedDevices.contains(index) }
            // One that was drained is gone because somebody has worked at it.
            let isDrained = engine.drains.contains { $0.from <= engine.time && $0.devices.contains(index) }
            if isNamed || (before.contains(device.id) && !isDrained) { setAside(index, Device.isGone, in: &round) }
        }
        guard commit(&round) else { throw failure ?? .closed }
        follow(round)
    }

    /// What the daemon does by itself, it does as who may do everything.
    private static var daemon: Subject { Subject(user: .root, accounts: [], isAdmin: true) }

    // MARK: The machine was started anew

    /// Ends what ran when the machine was last stopped and can not go on: a command is not run twice.
    /// - Throws: where that is not durable: nothing may be started then.
    func settleRestart(_ boot: String) throws(StoreError) {
        let known = try store.read(.document(Broker.bootDocument))
        guard known != Array(boot.utf8) else { return }
        guard known != nil else { return try commit(own: Batch(documents: [Broker.bootDocument: Array(boot.utf8)])) }
        var round = Round(time: now())
        round.documents[Broker.bootDocument] = Array(boot.utf8)
        let lost = engine.runningReservations.filter { reservation in
            if case .active = reservation.state { reservation.hasCommand } else { false }
        }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("commands", lost.map(\.id.description))
        writer.closeObject()
        round.append(JournalEvent(at: round.time, actor: nil, kind: "host.restarted", payload: writer.bytes))
        for reservation in lost { decide(.hostRestarted(reservation.id), actor: nil, details: [], in: &round) }
        guard commit(&round) else { throw failure ?? .closed }
        follow(round)
        logger.notice("the machine was started anew", metadata: ["commandsThatEnded": "\(lost.count)"])
    }

    private static var bootDocument: String { "boot" }

    // MARK: What stands

    /// Makes what is granted stand once more, where it still is.
    func restore(_ id: ReservationID) {
        guard let reservation = engine.state.reservations[id], case .active(let active) = reservation.state else {
            return
        }
        start(reservation, active)
    }

    /// Stops what stands under an id that nothing is granted under; and not what has come to be granted meanwhile.
    /// - Returns: whether it is stopped.
    func stop(stranger id: ReservationID) -> Bool {
        switch engine.state.reservations[id]?.state {
        case .active, .ending: return false
        case .waiting, .ended, nil:
            effect.yield(.stop(id, warning: nil))
            return true
        }
    }

    /// Journals what was done to have the machine match.
    func noteRepair(of id: ReservationID, _ what: String, _ why: String) {
        var writer = JSONWriter()
        writer.openObject()
        writer.field("what", what)
        writer.field("why", why)
        writer.closeObject()
        note(
            JournalEvent(
                at: now(), actor: nil, kind: "machine.repaired", payload: writer.bytes, reservation: id))
    }
}

extension String {
    /// As many of its characters, from the first on, as fit into so many bytes of UTF-8.
    fileprivate func cut(toBytes limit: Int) -> String {
        var bytes = 0
        return String(
            prefix { character in
                bytes += character.utf8.count
                return bytes <= limit
            })
    }
}
