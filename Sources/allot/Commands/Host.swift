import AllotAPI
import ArgumentParser

struct HostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host", abstract: "Show the machine: processors, memory, devices.",
        discussion: """
            Examples:
              allot host                 a summary
              allot host --tree          packages, NUMA nodes and devices as a tree
              allot host --output json   everything
            """)

    @Flag(help: "Draw packages, NUMA nodes and devices as a tree.")
    var tree = false

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let session = options.session()
        if tree {
            try await session.show(.get(Route.host), as: HostTree.self)
        } else {
            try await session.show(.get(Route.host), as: HostView.self)
        }
    }
}
