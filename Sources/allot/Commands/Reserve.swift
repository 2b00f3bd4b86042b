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

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func validate() throws {
        try request.check(now: Clock.now, zone: options.zone)
        if timeout != nil, !wait { throw ValidationError("--timeout goes with --wait.") }
    }

    func run() async throws {
        let session = options.session()
        let body = try request.request(now: session.output.style.now, zone: session.zone)
        let reply = try await session.client.send(try .post(Route.reservations, body))
        let view = try reply.decode(ReservationView.self)
        guard wait else { return try session.show(reply, as: Submitted.self) }
        guard let id = ReservationID(view.id) else {
            throw ClientError.unreadable("'\(view.id)' is not a reservation's id")
        }
        let span = timeout.map { Duration.milliseconds($0.milliseconds) }
        try await session.wait(for: id, timeout: span)
    }
}
