import Glibc
import Units

/// Grants: their slices, and the lists of their devices' files.
extension EnforcerService {
    /// Makes a grant stand, or makes it anew as it is told now: after a restart of the daemon its devices may have
    /// other files or names, for a driver was loaded later. Other devices are another grant.
    func hold(_ holding: Holding) async throws(ExecutorFailure) {
        let reservation = holding.reservation
        if let held = records[reservation]?.holding, !held.isSameGrant(as: holding) {
            throw .refused("\(reservation) stands already, with another grant")
        }
        for other in records.values.map(\.holding).sorted(by: { $0.reservation < $1.reservation })
        where other.reservation != reservation {
            if let file = holding.conflict(with: other) {
                // Until that one is stopped: the daemon has taken it for over, or else it would not give the file away.
                throw .failed("\(file) is held by \(other.reservation)")
            }
        }
        for file in holding.files where !sight.isThere(file) { throw .failed("\(file): \(errorText(ENOENT))") }
        var record = records[reservation] ?? GrantRecord(holding: holding)
        let before = record.entries
        let entries = Dictionary(openable(holding).map { ($0, holding.users) }) { one, _ in one }
        // From here on the record says what there may be to undo.
        record.holding = holding
        record.isEnding = false
        record.opened = before.merging(entries) { Set($0).union($1).sorted() }
        try keep(record)
        leftovers.remove(name: reservation.description)
        for (file, users) in entries.sorted(by: { $0.key < $1.key }) { try sight.allow(users, file) }
        let gone = before.map { file, users in (file, users.filter { entries[file]?.contains($0) != true }) }
        try close(Dictionary(gone) { one, _ in one }, of: reservation)
        record.opened = entries
        try keep(record)
        try await stand(holding)
    }

    /// Takes back what users were let open for a grant.
    func close(_ entries: [String: [UInt32]], of reservation: ReservationID) throws(ExecutorFailure) {
        for (file, users) in entries.sorted(by: { $0.key < $1.key }) {
            // A control file may still be another grant's of the same user.
            let others = records.values.filter { $0.holding.reservation != reservation }
            let kept = Set(others.flatMap { $0.entries[file] ?? [] })
            try sight.remove(users.filter { !kept.contains($0) }, file)
        }
    }

    /// The files that a grant opens to its users, as far as they are there.
    private func openable(_ holding: Holding) -> [String] { plans.openable(holding).filter(sight.isThere) }

    /// Has the slice stand with all of its properties, whatever it was before.
    private func stand(_ holding: Holding) async throws(ExecutorFailure) {
        let slice = plans.slice(holding, files: openable(holding))
        let isNew = try await onBus { () async throws(BusError) in try await self.units.start(slice) }
        if !isNew, try await nature(ofSlice: slice.name)?.isTransient == true {
            // Its properties may have been changed, or a device have come back by another number.
            try await onBus { () async throws(BusError) in try await self.units.set(slice.changeable) }
        } else if !isNew {
            // What is in one that systemd made of itself came there without a grant, and what is set on such a one
            // would outlive it.
            logger.warning("ending a slice without rules", metadata: ["reservation": "\(holding.reservation)"])
            try await clear(UnitNames(reservation: holding.reservation))
            _ = try await onBus { () async throws(BusError) in try await self.units.start(slice) }
        }
        guard try await settle(slice.name)?.active == "active" else {
            throw .failed("\(slice.name) did not start")
        }
    }

    /// The record of a grant that stands, which becomes what it is told as now.
    func standing(_ holding: Holding) async throws(ExecutorFailure) -> GrantRecord {
        guard let record = records[holding.reservation] else {
            throw .failed("\(holding.reservation) does not stand here")
        }
        if record.holding == holding { return record }
        guard record.holding.isSameGrant(as: holding) else {
            throw .refused("\(holding.reservation) stands with another grant")
        }
        try await hold(holding)
        return records[holding.reservation] ?? record
    }

    /// Whether a grant's record, slice and lists are all there.
    func isWhole(_ reservation: ReservationID, _ slice: UnitState?) async throws(ExecutorFailure) -> Bool {
        guard let record = records[reservation], let slice, slice.active == "active",
            folder.contains(name: reservation.description)
        else { return false }
        for file in openable(record.holding) {
            // A driver makes some control files when they are first needed.
            if let opened = record.opened, opened[file] == nil { return false }
            if !sight.isAllowed(record.holding.users, file) { return false }
        }
        return try await nature(ofSlice: slice.name)?.isClosed == true
    }

    /// Makes a grant whole before something is put into it.
    ///
    /// Its slice may have been deleted by hand, or have gone with a start of the machine, as the entries in files'
    /// lists did: what is put into a slice that is not there goes unconfined. Entries alone go when udev or logind set
    /// a file's list anew, as they do with the tag `uaccess`.
    func repair(_ holding: Holding) async throws(ExecutorFailure) {
        let reservation = holding.reservation
        guard try await isClosed(holding) else {
            logger.warning("its slice was gone, and is made anew", metadata: ["reservation": "\(reservation)"])
            return try await hold(holding)
        }
        for (file, users) in (records[reservation]?.entries ?? [:]).sorted(by: { $0.key < $1.key })
        where !sight.isAllowed(users, file) {
            logger.warning(
                "somebody has emptied a device's list: its users are entered again",
                metadata: ["reservation": "\(reservation)", "file": "\(file)"])
            try sight.allow(users, file)
        }
    }

    func isClosed(_ holding: Holding) async throws(ExecutorFailure) -> Bool {
        try await nature(ofSlice: UnitNames(reservation: holding.reservation).slice)?.isClosed == true
    }

    /// What a slice is; nil where it does not stand.
    func nature(ofSlice name: String) async throws(ExecutorFailure) -> SliceNature? {
        try await onBus { () async throws(BusError) in
            guard let slice = try await self.units.units(matching: [name]).first, slice.active == "active" else {
                return nil
            }
            return try await self.units.nature(of: slice)
        }
    }
}

extension Holding {
    /// Whether this is the same grant, perhaps told otherwise: of one reservation, one owner, and the same devices.
    fileprivate func isSameGrant(as other: Holding) -> Bool {
        reservation == other.reservation && owner == other.owner
            && Set(devices.map(\.id)) == Set(other.devices.map(\.id))
    }
}
