import AllotAPI
import AllotClient
import ArgumentParser

struct FairShareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fairshare", abstract: "Show who is served next, and why: shares, use, rank.",
        discussion: """
            Within a priority class the queue is served by Fair Tree: the department that has used least of its share \
            goes first, within it the team, within that the user. Use fades: after the half-life it counts half. \
            FAIRNESS is share divided by use: over 1 for who has used less than the share says.

            Teams and users are shown of your own departments.

            Examples:
              allot fairshare
              allot fairshare --output csv
            """)

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        try await options.session().list([{ Route.fairShare(cursor: $0) }], nothing: "nobody has used anything yet") {
            try Reply(status: 200, contentType: nil, body: $0).decode(FairShareView.self).items
        }
    }
}
