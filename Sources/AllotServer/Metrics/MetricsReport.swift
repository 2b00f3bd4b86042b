import AllotAPI
import Chargeback
import Scheduling
import Storage
import Units

/// What the daemon is, as metrics: made of copies, off the writer. No label names a user or a reservation; departments,
/// classes, SKUs and devices are as many as the policy and the host have.
struct MetricsReport {
    var snapshot: Broker.Snapshot
    var clock: ClockReading
    var requests: RequestFigures.Counts
    var streams: Int
    var health: HealthView
    var isExecutorReachable: Bool
    /// Reservations for which what has to be so on the machine is not so yet.
    var unsettled: Int
    /// Things that can not be seen of the machine's use.
    var blind: Int
    var month: MonthFigures?

    /// What the database says of the periods that are open; it is left out where that can't be read.
    struct MonthFigures: Sendable {
        /// Of the current one, by its records.
        var usage: [UsageSeries: Int128] = [:]
        /// Without a price, where others have one: of the latest open ones.
        var unrated: [UsageSeries: Int128] = [:]
    }

    /// The text.
    func text() -> [UInt8] {
        var text = MetricsText()
        writeDaemon(to: &text)
        writeQueue(to: &text)
        writeMachine(to: &text)
        writeUsage(to: &text)
        writeService(to: &text)
        return text.bytes
    }

    private var engine: Engine { snapshot.engine }
    private var figures: BrokerFigures { snapshot.figures }

    private func writeDaemon(to text: inout MetricsText) {
        text.family("allot_build_info", .gauge, "What runs: the release, and the version of the engine's rules.")
        text.sample(
            "allot_build_info", ["version": AllotVersion.current, "engine": "\(Engine.version)"], MetricValue(1))
        text.one(
            "allot_start_time_seconds", .gauge, "When the daemon began, in engine time, since 1970.",
            MetricValue(milliseconds: figures.startedAt.milliseconds))
        text.one(
            "allot_problems", .gauge, "Things that are wrong, as allot health lists them.",
            MetricValue(health.problems.count))
        text.one(
            "allot_clock_difference_seconds", .gauge, "Wall clock minus engine time.",
            MetricValue(milliseconds: clock.difference.milliseconds))
        text.one(
            "allot_clock_disputed", .gauge, "Whether the wall clock jumped and is set aside.",
            MetricValue(clock.isDisputed))
        text.one(
            "allot_journal_rows", .gauge, "The number of the journal's last row.", MetricValue(snapshot.journalSequence)
        )
        text.one(
            "allot_store_writable", .gauge, "Whether the database takes new work: the disk has room, and no fault.",
            MetricValue(snapshot.failure == nil && !snapshot.isReserveReleased))
        text.one(
            "allot_executor_reachable", .gauge, "Whether what makes grants hold answers: allot-enforcer.",
            MetricValue(isExecutorReachable))
        text.one(
            "allot_unsettled_reservations", .gauge,
            "Reservations of which the machine is not yet as it has to be: it is tried again.", MetricValue(unsettled))
        text.one(
            "allot_telemetry_blind", .gauge, "Things that can not be seen of the machine's use: allot health has them.",
            MetricValue(blind))
        text.histogram("allot_commit_duration_seconds", "How long transactions took until durable.", figures.commits)
        text.one(
            "allot_commit_failures_total", .counter, "Transactions that failed.", MetricValue(figures.commitFailures))
    }

    private func writeQueue(to text: inout MetricsText) {
        text.family("allot_reservations", .gauge, "Live reservations by state, class and department.")
        var counts: [QueueSeries: Int] = [:]
        for reservation in engine.state.reservations.values { counts[QueueSeries(reservation), default: 0] += 1 }
        for (series, count) in counts.sorted(by: { $0.key < $1.key }) {
            text.sample(
                "allot_reservations",
                ["state": series.state, "class": series.priorityClass.text, "department": series.department.text],
                MetricValue(count))
        }
        text.one("allot_starts_total", .counter, "Reservations that began.", MetricValue(figures.starts))
        text.histogram(
            "allot_forecast_error_seconds",
            "How far from what was first told queued reservations began, either way.", figures.forecastErrors)
        text.histogram("allot_plan_duration_seconds", "How long passes over the whole queue took.", figures.passes)
        text.one(
            "allot_plan_stale", .gauge, "Whether something has changed since the last pass; a new one is under way.",
            MetricValue(engine.needsPass))
        text.family("allot_refusals_total", .counter, "Requests refused by engine, policy or access, by reason.")
        for (type, count) in figures.refusals.sorted(by: { $0.key < $1.key }) {
            let reason = String(type.split(separator: "/").last ?? "other")
            text.sample("allot_refusals_total", ["reason": reason], MetricValue(count))
        }
    }

    private func writeMachine(to text: inout MetricsText) {
        let devices = HostViews(engine: engine).devices()
        text.family("allot_device_state", .gauge, "1 for the state that a device is in.")
        for device in devices {
            for state in DeviceView.Health.allCases {
                text.sample(
                    "allot_device_state", ["device": device.id, "model": device.model, "state": state.rawValue],
                    MetricValue(state == device.health))
            }
        }
        text.family("allot_device_held", .gauge, "Whether reservations hold a device, or a part of it.")
        for device in devices {
            text.sample(
                "allot_device_held", ["device": device.id, "model": device.model],
                MetricValue(device.reservation != nil || device.shares != nil))
        }
        writeReadings(of: devices, to: &text)
        let grants = engine.state.reservations.values.compactMap(\.heldGrant)
        text.one("allot_cores", .gauge, "Physical cores of the machine.", MetricValue(engine.host.cores.count))
        text.one(
            "allot_cores_held", .gauge, "Cores that reservations hold.",
            MetricValue(grants.reduce(0) { $0 + $1.cores.count }))
        text.one("allot_memory_bytes", .gauge, "Memory of the machine.", MetricValue(engine.host.memory.bytes))
        text.one(
            "allot_memory_held_bytes", .gauge, "Memory that reservations hold.",
            MetricValue(grants.reduce(0) { $0 + $1.memory.bytes }))
    }

    /// What nobody can tell of a device is left out.
    private func writeReadings(of devices: [DeviceView], to text: inout MetricsText) {
        let read = devices.compactMap { device in
            snapshot.attendance.readings[DeviceID(device.id)].map { (device, $0) }
        }
        text.family("allot_device_busy_ratio", .gauge, "How busy a device was between the last two looks, from 0 to 1.")
        for (device, reading) in read {
            guard let busy = reading.busyPermille else { continue }
            text.sample(
                "allot_device_busy_ratio", ["device": device.id, "model": device.model], MetricValue(permille: busy))
        }
        text.family("allot_device_memory_used_bytes", .gauge, "Memory of a device that is in use.")
        for (device, reading) in read {
            guard let used = reading.memoryUsed else { continue }
            text.sample(
                "allot_device_memory_used_bytes", ["device": device.id, "model": device.model],
                MetricValue(used.bytes))
        }
    }

    private func writeUsage(to text: inout MetricsText) {
        let outstanding = snapshot.meter.outstanding(at: snapshot.time, policy: engine.policy)
        write(
            figures.usage(with: outstanding), as: "allot_usage_seconds_total", .counter,
            "What was held, in device-, core-, GiB- and licence-seconds, counted by the running daemon.", to: &text)
        guard let month else { return }
        write(
            month.usage, as: "allot_month_usage_seconds", .gauge,
            "The same of the current month by its records: what runs is recorded at its end, and once a day.", to: &text
        )
        write(
            month.unrated, as: "allot_unrated_usage_seconds", .gauge,
            "Of the latest open months, what has no price although others have one: it is on no invoice.", to: &text)
    }

    private func write(
        _ sums: [UsageSeries: Int128], as name: StaticString, _ kind: MetricsText.Kind, _ help: StaticString,
        to text: inout MetricsText
    ) {
        text.family(name, kind, help)
        for (series, quantity) in sums.sorted(by: { $0.key < $1.key }) {
            text.sample(
                name, ["department": series.department.text, "sku": series.sku.description], series.seconds(quantity))
        }
    }

    private func writeService(to text: inout MetricsText) {
        text.family("allot_http_requests_total", .counter, "Replies by the first digit of their status.")
        for (index, count) in requests.replies.enumerated() {
            text.sample("allot_http_requests_total", ["code": "\(index + 2)xx"], MetricValue(count))
        }
        text.one("allot_http_connections", .gauge, "Open connections.", MetricValue(requests.connections))
        text.one("allot_event_streams", .gauge, "Open streams of events.", MetricValue(streams))
    }
}

/// What live reservations are counted by.
private struct QueueSeries: Hashable, Comparable {
    var state: String
    var priorityClass: ClassID
    var department: DepartmentID

    init(_ reservation: Reservation) {
        state =
            switch reservation.state {
            case .waiting: "waiting"
            case .active: "active"
            case .ending, .ended: "ending"
            }
        priorityClass = reservation.priorityClass
        department = reservation.account.department
    }

    static func < (left: QueueSeries, right: QueueSeries) -> Bool {
        (left.state, left.priorityClass, left.department) < (right.state, right.priorityClass, right.department)
    }
}

extension Reservation {
    /// What it holds; nil while it waits.
    fileprivate var heldGrant: Grant? {
        switch state {
        case .active(let active), .ending(let active, _): active.grant
        case .waiting, .ended: nil
        }
    }
}
