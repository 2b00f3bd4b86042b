import AllotAPI
import AllotClient
import Units

#if canImport(Glibc)
    import Glibc
#endif

/// Puts this process into a reservation and lets a command take its place, so that terminal, signals and exit code
/// are the command's own.
struct Inside {
    let id: ReservationID
    let client: AllotClient
    /// What the command gets of this process's files.
    let files: OpenFiles

    /// - Parameters:
    ///   - arguments: The program, looked up in PATH, and its arguments.
    ///   - isUTC: Whether times on the terminal are in UTC.
    ///   - entered: Called when this process is inside.
    func execute(
        _ arguments: [String], isUTC: Bool, entered: (AttachView) -> Void = { _ in }
    ) async throws -> Never {
        if Terminal.standardError.isTerminal, let error = Onlooker.start(id, socket: client.socketPath, isUTC: isUTC) {
            StandardError.say("what comes for \(id) will not be told here: \(error)")
        }
        let reply = try await client.send(.post(Route.attach(id), idempotent: false))
        let view = try reply.decode(AttachView.self)
        entered(view)
        throw replace(arguments, view: view)
    }

    /// Binds, sets the environment and executes, all on one thread.
    /// - Returns: Only where that fails: why.
    private func replace(_ arguments: [String], view: AttachView) -> Failure {
        SignalState.atStart?.restore()
        files.closeOthersOnExecute()
        for (name, value) in view.environment { setenv(name, value, 1) }
        if !view.isConfined {
            for fault in bind(view) { StandardError.say("\(id): \(fault)") }
        }
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        words.append(nil)
        execvp(arguments[0], words)
        let error = SystemError.last
        for word in words { free(word) }
        return Failure(
            error.number == ENOENT ? .commandNotFound : .cannotExecute, "cannot execute \(arguments[0]): \(error)")
    }

    private func bind(_ view: AttachView) -> [String] {
        guard let processors = BitSet(list: view.processors), let nodes = BitSet(list: view.memoryNodes) else {
            return ["not bound: the daemon names processors '\(view.processors)' and nodes '\(view.memoryNodes)'"]
        }
        return Binding(processors: processors, memoryNodes: nodes).apply()
    }
}
