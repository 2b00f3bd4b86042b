import Glibc
import Units

/// The end of a grant.
extension EnforcerService {
    func end(
        _ reservation: ReservationID, grace: Span, warning: StopWarning?
    ) async throws(ExecutorFailure) -> StopReceipt {
        try rules.check(reservation)
        try rules.check(grace: grace)
        if let warning { try rules.check(lead: warning.lead) }
        stopping[reservation, default: 0] += 1
        defer { stopping[reservation] = stopping[reservation].flatMap { $0 > 1 ? $0 - 1 : nil } }
        await takeTurn(reservation)
        giveTurn(reservation)
        if var record = records[reservation], !record.isEnding {
            record.isEnding = true
            try keep(record)
        }
        let names = UnitNames(reservation: reservation)
        if let warning {
            try await warn(names, warning)
            // Who asked is gone, and will ask again; nobody's warning is cut short by that.
            guard !Task.isCancelled else { throw .failed("\(reservation): the stop was given up") }
        }
        try await onBus { () async throws(BusError) in
            // The service and the scopes stop with their slice.
            try await self.units.stop(names.slice)
        }
        if try await !isOver(names, within: .milliseconds(grace.milliseconds)) {
            // Who asked is gone, and will ask again; nobody's grace is cut short by that.
            guard !Task.isCancelled else { throw .failed("\(reservation): the stop was given up") }
            try await killAll(names)
        }
        try await onBus { () async throws(BusError) in
            for unit in try await self.units.units(matching: names.patterns) where unit.active == "failed" {
                try await self.units.reset(unit.name)
            }
        }
        guard let record = records[reservation] ?? leftovers.read(name: reservation.description) else {
            return StopReceipt()
        }
        try close(record.entries, of: reservation)
        let receipt = try await sweep(record.holding)
        try leave(record, isUnfit: !receipt.unfit.isEmpty)
        forget(reservation)
        return receipt
    }

    private func leave(_ record: GrantRecord, isUnfit: Bool) throws(ExecutorFailure) {
        let name = record.holding.reservation.description
        guard isUnfit else { return leftovers.remove(name: name) }
        try leftovers.save(record, name: name)
        let kept = try leftovers.load().records.values.map(\.holding.reservation).sorted()
        for old in kept.dropLast(EnforcementLimits.leftovers) { leftovers.remove(name: old.description) }
    }

    /// Ends what is in a slice that no order has made.
    func clear(_ names: UnitNames) async throws(ExecutorFailure) {
        try await onBus { () async throws(BusError) in try await self.units.stop(names.slice) }
        if try await isOver(names, within: .seconds(2)) { return }
        try await killAll(names)
    }

    /// Signals everything in a grant that stands.
    func warn(_ reservation: ReservationID, _ signal: StopWarning.Signal) async throws(ExecutorFailure) {
        try rules.check(reservation)
        try await tell(UnitNames(reservation: reservation), signal)
    }

    private func forget(_ reservation: ReservationID) {
        records[reservation] = nil
        unlink(environmentFile(of: reservation))
        folder.remove(name: reservation.description)
    }

    /// Waits until nothing of a reservation runs any more; false when the time is over.
    private func isOver(_ names: UnitNames, within limit: Duration) async throws(ExecutorFailure) -> Bool {
        let until = ContinuousClock.now + limit
        while true {
            let generation = units.generation
            let states = try await onBus { () async throws(BusError) in
                try await self.units.units(matching: names.patterns)
            }
            if states.allSatisfy(\.isOver) { return true }
            let rest = until - .now
            if rest <= .zero || Task.isCancelled { return false }
            await units.wait(after: generation, atMost: min(rest, .seconds(1)))
        }
    }

    /// Tells everything in a grant that it has to end, and waits until it has, or the time is over.
    private func warn(_ names: UnitNames, _ warning: StopWarning) async throws(ExecutorFailure) {
        let until = ContinuousClock.now + .milliseconds(warning.lead.milliseconds)
        var isTold = false
        while true {
            let generation = units.generation
            let states = try await onBus { () async throws(BusError) in
                try await self.units.units(matching: names.patterns)
            }
            // The slice stands as long as it is not stopped.
            if states.allSatisfy({ $0.name == names.slice || $0.isOver || $0.sub == "exited" }) { return }
            if !isTold {
                isTold = true
                try await tell(names, warning.signal)
            }
            let rest = until - .now
            if rest <= .zero || Task.isCancelled { return }
            await units.wait(after: generation, atMost: min(rest, .seconds(1)))
        }
    }

    private func tell(_ names: UnitNames, _ signal: StopWarning.Signal) async throws(ExecutorFailure) {
        try await onBus { () async throws(BusError) in
            try await self.units.kill(names.slice, signal: signal.number)
        }
    }

    private func killAll(_ names: UnitNames) async throws(ExecutorFailure) {
        for _ in 0..<30 {
            try await onBus { () async throws(BusError) in
                try await self.units.kill(names.slice, signal: SIGKILL)
            }
            if try await isOver(names, within: .seconds(1)) { return }
            if Task.isCancelled { break }
        }
        throw .failed("\(names.reservation): something in it still runs after SIGKILL")
    }
}
