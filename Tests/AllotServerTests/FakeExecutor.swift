import Enforcement
import Synchronization
import Telemetry
import Units

/// An executor that does what a test says, and keeps what it was asked for.
final class FakeExecutor: Executor {
    struct State: Sendable {
        var look = MachineLook(at: 0, devices: [], groups: [], openers: [], isCut: false, blind: [])
        /// What becomes of the look once it was given.
        var next: (@Sendable (MachineLook) -> MachineLook)?
        var standing: [Standing] = []
        var unfit: [UnfitDevice] = []
        /// What fails is not there.
        var isLost = false
        fileprivate(set) var started: [ReservationID] = []
        fileprivate(set) var commands: [ReservationID] = []
        fileprivate(set) var stopped: [StopOrder] = []
        fileprivate(set) var looks = 0
        /// What the last look was for.
        fileprivate(set) var watched: [DeviceID] = []
    }

    private let state = Mutex(State())

    var now: State { state.withLock { $0 } }

    func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    private func ask<Value>(_ body: (inout State) -> Value) throws(ExecutorFailure) -> Value {
        let value: Value? = state.withLock { $0.isLost ? nil : body(&$0) }
        guard let value else { throw .unreachable("it is not there") }
        return value
    }

    func inventory() async throws(ExecutorFailure) -> Inventory {
        Inventory(standing: try ask { $0.standing })
    }

    func start(_ order: StartOrder) async throws(ExecutorFailure) -> StartReceipt {
        try ask { state in
            switch order {
            case .holding(let holding): state.started.append(holding.reservation)
            case .command(_, let holding): state.commands.append(holding.reservation)
            case .attach: break
            }
            return StartReceipt(environment: [:], isConfined: true)
        }
    }

    func stop(_ order: StopOrder) async throws(ExecutorFailure) -> StopReceipt {
        try ask { state in
            state.stopped.append(order)
            if case .end = order { return StopReceipt(unfit: state.unfit) }
            return StopReceipt()
        }
    }

    /// Nothing ever changes: it waits until it is given up.
    func observe(since version: UInt64, within: Span) async throws(ExecutorFailure) -> Observation {
        if version > 0 {
            let (never, _) = AsyncStream<Void>.makeStream()
            for await _ in never {}
        }
        return try ask { _ in Observation(version: 1, commands: []) }
    }

    func observe(_ devices: [WatchedDevice]) async throws(ExecutorFailure) -> MachineLook {
        try ask { state in
            state.looks += 1
            state.watched = devices.map(\.id)
            let look = state.look
            if let next = state.next { state.look = next(look) }
            return look
        }
    }
}

extension MachineLook {
    /// The same with nothing that ails a device.
    var faultless: MachineLook {
        var look = self
        for index in look.devices.indices { look.devices[index].fault = nil }
        return look
    }
}
