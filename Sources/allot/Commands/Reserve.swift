import AllotAPI
import AllotClient
import ArgumentParser
import Units

struct ReserveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reserve", abstract: "Reserve GPUs, cores and memory.",
        discussion: """
            It starts at once if there is room, else as soon as there is; with --at it starts exactly then, or is \
            refused with the nearest times that fit. With a command behind --, the command runs when the \
            reservation becomes active, and its end ends the reservation; 'allot logs' shows its output.

            Examples:
              allot reserve --gpus 2 --for 4h
              allot reserve --gpus 4 --model H100 --together nvlink --for 2d --wait
              allot reserve --gpus 8 --for 6h --at 'tomorrow 09:00'
              allot reserve --gpus 4 --for 2h --at 'tomorrow 09:00' --every weekly --until 2027-02-05
              allot reserve --cpus 16 --memory 64G --for 90m
              allot reserve --gpus 1 --for 8h --env SEED=7 -- python train.py --epochs 10
              allot reserve --gpus 1 --for 1h --after r-1042 -- python evaluate.py
            """)

    @OptionGroup
    var request: RequestOptions

    @Flag(help: "Wait until it is active (Ctrl-C ends the waiting, not the reservation).")
    var wait = false

    @Option(
        help: ArgumentHelp("With --wait: give up waiting after so long, with exit code 75.", valueName: "duration"),
        transform: Span.argument)
    var timeout: Span?

    @Option(
        help: ArgumentHelp(
            "With --at: the same again, daily or weekly, each admitted or refused for itself.", valueName: "how"))
    var every: Repetition.Every?

    @Option(help: ArgumentHelp("With --every: the last day, such as 2027-02-05.", valueName: "date"))
    var until: String?

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func validate() throws {
        try request.check(now: Clock.now, zone: options.zone)
        if timeout != nil, !wait { throw ValidationError("--timeout goes with --wait.") }
        if (every == nil) != (until == nil) { throw ValidationError("--every and --until go together.") }
        guard every != nil else { return }
        if request.at == nil { throw ValidationError("--every repeats a window: name its first start with --at.") }
        if wait { throw ValidationError("--wait waits for one reservation, not for a series.") }
        if try series(now: Clock.now).isEmpty { throw ValidationError("--until is before --at.") }
    }

    func run() async throws {
        let session = options.session()
        let body = try request.request(now: session.output.style.now, zone: session.zone)
        if every != nil { return try await reserveSeries(body, session) }
        let reply = try await session.client.send(try .post(Route.reservations, body))
        let view = try reply.decode(ReservationView.self)
        guard wait else { return try session.show(reply, as: Submitted.self) }
        guard let id = ReservationID(view.id) else {
            throw ClientError.unreadable("'\(view.id)' is not a reservation's id")
        }
        let span = timeout.map { Duration.milliseconds($0.milliseconds) }
        try await session.wait(for: id, timeout: span)
    }

    /// One window after the other; those that are refused keep none from being asked for.
    private func reserveSeries(_ body: ReservationRequest, _ session: Session) async throws {
        let series = try series(now: session.output.style.now)
        try await session.each(series, named: { TimeArgument.text(ofDay: $0.day) }) { occurrence in
            guard let start = occurrence.start else {
                throw Failure(.refused, "that time does not exist: the clocks skip it that day")
            }
            var body = body
            body.at = DateTime(start)
            return try .post(Route.reservations, body)
        }
    }

    private func series(now: Timestamp) throws -> [(day: Int64, start: Timestamp?)] {
        guard let every, let until, let at = request.at else { return [] }
        do {
            let first = try TimeArgument.read(at, now: now, zone: options.zone)
            let repetition = Repetition(every: every, lastDay: try TimeArgument.day(until))
            return try repetition.starts(from: first, zone: options.zone)
        } catch {
            throw ValidationError("--every: \(error).")
        }
    }
}
