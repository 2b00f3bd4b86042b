import AllotAPI
import AllotClient
import ArgumentParser

struct DevicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "List the devices, and who holds them until when.",
        discussion: """
            Examples:
              allot devices
              allot devices --output csv
            """)

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions

    func run() async throws {
        try await options.session().list(
            [{ Route.devices(cursor: $0) }], nothing: "this machine has no devices to reserve; cores and memory can be"
        ) {
            try Reply(status: 200, contentType: nil, body: $0).decode(Page<DeviceView>.self).items
        }
    }
}
