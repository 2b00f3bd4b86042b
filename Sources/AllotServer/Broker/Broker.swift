import AllotAPI
import Chargeback
import Enforcement
import Logging
import NIOCore
import Policy
import Scheduling
import Storage
import Topology
import Units

/// The one writer: takes commands in, has the engine decide them, commits them in batches, and replies after that.
///
/// An actor on an event loop of its own. Commands that arrive while a commit is under way wait as jobs of that loop,
/// and share the next commit (group commit). Reads take a copy of the engine, which is a value.
actor Broker {
    let store: Store
    let now: @Sendable () -> Timestamp
    private let loop: any EventLoop
    let logger: Logger
    private var batchLimit: Int
    private let load: @Sendable (Timestamp) throws(StoreError) -> Loaded
    let effects: AsyncStream<Effect>
    let effect: AsyncStream<Effect>.Continuation
    nonisolated let commits = CommitSignal()
    /// Ends with what the daemon can not go on after: the store has to be opened anew.
    let fatal: AsyncStream<StoreError>
    private let fail: AsyncStream<StoreError>.Continuation
    /// The machine that it decides over.
    let host: Host
    /// The policy that holds, for those who ask on every request.
    nonisolated let policies: CurrentPolicy

    var engine: Engine
    var control: ChangeControl
    /// Where the policy's file differs from what holds, as it was when it was last read.
    var fileDifferences: [String] = []
    var meter: Meter
    var tariffs: TariffTable
    var books: Books
    /// When it was last written down that the daemon is there.
    var lastBeat: Timestamp
    /// Who is there, and who is not.
    var attendance: Attendance
    let watch: WatchSettings
    private var details: [ReservationID: Details]
    private var waiting: [Waiting] = []
    private var isFlushing = false
    private var timer: (time: Timestamp, task: Scheduled<Void>)?
    private var passes = PassSchedule()
    /// The sequence of the journal's last row.
    private(set) var head: Int64
    var refusals = RefusalTrail()
    var figures: BrokerFigures
    /// Places that the last anchor could not be written to.
    var anchorFaults: [String] = []
    private var repliesExpiredAt: Timestamp?
    private(set) var failure: StoreError?
    private(set) var isClosed = false

    private struct Waiting {
        var call: Call
        var reply: CheckedContinuation<Reply, Never>?
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - load: reads the live state from the store: at the start, and after a commit that failed.
    ///   - now: engine time.
    init(
        store: Store, loop: any EventLoop, batchLimit: Int, watch: WatchSettings = WatchSettings(), logger: Logger,
        load: @escaping @Sendable (Timestamp) throws(StoreError) -> Loaded, now: @escaping @Sendable () -> Timestamp
    ) throws(StoreError) {
        self.store = store
        self.now = now
        self.loop = loop
        self.logger = logger
        self.batchLimit = batchLimit
        self.load = load
        let loaded = try load(now())
        engine = loaded.engine
        control = loaded.control
        policies = CurrentPolicy(loaded.engine.policy)
        host = loaded.engine.host
        details = loaded.details
        meter = loaded.meter
        tariffs = loaded.tariffs
        books = loaded.books
        lastBeat = now()
        attendance = loaded.attendance
        self.watch = watch
        figures = BrokerFigures(
            at: now(), known: loaded.meter.outstanding(at: now(), policy: loaded.engine.policy))
        head = try store.journalHead().sequence
        (effects, effect) = AsyncStream.makeStream()
        (fatal, fail) = AsyncStream.makeStream()
    }

    /// What the store holds of the present.
    struct Loaded: Sendable {
        var engine: Engine
        var control: ChangeControl
        var details: [ReservationID: Details]
        var meter: Meter
        var tariffs: TariffTable
        var books: Books
        /// With the ends that have been announced.
        var attendance: Attendance
    }

    /// The state as it is after the last commit.
    struct Snapshot: Sendable {
        var engine: Engine
        var control: ChangeControl
        var details: [ReservationID: Details]
        var meter: Meter
        var tariffs: TariffTable
        var books: Books
        var attendance: Attendance
        var time: Timestamp
        var journalSequence: Int64
        var lastPassMilliseconds: Int64?
        /// What keeps the store from taking new work; nil when all is well.
        var failure: StoreError?
        /// What was kept back of the disk is in use: there is room for ends and events only.
        var isReserveReleased: Bool
        var figures: BrokerFigures
    }

    /// Starts what was due while nobody looked, and asks for every effect that has to hold.
    /// - Parameters:
    ///   - last: when the daemon was last known to be there; nil at the first start.
    ///   - boot: which start of the machine this is; nil where nobody can tell.
    func begin(with event: JournalEvent, last: Timestamp?, boot: String? = nil) {
        noteAbsence(since: last)
        do throws(StoreError) {
            try keepPlaces()
            if let boot { try settleRestart(boot) }
            try settleAbsent()
        } catch {
            // What would be started now might be started twice, or be given another's devices.
            logger.critical("what stands can not be settled", metadata: ["error": "\(error)"])
            isClosed = true
            fail.yield(error)
            return
        }
        for reservation in engine.state.reservations.values.sorted(by: { $0.id < $1.id }) {
            switch reservation.state {
            case .active(let active): start(reservation, active)
            case .ending(_, let ending): stop(reservation.id, ending)
            case .waiting, .ended: break
            }
        }
        enqueue(Waiting(call: Broker.ownCall(.adoptTerms), reply: nil))
        enqueue(Waiting(call: Broker.ownCall(.tick), reply: nil))
        note(event)
        advancePolicy()
    }

    /// Decides a command and makes it durable.
    /// - Returns: the reply, after the commit.
    func perform(_ call: Call) async -> Reply {
        if isClosed { return Problems.shuttingDown().reply }
        return await withCheckedContinuation { continuation in
            enqueue(Waiting(call: call, reply: continuation))
        }
    }

    /// Decides what the daemon itself has to say; what the engine refuses is no longer true, and dropped.
    func perform(_ command: Command) async {
        _ = await perform(Broker.ownCall(command))
    }

    /// Journals something that is no decision of the engine's, such as a step of the clock.
    func note(_ event: JournalEvent) {
        do throws(StoreError) {
            try commit(own: Batch(events: [event]))
        } catch {
            logger.error("not journaled", metadata: ["kind": "\(event.kind)", "error": "\(error)"])
        }
    }

    /// Makes durable what is not the engine's.
    func commit(own batch: Batch) throws(StoreError) {
        let began = ContinuousClock.now
        try store.commit(batch)
        figures.committed(in: began.duration(to: .now))
        head += Int64(batch.events.count)
        commits.send(head)
    }

    /// A copy to read from.
    func snapshot() -> Snapshot {
        Snapshot(
            engine: engine, control: control, details: details, meter: meter, tariffs: tariffs, books: books,
            attendance: attendance, time: now(), journalSequence: head,
            lastPassMilliseconds: passes.lastMilliseconds, failure: failure,
            isReserveReleased: store.isReserveReleased, figures: figures)
    }

    /// One live reservation, as a decision about it would show it; nil where none is live under that id.
    func decision(about id: ReservationID) -> Decision? {
        engine.state.reservations[id].map { decision($0) }
    }

    func setBatchLimit(_ limit: Int) { batchLimit = limit }

    /// What is done every few seconds: the disk's reserve is taken back when there is room again.
    func housekeep() {
        writeRefusals()
        beat()
        guard store.isReserveReleased || failure != nil else { return }
        do {
            if try store.restoreReserve() { failure = nil }
        } catch {
            logger.warning("the disk's reserve can not be taken back", metadata: ["error": "\(error)"])
        }
        if failure == nil { arrangeNext() }
    }

    /// Answers when the writer is not stuck.
    func ping() {}

    /// Takes no more calls, replies to those that wait, and closes the store.
    func close() {
        isClosed = true
        while !waiting.isEmpty { flush() }
        closeAttendance()
        beat(after: .zero)
        writeRefusals(all: true)
        timer?.task.cancel()
        effect.finish()
        commits.finish()
        fail.finish()
        do {
            try store.close()
        } catch {
            logger.error("the store was not closed cleanly", metadata: ["error": "\(error)"])
        }
    }

    private static func ownCall(_ command: Command) -> Call {
        Call(command: command, actor: nil, render: { _ in Reply(status: 200, body: []) })
    }

    private func enqueue(_ call: Waiting) {
        waiting.append(call)
        guard !isFlushing else { return }
        isFlushing = true
        // Behind the calls that are already jobs of this loop: they come along in the same commit.
        Task { self.flush() }
    }

    private func flush() {
        isFlushing = false
        let calls = Array(waiting.prefix(batchLimit))
        waiting.removeFirst(calls.count)
        if !waiting.isEmpty {
            isFlushing = true
            Task { self.flush() }
        }
        var round = Round(time: now())
        if engine.isDue(at: round.time) { decide(.tick, actor: nil, details: [], in: &round) }
        fetchReplies(for: calls, into: &round)
        let attended = attendance
        let replies = calls.map { reply(to: $0.call, in: &round) }
        let isDurable = commit(&round)
        if !isDurable { attendance = attended }
        for (waiting, reply) in zip(calls, replies) {
            waiting.reply?.resume(returning: isDurable ? reply : Problems.notStored(failure).reply)
        }
        if isDurable { follow(round) }
        arrangeNext()
    }

    /// Decides one call; its reply is sent only when the round is durable.
    private func reply(to call: Call, in round: inout Round) -> Reply {
        if let key = call.key, let earlier = round.earlierReply(key) { return earlier }
        if case .submit = call.command, store.isReserveReleased { return Problems.notStored(.diskFull).reply }
        if case .stopped(let id) = call.command { settleUse(of: id, in: &round) }
        let reply: Reply
        do {
            let events = try engine.perform(call.command, at: round.time)
            if let id = events.first?.reservation, case .submitted = events[0] { details[id] = call.details }
            let caller = row(of: call.caller, in: &round)
            take(events, of: call.actor, fields: call.details.fields, caller: caller, into: &round)
            if case .extend(let id, _, _) = call.command, call.details.reason != nil { noteNeed(of: id, in: &round) }
            let id = Broker.subject(of: call.command, events)
            guard let reservation = id.flatMap({ round.touched[$0] ?? engine.state.reservations[$0] }) else {
                return Reply(status: 200, body: [])
            }
            reply = call.render(.success(decision(reservation)))
        } catch {
            reply = call.render(.failure(error))
            if let actor = call.actor, let operation = call.command.operation {
                let refusal = Refusal(
                    user: actor, operation: operation, problem: error.problem,
                    reservation: call.command.namedReservation)
                refuse(refusal, by: call.caller, in: &round)
            }
        }
        if let key = call.key { round.store(reply, under: key) }
        return reply
    }

    func decide(_ command: Command, actor: UserID?, details: [PersonalField], in round: inout Round) {
        do {
            take(try engine.perform(command, at: round.time), of: actor, fields: details, into: &round)
        } catch {
            logger.debug("no longer true", metadata: ["command": "\(command)", "rejection": "\(error)"])
        }
    }

    /// Takes what the engine has decided into the round.
    func take(
        _ events: [Event], of actor: UserID?, fields: [PersonalField], caller: Int64? = nil, into round: inout Round
    ) {
        for (index, event) in events.enumerated() {
            round.append(event, actor: actor, fields: index == 0 ? fields : [], caller: caller)
            guard let id = event.reservation else {
                round.touch(by: event)
                for notice in DrainNotice.events(
                    of: event, among: engine.state.reservations.values, at: round.time)
                { round.append(notice) }
                continue
            }
            let live = engine.state.reservations[id]
            let now = live ?? engine.concluded.first { $0.id == id }
            if let now { round.touch(now, by: event) }
            meter(event, now, in: &round)
        }
        for reservation in engine.concluded { round.ended.append(reservation.id) }
    }

    /// What repeated requests were answered before. Where that can't be read, the round's commit will fail as well.
    private func fetchReplies(for calls: [Waiting], into round: inout Round) {
        let keys = calls.compactMap { $0.call.key?.scope }
        guard !keys.isEmpty else { return }
        do {
            for reply in try store.replies(to: keys, at: round.time) {
                if let reply { round.earlier[reply.key] = reply }
            }
        } catch {
            logger.error("stored replies can not be read", metadata: ["error": "\(error)"])
        }
    }

    /// Makes a round durable. Where that fails the engine is loaded anew: nothing of the round has happened then.
    func commit(_ round: inout Round) -> Bool {
        guard !round.isEmpty else { return true }
        if repliesExpiredAt.map({ round.time - $0 >= Limits.replyExpiryInterval }) ?? true {
            round.expireReplies = true
            repliesExpiredAt = round.time
        }
        do throws(StoreError) {
            if let fault = round.fault { throw fault }
            let began = ContinuousClock.now
            try store.commit(round.batch(of: engine.state, meter))
            figures.committed(in: began.duration(to: .now))
            lastBeat = round.time
            if !store.isReserveReleased { failure = nil }
            return true
        } catch {
            failure = error
            figures.failedToCommit()
            switch error {
            case .inputOutput, .corrupt, .closed: fail.yield(error)
            default: break
            }
            logger.error("a commit failed", metadata: ["error": "\(error)", "events": "\(round.events.count)"])
            settleAudit(round, isDurable: false)
            reload(at: round.time)
            return false
        }
    }

    func reload(at time: Timestamp) {
        do {
            let loaded = try load(time)
            engine = loaded.engine
            control = loaded.control
            policies.replace(with: engine.policy)
            details = loaded.details
            meter = loaded.meter
            tariffs = loaded.tariffs
            books = loaded.books
        } catch {
            logger.critical("the store can not be read", metadata: ["error": "\(error)"])
            isClosed = true
            fail.yield(error)
        }
    }

    /// What a durable round brings about.
    func follow(_ round: Round) {
        head += Int64(round.events.count)
        settleAudit(round, isDurable: true)
        figures.follow(round)
        for id in round.ended { details[id] = nil }
        for event in round.decided {
            switch event {
            case .started(let id, let active):
                if let reservation = round.touched[id] { start(reservation, active) }
            case .ending(let id, let ending): stop(id, ending)
            case .submitted, .slipped, .firmed, .extended, .moved, .requeued, .credited, .held, .approved, .ended,
                .drained, .resumed, .fairShareChanged, .budgetThreshold, .reassigned:
                break
            }
        }
        if !round.events.isEmpty { commits.send(head) }
    }

    func start(_ reservation: Reservation, _ active: Reservation.Active) {
        let holding = Holding(reservation, active, on: engine.host)
        effect.yield(.start(holding, command: details[reservation.id]?.command))
    }

    private func stop(_ id: ReservationID, _ ending: Reservation.Ending) {
        switch ending.reason {
        case .preempted, .budget:
            let lead = max(ending.at + engine.policy.grace(after: ending.reason) - now(), .zero)
            let signal = StopWarning.Signal(engine.policy.preemption.warningSignal)
            effect.yield(.stop(id, warning: StopWarning(signal: signal, lead: lead)))
        default: effect.yield(.stop(id, warning: nil))
        }
    }

    /// Sets the timer for what falls due next, and begins a pass if one is needed.
    func arrangeNext() {
        let next = [engine.nextDue, control.ledger.nextDue, nextCut?.at].compactMap(\.self).min()
        let due = failure == nil ? next : now() + Limits.retryInterval
        if timer?.time != due {
            timer?.task.cancel()
            timer = due.map { due in
                let delay = min(max((due - now()).milliseconds, 0), Limits.longestTimer.milliseconds)
                let task = loop.scheduleTask(in: .milliseconds(delay)) { [weak self] in
                    guard let self else { return }
                    Task { await self.timerFired() }
                }
                return (due, task)
            }
        }
        guard engine.needsPass, passes.begin() else { return }
        let copy = engine.beginPass()
        let time = now()
        Task.detached(priority: .utility) { [passes] in
            try? await Task.sleep(for: passes.pause)
            let began = ContinuousClock.now
            let plan = copy.makePlan(at: time)
            await self.adopt(plan, took: ContinuousClock.now - began)
        }
    }

    private func adopt(_ plan: Plan, took: Duration) {
        passes.end(took: took)
        figures.passed(in: took)
        enqueue(Waiting(call: Broker.ownCall(.adopt(plan)), reply: nil))
    }

    private func timerFired() {
        timer = nil
        advancePolicy()
        cutIfDue()
        enqueue(Waiting(call: Broker.ownCall(.tick), reply: nil))
    }

    private func decision(_ reservation: Reservation) -> Decision {
        Decision(reservation, details[reservation.id], in: engine, attendance)
    }

    /// The reservation that the reply is about.
    private static func subject(of command: Command, _ events: [Event]) -> ReservationID? {
        switch command {
        case .submit: events.first?.reservation
        case .cancel(let id, _), .release(let id, _), .extend(let id, _, _), .approve(let id, _), .reject(let id, _),
            .stopped(let id),
            .commandEnded(let id, _), .unattended(let id, _), .executionFailed(let id), .hostRestarted(let id):
            id
        case .adoptTerms, .tick, .adopt, .drain, .resume: nil
        }
    }
}
