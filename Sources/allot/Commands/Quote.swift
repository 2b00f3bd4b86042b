import AllotAPI
import AllotClient
import ArgumentParser

struct QuoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quote", abstract: "Tell when a reservation would start, and change nothing.",
        discussion: """
            Takes what 'reserve' takes.

            Examples:
              allot quote --gpus 8 --for 12h
              allot quote --gpus 2 --for 4h --at 'tomorrow 09:00'
            """)

    @OptionGroup
    var request: RequestOptions

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func validate() throws {
        try request.check(now: Clock.now, zone: options.zone)
    }

    func run() async throws {
        let session = options.session()
        let body = try request.request(now: session.output.style.now, zone: session.zone)
        try await session.show(try .post(Route.quotes, body), as: QuoteView.self)
    }
}
