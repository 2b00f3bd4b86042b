import AllotAPI
import Chargeback
import Policy
import Scheduling
import Storage
import Topology
import Units

extension Broker.Loaded {
    /// Reads the live state from the projections: what a start needs, however many reservations have ended.
    /// - Parameter file: the policy that holds where the store has no version of one yet.
    init(from store: Store, host machine: Host, file: PolicyText, time: Timestamp) throws(StoreError) {
        control = try ChangeControl(from: store, file: file)
        var reservations: [ReservationID: Reservation] = [:]
        details = [:]
        for row in try store.read(.liveReservations) {
            do throws(AllotAPI.JSONFault) {
                reservations[row.id] = try ReservationRecord.reservation(row.body)
            } catch {
                throw .corrupt("reservation \(row.id): \(error)")
            }
            details[row.id] = Details(fields: try store.read(.personal(of: row.id)))
        }
        let scalars = try store.read(.scalars)
        let halfLife = scalars[Scalar.halfLife].map { Span(milliseconds: $0) } ?? UsageLedger().halfLife
        var host: (drains: [Drain], preemptedAt: [Timestamp]) = ([], [])
        if let body = try store.read(.document(HostRecord.name)) {
            do throws(AllotAPI.JSONFault) {
                host = try HostRecord.read(body)
            } catch {
                throw .corrupt("document \(HostRecord.name): \(error)")
            }
        }
        var times = DeviceTimes()
        if let body = try store.read(.document(DeviceTimesRecord.name)) {
            do throws(AllotAPI.JSONFault) {
                times = try DeviceTimesRecord.read(body)
            } catch {
                throw .corrupt("document \(DeviceTimesRecord.name): \(error)")
            }
        }
        var budgets = BudgetLedger()
        if let body = try store.read(.document(BudgetsRecord.name)) {
            do throws(AllotAPI.JSONFault) {
                budgets = try BudgetsRecord.read(body)
            } catch {
                throw .corrupt("document \(BudgetsRecord.name): \(error)")
            }
        }
        let state = EngineState(
            reservations: reservations, nextNumber: scalars[Scalar.nextNumber] ?? 1,
            usage: UsageLedger(halfLife: halfLife, rows: try store.read(.usage)), drains: host.drains,
            preemptedAt: host.preemptedAt, deviceTimes: times, budgets: budgets)
        engine = Engine(host: machine, policy: control.current.policy, state: state, time: time)
        tariffs = try TariffTable(try store.read(.tariffs))
        books = try BooksRecord.books(from: store)
        attendance = Attendance(
            announced: try EndsSoonRecord.announced(of: reservations.values, in: store))
        do {
            meter = try MeteringRecord.meter(
                try store.read(.document(MeteringRecord.name)), last: try store.read(.lastRecord),
                live: reservations.values)
        } catch let error as StoreError {
            throw error
        } catch {
            throw .corrupt("document \(MeteringRecord.name): \(error)")
        }
    }
}
