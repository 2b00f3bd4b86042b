import AllotAPI
import Glibc
import Storage
import Units

/// `allotd restore`: puts a backup in the database's place, and says so in the journal.
///
/// The row that says it begins an epoch: a verification tells anchors of before from a tail that was cut off, and
/// reservations are numbered on past all that may have been given since the backup.
public struct Restore: Sendable {
    /// What has been done.
    public struct Report: Sendable {
        public var epoch: Int64
        /// The restored journal's end, to be kept elsewhere.
        public var anchor: String
        public var nextReservation: ReservationID
        /// Where the database that was there is kept; nil where there was none.
        public var kept: String?
        /// The end of that; nil where it could not be read.
        public var replaced: String?
    }

    /// Why nothing was done.
    public enum Fault: Error, Sendable, Hashable, CustomStringConvertible {
        case reason
        /// The backup is not what an anchor says of it.
        case backup(String)
        case anchors(path: String, String)

        public var description: String {
            switch self {
            case .reason: "a reason has 1 to \(Limits.reasonBytes) bytes"
            case .backup(let detail): "the backup is not what an anchor says of it: \(detail)"
            case .anchors(let path, let detail): "\(path): \(detail)"
            }
        }
    }

    /// What is known of the database that is replaced.
    private struct Known {
        var head: JournalHead?
        var scalars: [String: Int64] = [:]
    }

    /// Ids that are passed over past what an anchor says: requests went on after it.
    static let anchorMargin: Int64 = 100_000
    /// Ids that are passed over where nothing is known.
    static let blindMargin: Int64 = 1_000_000

    /// - Parameters:
    ///   - anchors: a file of anchors, for what was given since; nil for none.
    /// - Throws: `Fault`, or what is wrong with the backup, the folder or the files. Nothing has changed then.
    public static func run(backup: String, folder: String, reason: String, anchors: String? = nil) throws -> Report {
        guard (1...Limits.reasonBytes).contains(reason.utf8.count) else { throw Fault.reason }
        let replacement = try StoreReplacement(folder: folder)
        let kept = try anchors.map { path throws(Fault) in
            let read = AnchorFile.read(path)
            if let fault = read.fault { throw .anchors(path: path, fault.description) }
            return read.anchors
        }
        let check = try JournalCheck.run(try StoreReader(path: backup), anchors: kept ?? [])
        for fault in check.comparison.faults {
            // That anchors are newer than the backup is why it is restored.
            if case .anchor = fault { throw Fault.backup(fault.description) }
        }
        let known = known(of: replacement.replaced)
        let newest = kept?.max { ($0.epoch ?? 0, $0.head.sequence) < ($1.epoch ?? 0, $1.head.sequence) }
        var report: Report?
        let path = try replacement.run(backup: backup) { store in
            report = try begin(store, from: check.head, known: known, newest: newest, reason: reason)
        }
        guard var report else { throw StoreError.closed }
        report.kept = path
        return report
    }

    private static func known(of replaced: StoreReader?) -> Known {
        guard let replaced, let head = try? replaced.read(.journalHead), let scalars = try? replaced.read(.scalars)
        else { return Known() }
        return Known(head: head, scalars: scalars)
    }

    /// Writes the row into the copy.
    private static func begin(
        _ store: Store, from backup: JournalHead, known: Known, newest: Anchor?, reason: String
    ) throws -> Report {
        let scalars = try store.read(.scalars)
        let next = next(from: scalars[Scalar.nextNumber] ?? 1, known: known, newest: newest)
        let epoch = max(scalars[Scalar.epoch] ?? 1, known.scalars[Scalar.epoch] ?? 1, newest?.epoch ?? 1) + 1
        var wall = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        // Engine time goes back over no restore either.
        let time = [
            Int64(wall.tv_sec) * 1000, scalars[Scalar.engineTime] ?? 0, known.scalars[Scalar.engineTime] ?? 0,
            newest?.at?.milliseconds ?? 0,
        ].reduce(0, max)
        let record = RestoreRecord(
            epoch: epoch, backup: backup, replaced: known.head, anchor: newest?.head, nextReservation: next)
        let head = try store.commit(
            Batch(
                events: [
                    JournalEvent(
                        at: Timestamp(milliseconds: time), actor: UserID(getuid()), kind: AuditKind.storeRestored,
                        payload: record.payload, personal: [PersonalField(name: .reason, value: Array(reason.utf8))])
                ],
                scalars: [
                    Scalar.nextNumber: next, Scalar.epoch: epoch, Scalar.engineTime: time,
                ]))
        return Report(
            epoch: epoch, anchor: head.description, nextReservation: ReservationID(next), kept: nil,
            replaced: known.head?.description)
    }

    /// Past every number that may have been given since the backup.
    private static func next(from backup: Int64, known: Known, newest: Anchor?) -> Int64 {
        let replaced = known.scalars[Scalar.nextNumber]
        let fromAnchor = newest?.nextReservation.map { $0 + anchorMargin }
        if let replaced, let head = known.head, newest.map({ $0.head.sequence <= head.sequence }) ?? true {
            return max(backup, replaced)
        }
        guard let fromAnchor else { return max(backup, replaced ?? 0) + blindMargin }
        return max(backup, replaced ?? 0, fromAnchor)
    }
}
