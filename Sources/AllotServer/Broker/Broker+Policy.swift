import AllotAPI
import Logging
import Policy
import Scheduling
import Storage
import Units

/// The policy changes on the writer, as everything does: what is decided about it, and what that brings about in the
/// queue, is one commit.
extension Broker {
    /// Decides something about the policy and makes it durable.
    /// - Returns: the change control after the commit.
    /// - Throws: why not; nothing has changed then.
    func change(
        by actor: UserID?, caller: CallerReference? = nil,
        _ decide: @Sendable (inout ChangeControl, Timestamp) throws(PolicyRejection) -> ChangeControl.Outcome
    ) throws(ChangeFailure) -> ChangeControl {
        guard !isClosed else { throw .notStored(Problems.shuttingDown()) }
        var round = Round(time: now())
        var control = control
        let outcome: ChangeControl.Outcome
        do throws(PolicyRejection) {
            outcome = try decide(&control, round.time)
        } catch {
            throw .rejected(error)
        }
        guard !outcome.events.isEmpty else { return control }
        let row = row(of: caller, in: &round)
        let isChanged = control.current.policy != engine.policy
        // What ran until now is rated by the terms that held.
        let attended = attendance
        if isChanged, meter.hasStints {
            settleUse(of: nil, in: &round)
            _ = meter(.cut(until: round.time), in: &round)
        }
        for event in outcome.events {
            round.append(
                JournalEvent(
                    at: round.time, actor: actor, kind: event.kind, payload: PolicyRecord.payload(event), caller: row))
        }
        for (digest, text) in outcome.texts {
            round.documents[PolicyRecord.textName(digest)] = Array(text.text.utf8)
        }
        round.documents[PolicyRecord.name] = PolicyRecord.bytes(control.ledger)
        if isChanged { adopt(control.current.policy, in: &round) }
        self.control = control
        guard commit(&round) else {
            attendance = attended
            throw .notStored(Problems.notStored(failure))
        }
        policies.replace(with: control.current.policy)
        follow(round)
        arrangeNext()
        return control
    }

    /// What is due about the policy: changes that take effect, and those that lapse.
    func advancePolicy() {
        guard let due = control.ledger.nextDue, due <= now() else { return }
        do throws(ChangeFailure) {
            _ = try change(by: nil) { (control, time) throws(PolicyRejection) in control.advance(to: time) }
        } catch {
            logger.error("a change of the policy is due and was not made", metadata: ["error": "\(error)"])
        }
    }

    /// Goes on under another policy.
    private func adopt(_ policy: Policy, in round: inout Round) {
        let (fresh, events) = engine.under(policy, at: round.time)
        engine = fresh
        take(events, of: nil, fields: [], into: &round)
        decide(.adoptTerms, actor: nil, details: [], in: &round)
    }
}

/// Why the policy was not changed.
enum ChangeFailure: Error {
    case rejected(PolicyRejection)
    case notStored(Problem)
}

extension Broker {
    /// Takes the file's policy where none was taken yet; otherwise tells where it differs from what holds.
    func compare(_ file: PolicyText, logger: Logger) throws(ChangeFailure) {
        let (faults, warnings) = file.findings(for: host, before: nil, at: now())
        for line in faults + warnings { logger.warning("the policy's file", metadata: ["finding": "\(line)"]) }
        if control.ledger.current == nil {
            _ = try change(by: nil) { (control, time) throws(PolicyRejection) in control.take(file, at: time) }
        }
        let differences = control.current.changes(to: file)
        fileDifferences = differences.map(\.path)
        guard let first = differences.first else { return }
        logger.warning(
            "the policy's file differs from the version that holds; 'allot policy propose' changes that",
            metadata: ["differences": "\(differences.count)", "first": "\(first.path)"])
    }
}
