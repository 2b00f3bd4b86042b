import Chargeback
import Units

/// Who uses a device without a grant of it: seen at two looks in a row, told once, and then in pieces.
struct UnreservedTrail: Sendable, Hashable {
    /// A user on a device, with all processes.
    struct Key: Sendable, Hashable {
        var device: Int
        var user: UserID
    }

    /// One that has it open.
    struct Process: Sendable, Hashable {
        var pid: Int32
        var startTime: UInt64
    }

    private struct Use: Sendable, Hashable {
        /// Up to where it has been told.
        var from: Timestamp
        /// When it was last seen.
        var to: Timestamp
        /// As it was first seen.
        var seen: Seen
        /// As of the last look.
        var processes: Set<Process>
        var isTold = false
        /// It was not among what the last look told, which was not all.
        var isMissed = false
    }

    /// What has been seen of a user on a device.
    struct Seen: Sendable, Hashable {
        var command: String
        /// Of the user; nil where that is of none.
        var department: DepartmentID?
        var processes: Set<Process> = []
    }

    /// What is to be written down.
    struct Report: Sendable, Hashable {
        var key: Key
        var command: String
        var department: DepartmentID?
        var from: Timestamp
        var to: Timestamp
    }

    private var uses: [Key: Use] = [:]

    /// Takes what a look has seen.
    /// - Parameters:
    ///   - isWhole: what is not seen is not there.
    ///   - isNext: nothing is unknown of the time since the look before.
    ///   - record: how long a piece is, behind the first one.
    /// - Returns: what is to be written down, and the processes that were there at the look before, by user.
    mutating func look(
        _ seen: [Key: Seen], at now: Timestamp, isWhole: Bool, isNext: Bool, record: Span
    ) -> (reports: [Report], again: [Key: Set<Process>]) {
        var reports: [Report] = []
        if !isNext { reports += flush() }
        var again: [Key: Set<Process>] = [:]
        for (key, use) in uses.sorted(by: { UnreservedTrail.order($0.key, $1.key) }) {
            // Who is back after a look that did not tell of them may have been away.
            if seen[key] != nil, !use.isMissed { continue }
            if seen[key] == nil, !isWhole {
                uses[key]?.isMissed = true
                continue
            }
            reports += [report(key, use)].compactMap(\.self)
            uses[key] = nil
        }
        for key in seen.keys.sorted(by: UnreservedTrail.order) {
            guard let found = seen[key] else { continue }
            guard var use = uses[key] else {
                guard uses.count < AttendanceLimits.unreserved else { continue }
                uses[key] = Use(from: now, to: now, seen: found, processes: found.processes)
                continue
            }
            guard use.to < now else { continue }
            again[key] = found.processes.intersection(use.processes)
            use.to = now
            use.processes = found.processes
            if !use.isTold || use.to - use.from >= record {
                reports += [report(key, use)].compactMap(\.self)
                use.isTold = true
                use.from = now
            }
            uses[key] = use
        }
        return (reports, again)
    }

    /// What has been seen and not been told; and begins anew.
    mutating func flush() -> [Report] {
        let reports = uses.keys.sorted(by: UnreservedTrail.order).compactMap { key in
            uses[key].flatMap { report(key, $0) }
        }
        uses = [:]
        return reports
    }

    private func report(_ key: Key, _ use: Use) -> Report? {
        guard use.from < use.to else { return nil }
        return Report(
            key: key, command: use.seen.command, department: use.seen.department, from: use.from, to: use.to)
    }

    static func order(_ left: Key, _ right: Key) -> Bool { (left.device, left.user) < (right.device, right.user) }
}
