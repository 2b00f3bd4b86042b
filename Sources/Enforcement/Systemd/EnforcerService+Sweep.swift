import Glibc
import Telemetry
import Units

/// Between grants a device is free only when nothing has it open.
extension EnforcerService {
    /// Ends every process that has a device of a grant open and may not, and tells what the devices are good for.
    ///
    /// Everything in the grant is over by then, and its users' way to the files is shut; what is found came by a file
    /// in another way: handed out of the slice, or opened outside of any. A process may fork while it is ended, or hand
    /// the descriptor on while the others are looked at: it is looked for again until two looks have found nothing. A
    /// user's process that stays closed to looks is ended too: it may hide anything.
    func sweep(_ holding: Holding) async throws(ExecutorFailure) -> StopReceipt {
        let files = holding.ownFiles
        guard !files.isEmpty else { return StopReceipt() }
        var receipt = StopReceipt()
        let began = ContinuousClock.now
        var last: SweepLook
        var closed = ClosedProcesses(stuckPatience: stuckPatience)
        var (looks, emptyLooks) = (0, 0)
        repeat {
            let scan = await sight.openers(of: Holding.watched(files))
            // After the look: who was granted a part of the device meanwhile has it open rightfully.
            last = SweepLook(scan, claims(besides: holding.reservation), isThere: sight.isThere)
            if !last.isLate { looks += 1 }
            emptyLooks = last.isEmpty ? emptyLooks + 1 : 0
            for opener in last.held where sight.signal(SIGKILL, to: opener.identity) {
                note(opener, of: holding, "it had a device open whose grant is over", in: &receipt)
            }
            for one in closed.overdue(last.hidden) where sight.signal(SIGKILL, to: one.process.identity) {
                note(one.process, of: holding, "what it has open can't be told: \(one.reason)", in: &receipt)
            }
            // On a machine that is too busy to look often, the time alone would say little.
            let isTime = .now >= began + last.limit(stuckPatience: stuckPatience)
            if emptyLooks == 2 || isTime && (looks >= EnforcementLimits.sweepLooks || !last.isWhole) { break }
            guard !Task.isCancelled else { throw .failed("\(holding.reservation): the stop was given up") }
            try? await Task.sleep(for: last.pause)
        } while true
        receipt.unfit = await unfit(holding, last)
        return receipt
    }

    /// Ends a process outside of the grants that has a device open, if that is still what it is.
    func end(_ process: UnreservedProcess, grace: Span) async throws(ExecutorFailure) -> StopReceipt {
        try rules.check(process)
        try rules.check(grace: grace)
        let identity = ProcessIdentity(pid: process.pid, startTime: process.startTime)
        guard let opener = await trespasser(identity, process) else { return StopReceipt() }
        guard opener.user == process.user else {
            throw .refused("pid \(process.pid) is of uid \(opener.user), not of uid \(process.user)")
        }
        logger.notice("ending what uses a device without a grant", metadata: ["process": "\(opener.text)"])
        let hasEnded = try await sight.end(opener, grace: grace) { @Sendable () async throws(ExecutorFailure) in
            await self.trespasser(identity, process) != nil
        }
        return StopReceipt(ended: hasEnded ? [opener.named(among: process.devices)] : [])
    }

    /// The process as it is now, if it has one of the devices open that it may not.
    private func trespasser(_ identity: ProcessIdentity, _ process: UnreservedProcess) async -> DeviceOpener? {
        let files = Set(process.devices.flatMap(\.files).filter(DeviceFile.isOwn)).sorted()
        let seen = await sight.openers(of: Holding.watched(files)).openers.first { $0.identity == identity }
        guard let seen, !claims().trespass(of: seen).isEmpty else { return nil }
        return seen
    }

    /// Who may open what now.
    func claims(besides ending: ReservationID? = nil) -> GrantClaims {
        GrantClaims(
            records.values.map(\.holding).filter { $0.reservation != ending }, lowestUser: rules.lowestUser,
            root: sight.groupRoot)
    }

    private func note(_ opener: DeviceOpener, of holding: Holding, _ reason: String, in receipt: inout StopReceipt) {
        guard !receipt.ended.contains(where: { $0.identity == opener.identity }) else { return }
        let opener = opener.named(among: holding.devices.map(\.watched))
        logger.warning(
            "killed: \(reason)", metadata: ["reservation": "\(holding.reservation)", "process": "\(opener.text)"])
        if receipt.ended.count < EnforcementLimits.receiptProcesses { receipt.ended.append(opener) }
    }

    /// The devices that something still has open or that nobody can tell of, and those that are not healthy.
    private func unfit(_ holding: Holding, _ last: SweepLook) async -> [UnfitDevice] {
        // The daemon knows more of a device than its holder needs.
        let faults = await sight.faults(of: holding.devices.map { watched[$0.id] ?? $0.watched })
        return holding.devices.compactMap { last.unfit($0, fault: faults[$0.id]) }
    }
}
