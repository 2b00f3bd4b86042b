import Chargeback
import Logging
import Policy
import Scheduling
import Storage
import Topology
import Units

/// Metering happens on the writer: the records of what an event settles are durable with it.
extension Broker {
    /// Takes in what metering has to know, and makes it durable with the records that it makes.
    /// - Returns: whether it was taken in: what does not fit is dropped, and told.
    @discardableResult
    func meter(_ event: MeteringEvent) -> Bool {
        guard !isClosed else { return false }
        var round = Round(time: now())
        guard meter(event, in: &round) else { return false }
        guard commit(&round) else { return false }
        follow(round)
        arrangeNext()
        return true
    }

    /// The same as a part of a round.
    func meter(_ event: MeteringEvent, fields: [PersonalField] = [], in round: inout Round) -> Bool {
        do throws(Meter.Misfit) {
            let records = try meter.fold(event, at: round.time, policy: engine.policy)
            var row = MeteringRecord.journaled(event, at: round.time)
            row.personal = fields
            round.append(row)
            round.isMetered = true
            take(records, into: &round)
            return true
        } catch {
            logger.warning("metering leaves out what does not fit", metadata: ["event": "\(event)"])
            return false
        }
    }

    /// Folds decisions of the engine in.
    func meter(_ event: Event, _ reservation: Reservation?, in round: inout Round) {
        switch event {
        case .credited, .ended, .requeued: round.isMetered = true
        default: break
        }
        let made = round.records
        do {
            let records = try meter.fold(event, reservation, policy: engine.policy) { id in
                try self.tariffs.records(of: id, self.store.reader) + made.filter { $0.reservation == id }
            }
            take(records, into: &round)
        } catch {
            round.fault = error as? StoreError ?? .corrupt("\(error)")
        }
    }

    /// Takes records into the round, as rows.
    func take(_ records: [UsageRecord], into round: inout Round) {
        for record in records {
            let (row, tariff) = tariffs.row(record)
            if tariff != nil, record.amount == nil, engine.policy.priceBook != nil {
                logger.error("used without a price: it is on no invoice", metadata: ["sku": "\(record.tariff.sku)"])
            }
            round.add(record, row, tariff)
        }
    }

    /// Notes what the machine has, where that is not what metering knows.
    func takeInventory() {
        let inventory = MachineInventory(host)
        if meter.inventory != inventory { meter(.inventory(inventory)) }
    }

    /// Notes how long nobody looked after what runs.
    /// - Parameter last: when the daemon was last known to be there; nil at the first start.
    func noteAbsence(since last: Timestamp?) {
        guard let last, last < now(), meter.hasStints else { return }
        meter(.gap(Gap(from: last, to: now(), cause: .stopped)))
    }

    /// Meters what runs up to the last day's end, where that is due.
    func cutIfDue() {
        guard let due = nextCut, due.at <= now() else { return }
        settleUse()
        meter(.cut(until: due.until))
    }

    /// The next day's end that everything is metered up to, and when: late enough that samples are in by then.
    var nextCut: (until: Timestamp, at: Timestamp)? {
        guard meter.hasStints, let began = meter.began else { return nil }
        let zone = engine.policy.timeZone
        let last = max(began, meter.cutUntil ?? began)
        let next = zone.start(of: CivilDate(daysSinceEpoch: zone.date(at: last).daysSinceEpoch + 1))
        // After some days without the daemon one cut will do.
        let latest = zone.start(of: zone.date(at: now() - Limits.cutDelay))
        let until = max(next, latest)
        return (until, until + Limits.cutDelay)
    }

    /// Writes down that the daemon is there, where no commit has said so for a while: a later start knows from when on
    /// nobody looked.
    func beat(after interval: Span = Limits.beatInterval) {
        let time = now()
        guard time - lastBeat >= interval else { return }
        lastBeat = time
        do throws(StoreError) {
            try commit(own: Batch(scalars: [Scalar.engineTime: time.milliseconds]))
        } catch {
            logger.debug("not written down that the daemon is there", metadata: ["error": "\(error)"])
        }
    }
}

extension MachineInventory {
    init(_ host: Host) {
        self.init(
            devices: host.devices.map { Device(id: $0.id, model: $0.model, isGone: $0.isPresent ? nil : true) },
            cores: host.cores.count,
            memory: host.memory.bytes >> 20)
    }
}
