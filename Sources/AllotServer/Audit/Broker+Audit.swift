import AllotAPI
import Scheduling
import Storage
import Units

/// Who made a command, and what was refused, goes through the writer as everything does.
extension Broker {
    /// The sequence of the row that says who made a call: of this round, which gets it where there is none, or earlier.
    func row(of caller: CallerReference?, in round: inout Round) -> Int64? {
        guard let caller else { return nil }
        if let known = round.callerRow(of: caller) ?? caller.note.row(of: caller.identity, at: round.time) {
            return known
        }
        let sequence = head + Int64(round.events.count) + 1
        round.append(caller.identity.event(caller.note.process, at: round.time))
        round.callers.append((caller, sequence))
        return sequence
    }

    /// Journals a refusal, or counts it.
    func refuse(_ refusal: Refusal, by caller: CallerReference?, in round: inout Round) {
        figures.refused(refusal.type)
        guard refusals.isFirst(refusal, at: round.time) else { return }
        // What is kept back on a full disk is for ends.
        guard !store.isReserveReleased else { return refusals.again(refusal, at: round.time) }
        let row = row(of: caller, in: &round)
        if let row { refusals.name(refusal, caller: row) }
        round.append(refusal.event(from: round.time, until: round.time, caller: row))
        round.refusals.append(refusal)
    }

    /// Journals what a route refused before the engine was asked.
    func note(_ refusal: Refusal, by caller: CallerReference?) {
        var round = Round(time: now())
        refuse(refusal, by: caller, in: &round)
        settle(&round)
    }

    /// Journals something that a user did, and that is no decision of the engine's.
    func note(_ event: JournalEvent, by caller: CallerReference) {
        var round = Round(time: now())
        var event = event
        event.caller = row(of: caller, in: &round)
        event.at = round.time
        round.append(event)
        settle(&round)
    }

    /// Writes how often what was refused already was refused again: once a minute, and at the end.
    func writeRefusals(all: Bool = false) {
        guard !store.isReserveReleased else { return }
        let counted = refusals.due(at: now(), all: all)
        guard !counted.isEmpty else { return }
        var round = Round(time: now())
        for item in counted { round.append(item.event) }
        if !settle(&round) { refusals.giveBack(counted, at: round.time) }
    }

    /// What the round has journaled about callers and refusals is so only once it is durable.
    func settleAudit(_ round: Round, isDurable: Bool) {
        if isDurable {
            for (caller, sequence) in round.callers {
                caller.note.wrote(caller.identity, as: sequence, at: round.time)
            }
        } else {
            for refusal in round.refusals { refusals.again(refusal, at: round.time) }
        }
    }

    @discardableResult
    private func settle(_ round: inout Round) -> Bool {
        guard !isClosed || !round.isEmpty else { return true }
        guard commit(&round) else { return false }
        follow(round)
        return true
    }
}

extension Round {
    fileprivate func callerRow(of caller: CallerReference) -> Int64? {
        callers.last { $0.caller.note === caller.note && $0.caller.identity == caller.identity }?.sequence
    }
}

extension Command {
    /// The id in the OpenAPI document of the operation that asks for it; nil where only the daemon does.
    var operation: String? {
        switch self {
        case .submit: "submitReservation"
        case .cancel: "cancelReservation"
        case .release: "releaseReservation"
        case .extend: "extendReservation"
        case .approve: "approveReservation"
        case .reject: "rejectReservation"
        case .drain: "drain"
        case .resume: "resume"
        case .stopped, .commandEnded, .unattended, .executionFailed, .hostRestarted, .adoptTerms, .tick, .adopt: nil
        }
    }

    /// The reservation that it names.
    var namedReservation: ReservationID? {
        switch self {
        case .cancel(let id, _), .release(let id, _), .extend(let id, _, _), .approve(let id, _), .reject(let id, _),
            .stopped(let id), .commandEnded(let id, _), .unattended(let id, _), .executionFailed(let id),
            .hostRestarted(let id):
            id
        case .submit, .drain, .resume, .adoptTerms, .tick, .adopt: nil
        }
    }
}
