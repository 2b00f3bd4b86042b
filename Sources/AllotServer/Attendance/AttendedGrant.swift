import Chargeback
import Policy
import Scheduling
import Units

/// One grant, and what has been seen of its use since it is looked at.
struct AttendedGrant: Sendable, Hashable {
    /// When the grant began: another one of the same reservation is another.
    let from: Timestamp
    private let id: ReservationID
    private var trail = SampleTrail()
    private var window = IdleWindow()
    /// What its slice had used of processors at the last look, in microseconds.
    private var processorTime: Int64?
    /// Of one core, between the last two looks, in thousandths.
    private var processorRate: Int64?
    private var hasRun = false
    /// It is noted of it that nothing was run in it: here, or before the daemon was started.
    private var isNoShow = false
    /// Since when it could have been come for.
    private var openSince: Timestamp?
    private var idle: Announcement?
    private var noShow: Announcement?

    /// What its owner has been told.
    private struct Announcement: Sendable, Hashable {
        var since: Timestamp
        /// When that was.
        var at: Timestamp
        var releasedAt: Timestamp?
        /// How long each device has been busy since, in microseconds: no less than it was.
        var busy: [Int64] = []
    }

    init(_ holder: Holder) {
        id = holder.id
        from = holder.from
    }

    /// What the owner has been told, what comes of it first.
    var notice: AttendanceNotice? {
        let told = [
            noShow.map { AttendanceNotice.noShow(since: $0.since, releasedAt: $0.releasedAt) },
            idle.map { AttendanceNotice.idle(since: $0.since, releasedAt: $0.releasedAt) },
        ].compactMap(\.self)
        return told.min { ($0.releasedAt ?? .distantFuture) < ($1.releasedAt ?? .distantFuture) }
    }

    /// Takes in what a look has seen.
    /// - Parameters:
    ///   - since: from when on the look tells; nil where there was none before.
    ///   - isKnown: nothing is unknown of the time since then.
    mutating func look(
        _ seen: Sight, at now: Timestamp, since start: Timestamp?, isKnown: Bool, _ holder: Holder,
        _ circumstances: Attendance.Circumstances
    ) -> [AttendanceFinding] {
        let rules = circumstances.rules
        let isNew = start == holder.from && isKnown
        isNoShow = circumstances.noShows.contains(id)
        // What its slice had used before the machine was started anew, nobody can tell any more.
        if !isNoShow, holder.from < seen.machineStart(at: now) { hasRun = true }
        let rate = processors(seen, isNew: isNew, over: start.map { min(now, holder.end) - $0 } ?? .zero)
        if openSince == nil, seen.groups[id]?.cpuMicroseconds != nil { openSince = isNew ? holder.from : now }
        var findings: [AttendanceFinding] = []
        if let start, start < min(now, holder.end) {
            let end = min(now, holder.end)
            // Of its last moments nobody can ask its slice any more: they are as what was before them.
            let processors = rate ?? (holder.isEnding && seen.groups[id] == nil ? processorRate : nil)
            if isKnown {
                let busy = seen.busy.filter { holder.devices.contains($0.key) }
                let stretch = SampleTrail.Stretch(from: start, to: end, busy: busy, processors: processors)
                findings += trail.add(
                    stretch, threshold: rules.threshold, record: circumstances.settings.record,
                    zone: circumstances.zone
                ).map { .sampled(id, $0) }
            }
            if !holder.isEnding {
                let busy = isKnown ? holder.busy(seen, processors: rate) : holder.busy(nil, processors: nil)
                follow(from: start, to: end, busy: busy, rules)
            }
        }
        processorRate = rate ?? processorRate
        if !holder.isEnding { findings += notices(at: now, rules, seen) }
        return findings
    }

    /// What has been seen and not been told.
    mutating func flush(_ rules: AttendanceRules) -> [UsageSample] { trail.flush(threshold: rules.threshold) }

    /// Its owner has said that it is needed.
    mutating func extended(at now: Timestamp, _ rules: AttendanceRules) -> [AttendanceFinding] {
        window.reset()
        if openSince != nil { openSince = now }
        guard idle != nil || noShow != nil || isNoShow else { return [] }
        return callOff(.extended, rules)
    }

    /// How much of one core it used, in thousandths; nil where that can't be told.
    private mutating func processors(_ seen: Sight, isNew: Bool, over span: Span) -> Int64? {
        guard let group = seen.groups[id] else {
            hasRun = hasRun || seen.present.contains(id)
            return nil
        }
        hasRun = hasRun || seen.present.contains(id) || group.cpuMicroseconds ?? 0 > 0 || group.tasks ?? 0 > 0
        guard let time = group.cpuMicroseconds else { return nil }
        let before = processorTime ?? (isNew ? 0 : nil)
        processorTime = time
        guard let before, span > .zero else { return nil }
        // A slice that was made anew counts from its beginning.
        return max(time >= before ? time - before : time, 0) / span.milliseconds
    }

    private mutating func follow(from start: Timestamp, to end: Timestamp, busy: [Int?], _ rules: AttendanceRules) {
        guard let rule = rules.idle else { return window.reset() }
        window.add(from: start, to: end, busy: busy, threshold: rules.threshold, lookingBack: rule.after)
        guard var told = idle else { return }
        if told.busy.count != busy.count { told.busy = busy.map { _ in 0 } }
        for (index, permille) in busy.enumerated() {
            told.busy[index] += Int64(permille ?? 1000) * (end - start).milliseconds
        }
        idle = told
    }

    // MARK: Announcements

    private mutating func notices(
        at now: Timestamp, _ rules: AttendanceRules, _ seen: Sight
    ) -> [AttendanceFinding] {
        if noShow != nil || isNoShow, hasRun { return callOff(.used, rules) }
        if let told = idle, isUsed(told, at: now, rules) {
            window.reset()
            return callOff(.used, rules)
        }
        if isLifted(noShow, rules.noShow?.action) || isLifted(idle, rules.idle?.action) {
            return callOff(.policy, rules)
        }
        if let time = noShow?.releasedAt, time <= now { return [.release(id, .noShow)] }
        if let time = idle?.releasedAt, time <= now, let rule = rules.idle, isIdle(at: now, rule, rules.threshold) {
            return [.release(id, .idle)]
        }
        return noShowNotice(at: now, rules, isSeen: seen.groups[id]?.cpuMicroseconds != nil)
            + idleNotice(at: now, rules)
    }

    /// Its holder has not come yet: how long that may take is the policy's word on no-shows, where it has one.
    private func isAwaited(_ rules: AttendanceRules) -> Bool {
        rules.noShow?.action == .release && openSince != nil && !hasRun
    }

    /// The policy does not do any more what was announced.
    private func isLifted(_ told: Announcement?, _ action: AttendanceRules.Action?) -> Bool {
        guard let told else { return false }
        return action == nil || (told.releasedAt != nil && action != .release)
    }

    /// Whether so much has been done since the announcement that it is no longer true.
    private func isUsed(_ told: Announcement, at now: Timestamp, _ rules: AttendanceRules) -> Bool {
        guard let rule = rules.idle else { return false }
        let busy = told.busy.max() ?? 0
        if busy > 0, busy >= Int64(rules.threshold) * rule.grace.milliseconds { return true }
        return window.lastBusy.map { $0 > told.at } ?? false && !isIdle(at: now, rule, rules.threshold)
    }

    /// Whether it has done next to nothing for as long as the policy says.
    private func isIdle(at now: Timestamp, _ rule: AttendanceRules.Idle, _ threshold: Int) -> Bool {
        guard let busiest = window.busiest(inLast: rule.after, at: now) else { return false }
        return busiest * 1000 < Int64(threshold) * rule.after.milliseconds
    }

    private mutating func callOff(_ why: MeteringEvent.Attended, _ rules: AttendanceRules) -> [AttendanceFinding] {
        // What was seen so far is charged as it was announced.
        let isCharged = noShow != nil || isNoShow
        let samples = isCharged ? flush(rules).map { AttendanceFinding.sampled(id, $0) } : []
        idle = nil
        noShow = nil
        return samples + [.attended(id, why)]
    }

    private mutating func noShowNotice(
        at now: Timestamp, _ rules: AttendanceRules, isSeen: Bool
    ) -> [AttendanceFinding] {
        guard let rule = rules.noShow, isSeen, !hasRun, let openSince, now - openSince >= rule.after else { return [] }
        let isReleased = rule.action == .release
        if let noShow, noShow.releasedAt != nil || !isReleased { return [] }
        let releasedAt = isReleased ? now + rule.grace : nil
        noShow = Announcement(since: openSince, at: now, releasedAt: releasedAt)
        return [.noShow(id, releasedAt: releasedAt)]
    }

    private mutating func idleNotice(at now: Timestamp, _ rules: AttendanceRules) -> [AttendanceFinding] {
        guard let rule = rules.idle, !isAwaited(rules) else { return [] }
        guard isIdle(at: now, rule, rules.threshold) else { return [] }
        let isReleased = rule.action == .release
        if let idle, idle.releasedAt != nil || !isReleased { return [] }
        let since = min(window.lastBusy ?? window.from ?? now, now - rule.after)
        let releasedAt = isReleased ? now + rule.grace : nil
        idle = Announcement(since: since, at: now, releasedAt: releasedAt)
        return [.idle(id, since: since, releasedAt: releasedAt)]
    }
}

extension AttendanceRules {
    /// From how many thousandths of the time on a device is used.
    var threshold: Int { (idle?.utilizationBelow ?? Idle(after: .zero).utilizationBelow) * 10 }
}

extension Holder {
    /// How busy each of its devices was, in thousandths, or one core where it has none; nil where nobody can tell.
    fileprivate func busy(_ seen: Sight?, processors: Int64?) -> [Int?] {
        if devices.isEmpty { return [processors.map { Int(min($0, 1000)) }] }
        return devices.map { seen?.busy[$0] }
    }
}
