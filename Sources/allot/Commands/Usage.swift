import AllotAPI
import AllotClient
import ArgumentParser

struct UsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "Show what was held, and what it costs, by department, user, device and more.",
        discussion: """
            HOURS are of devices, cores, GiB of memory or licences that were held; AMOUNT is what they cost, with \
            credits and corrections. Adjustments, and the shares of what nobody used, stand on the invoice alone. \
            Amounts are rounded in the table, exact in csv and json. Days begin and end in the policy's zone.

            You see your own departments; a manager those that are managed; finance, auditors and admins see all.

            Groups: department team user sku class state entry day month tag:NAME; three of them at most.

            Examples:
              allot usage                                  this month, what is yours to see
              allot usage --by department --period 2026-11
              allot usage --by day,sku --from 2026-11-01 --to 2026-11-08 --department vision
              allot usage --by tag:project,user --output csv > projects.csv
              allot usage --unreserved                     who used devices without a reservation
            """)

    @Option(
        help: ArgumentHelp("What to sum up by, with commas (default: sku).", valueName: "groups"),
        transform: UsageCommand.groups)
    var by: [UsageQuery.Key] = []

    @Option(help: ArgumentHelp("A month; this one where neither it nor days are given.", valueName: "month"))
    var period: String?

    @Option(help: ArgumentHelp("The first day: 2026-11-01.", valueName: "day"))
    var from: String?

    @Option(help: ArgumentHelp("The day behind the last one.", valueName: "day"))
    var to: String?

    @Option(help: ArgumentHelp("Only of this department.", valueName: "id"))
    var department: String?

    @Option(help: ArgumentHelp("Only of this team.", valueName: "id"))
    var team: String?

    @Option(help: ArgumentHelp("Only of this user: a name or a uid.", valueName: "user"))
    var user: String?

    @Option(help: ArgumentHelp("Only of this: gpu:MODEL, cpu, memory, licence:NAME.", valueName: "sku"))
    var sku: String?

    @Option(name: .customLong("class"), help: ArgumentHelp("Only of this class.", valueName: "id"))
    var priorityClass: String?

    @Option(help: "Only what was so.")
    var state: UsageQuery.State?

    @Option(
        help: ArgumentHelp("Only of reservations with this tag.", valueName: "name=value"),
        transform: UsageCommand.tag)
    var tag: UsageQuery.Tag?

    @Flag(help: "List what was used without a reservation instead.")
    var unreserved = false

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func validate() throws {
        if period != nil, from != nil || to != nil { throw ValidationError("Name a month or days, not both.") }
        if (from == nil) != (to == nil) { throw ValidationError("--from and --to go together.") }
        if by.count > APILimits.usageGroups.upperBound {
            throw ValidationError("--by takes \(APILimits.usageGroups.upperBound) groups at most.")
        }
        let others = !by.isEmpty || team != nil || sku != nil || priorityClass != nil || state != nil || tag != nil
        if unreserved, others {
            throw ValidationError("--unreserved goes with --period, --from, --to, --department and --user alone.")
        }
    }

    func run() async throws {
        var query = UsageQuery(period: period, from: from, to: to, by: by)
        query.department = department
        query.team = team
        query.user = user
        query.sku = sku
        query.priorityClass = priorityClass
        query.state = state
        query.tag = tag
        let session = options.session()
        if unreserved { return try await session.show(unreserved: query) }
        try session.show(usage: try await session.client.send(.get(Route.usage(query))), by: by)
    }

    private static func groups(_ text: String) throws -> [UsageQuery.Key] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
            guard let key = UsageQuery.Key(String(word)) else {
                let known = UsageQuery.Key.plain.map(\.description).joined(separator: ", ")
                throw ValidationError("'\(word)' is none of \(known), tag:NAME.")
            }
            return key
        }
    }

    private static func tag(_ text: String) throws -> UsageQuery.Tag {
        guard let tag = UsageQuery.Tag(text) else {
            throw ValidationError("'\(text)' is not of the form NAME=VALUE.")
        }
        return tag
    }
}

extension UsageQuery.State: ExpressibleByArgument {}
