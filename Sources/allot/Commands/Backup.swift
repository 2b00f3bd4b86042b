import AllotAPI
import AllotClient
import ArgumentParser

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write a consistent copy of the daemon's database to a file.",
        discussion: """
            The daemon goes on working meanwhile. The file is readable by you alone, and is there whole or not at all.

            Example:
              allot backup /srv/backup/allot-2026-11-24.db
            """)

    @Argument(help: ArgumentHelp("The file to write.", valueName: "file"), completion: .file())
    var file: String

    @Flag(help: "Write over a file that is there.")
    var force = false

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        let client = options.session().client
        let count = try await NewFile(path: file, mayReplace: force).write { sink in
            try await untilInterrupted {
                try await client.stream(.get(Route.backup)) { body in
                    var count = 0
                    for try await bytes in body {
                        try sink(bytes)
                        count += bytes.count
                    }
                    return count
                }
            }
        }
        StandardError.say("wrote \(Style.memory(Int64(count))) to \(file)")
    }
}
