import AllotAPI
import ArgumentParser
import Units

#if canImport(Glibc)
    import Glibc
#endif

extension ReservationRequest.Together: ExpressibleByArgument {}

/// What `reserve` and `quote` can be asked for.
struct RequestOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "GPUs, or a part of one where the policy shares them: 2, 0.5 (default: none, cores and memory alone).",
            valueName: "n"),
        transform: GPUCount.argument)
    var gpus: GPUCount?

    @Option(
        name: .customLong("gpu-memory"),
        help: ArgumentHelp("Only GPUs of which each, or the part of it, has so much memory: 40G.", valueName: "size"),
        transform: ByteCount.argument)
    var gpuMemory: ByteCount?

    @Option(help: ArgumentHelp("Only GPUs of this model; a part of the name will do: H100.", valueName: "name"))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "How close the GPUs must be: nvlink (directly linked), numa (one NUMA node), host or any.",
            valueName: "how"))
    var together: ReservationRequest.Together?

    @Option(help: ArgumentHelp("Physical cores (default: in proportion to the GPUs).", valueName: "n"))
    var cpus: Int?

    @Option(
        help: ArgumentHelp("Memory, such as 64G (default: in proportion).", valueName: "size"),
        transform: ByteCount.argument)
    var memory: ByteCount?

    @Option(
        name: .customLong("license"),
        help: ArgumentHelp("So many of a licence that the policy counts. May be repeated.", valueName: "name=n"),
        transform: KeyValue.argument)
    var licences: [KeyValue] = []

    @Option(
        name: .customLong("for"), help: ArgumentHelp("How long: 90s 45m 4h 2d 1h30m.", valueName: "duration"),
        transform: Span.argument)
    var span: Span

    @Option(
        help: ArgumentHelp(
            "Exactly then, or be refused: '2026-11-24 09:00', 09:00, 'tomorrow 09:00', +2h.", valueName: "time"))
    var at: String?

    @Option(name: .customLong("not-before"), help: ArgumentHelp("As soon as possible from then on.", valueName: "time"))
    var notBefore: String?

    @Option(
        help: ArgumentHelp("Only when this reservation has ended. May be repeated.", valueName: "id"),
        transform: ReservationID.argument)
    var after: [ReservationID] = []

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp("Priority class, such as production, standard or best-effort.", valueName: "class"))
    var priorityClass: String?

    @Option(help: ArgumentHelp("The team it is for, if you are in several.", valueName: "team"))
    var team: String?

    @Option(
        name: .customLong("share-with"),
        help: ArgumentHelp("A user who may run inside as well. May be repeated.", valueName: "user"))
    var shareWith: [String] = []

    @Option(
        name: .customLong("tag"), help: ArgumentHelp("A label of your own. May be repeated.", valueName: "name=value"),
        transform: KeyValue.argument)
    var tags: [KeyValue] = []

    @Flag(help: "Go back into the queue if a device fails (what has to give way to others always does).")
    var requeue = false

    @Option(
        name: .customLong("env"),
        help: ArgumentHelp("A variable of the command's environment. May be repeated.", valueName: "name=value"),
        transform: KeyValue.argument)
    var environment: [KeyValue] = []

    @Option(
        help: ArgumentHelp("Where the command starts (default: here).", valueName: "folder"), completion: .directory)
    var directory: String?

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("Behind --: a command to start when the reservation becomes active.", valueName: "command"))
    var command: [String] = []

    /// The request that the options make.
    func request(now: Timestamp, zone: Zone) throws -> ReservationRequest {
        ReservationRequest(
            gpus: gpus?.devices, gpuShare: gpus?.share?.description, gpuMemoryBytes: gpuMemory?.bytes, model: model,
            together: together, cpus: cpus, memoryBytes: memory?.bytes,
            licences: try counts(licences), durationSeconds: span.wholeSeconds,
            at: try time(at, "--at", now: now, zone: zone),
            notBefore: try time(notBefore, "--not-before", now: now, zone: zone),
            after: after.isEmpty ? nil : after.map(\.description), class: priorityClass, team: team,
            shareWith: shareWith.isEmpty ? nil : shareWith,
            tags: try KeyValue.dictionary(tags, option: "--tag"), requeue: requeue ? true : nil,
            command: try commandRequest())
    }

    /// Finds what is wrong before the daemon is asked.
    func check(now: Timestamp, zone: Zone) throws {
        if let cpus, cpus < 0 { throw ValidationError("--cpus \(cpus): a number of cores is 0 or more.") }
        if (gpus?.devices ?? 0) == 0, (cpus ?? 0) == 0, (memory ?? .zero) == .zero {
            throw ValidationError("Ask for something: --gpus N, --cpus N or --memory SIZE.")
        }
        if at != nil, notBefore != nil || !after.isEmpty {
            throw ValidationError("--at is a fixed time: it goes with neither --not-before nor --after.")
        }
        _ = try request(now: now, zone: zone)
    }

    private func counts(_ pairs: [KeyValue]) throws -> [String: Int]? {
        try KeyValue.dictionary(pairs, option: "--license")?.mapValues { text in
            guard let count = Int(text), count > 0 else {
                throw ValidationError("--license: '\(text)' is not a number of licences. Write NAME=2.")
            }
            return count
        }
    }

    private func commandRequest() throws -> CommandRequest? {
        guard !command.isEmpty else {
            let stray = directory != nil ? "--directory" : environment.isEmpty ? nil : "--env"
            guard let stray else { return nil }
            throw ValidationError("\(stray) is for a command: put one at the end, behind --.")
        }
        return CommandRequest(
            arguments: command, environment: try KeyValue.dictionary(environment, option: "--env"),
            directory: try absolute(directory))
    }

    private func time(_ text: String?, _ option: String, now: Timestamp, zone: Zone) throws -> DateTime? {
        guard let text else { return nil }
        do {
            return DateTime(try TimeArgument.read(text, now: now, zone: zone))
        } catch {
            throw ValidationError("\(option): \(error).")
        }
    }

    /// Against the folder that this process is in, which is also the default, as with other batch systems.
    private func absolute(_ path: String?) throws -> String {
        if let path, path.hasPrefix("/") { return path }
        guard let buffer = getcwd(nil, 0) else {
            throw ValidationError("The current folder is gone (\(SystemError.last)): name one with --directory.")
        }
        defer { free(buffer) }
        let here = String(cString: buffer)
        return path.map { here == "/" ? "/\($0)" : "\(here)/\($0)" } ?? here
    }
}
