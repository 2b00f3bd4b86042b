import ArgumentParser
import Dispatch

#if canImport(Glibc)
    import Glibc
#endif

/// Where the process begins and ends.
@main
enum Program {
    static func main() {
        SignalState.$atStart.withValue(SignalState.current()) {
            _ = Task {
                do {
                    try await run()
                    exit(EXIT_SUCCESS)
                } catch {
                    leave(after: error)
                }
            }
        }
        dispatchMain()
    }

    private static func run() async throws {
        if let listing = Listing(plain: CommandLine.arguments.dropFirst()) { return try await listing.run() }
        var command = try Allot.parseAsRoot()
        if var asynchronous = command as? any AsyncParsableCommand {
            try await asynchronous.run()
        } else {
            try command.run()
        }
    }

    /// Says what went wrong, and ends the process with the exit code for it.
    private static func leave(after error: any Error) -> Never {
        guard let failure = Failure(error) else { Allot.exit(withError: error) }
        failure.report()
        exit(failure.code.rawValue)
    }
}
