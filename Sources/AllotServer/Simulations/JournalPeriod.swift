import AllotAPI
import Scheduling
import Storage
import Units

/// The events of the reservations that were submitted in a period: those of the period itself, and what became of them
/// later.
struct JournalPeriod {
    /// nil: from the beginning.
    let from: Timestamp?
    /// nil: to the end.
    let until: Timestamp?

    /// Reads them beside the daemon, on a connection of its own.
    func events(folder: String) throws(SimulationFault) -> [(time: Timestamp, event: Event)] {
        do throws(StoreError) {
            return try read(StoreReader(path: "\(folder)/allot.db"))
        } catch {
            throw SimulationFault(field: "source", detail: "the journal can not be read: \(error)")
        }
    }

    private func read(_ reader: StoreReader) throws(StoreError) -> [(time: Timestamp, event: Event)] {
        var events: [(time: Timestamp, event: Event)] = []
        var submitted: Set<ReservationID> = []
        var last: Int64 = 0
        while true {
            let page = try reader.read(.events(after: last, limit: Limits.eventPage))
            guard let end = page.last else { return events }
            last = end.sequence
            for entry in page where from.map({ $0 <= entry.at }) ?? true {
                guard let event = try event(entry), let id = event.reservation else { continue }
                let isInPeriod = until.map { entry.at < $0 } ?? true
                if case .submitted = event, isInPeriod { submitted.insert(id) }
                guard isInPeriod || submitted.contains(id) else { continue }
                guard events.count < Limits.simulatedEvents else {
                    throw .corrupt("it has more than \(Limits.simulatedEvents) events then; choose a shorter period")
                }
                events.append((entry.at, event))
            }
        }
    }

    /// nil for what a replay does not look at.
    private func event(_ entry: JournalEntry) throws(StoreError) -> Event? {
        do throws(AllotAPI.JSONFault) {
            switch try EventRecord.event(kind: entry.kind, payload: entry.payload) {
            case .slipped, .firmed, .moved, .credited, .held, .approved, .fairShareChanged, .budgetThreshold, nil:
                return nil
            case let event?: return event
            }
        } catch {
            throw .corrupt("event \(entry.sequence): \(error)")
        }
    }
}
