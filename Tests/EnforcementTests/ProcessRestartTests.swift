import Glibc
import Testing
import Units

@testable import Enforcement

/// A second executor on the folder of a first one is what a daemon is after `kill -9`.
@Suite("The process executor after its daemon was killed")
struct ProcessRestartTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func executor() async throws -> ProcessExecutor {
        try await ProcessExecutor(stateDirectory: folder.path, logger: silent)
    }

    private func records() throws -> RecordFolder<ProcessRecord> {
        try RecordFolder(path: "\(folder.path)/executor")
    }

    private func output() -> String { SmallFile.text("\(folder.path)/logs/r-1.log") ?? "" }

    private func state(_ executor: ProcessExecutor) async throws -> CommandState? {
        try await executor.observe(since: 0, within: .zero).commands.first
    }

    @Test func `grants and commands are found, watched and stopped`() async throws {
        let first = try await executor()
        _ = try await first.start(.holding(grant()))
        _ = try await first.start(.command(command("sh", "-c", "echo $$; exec sleep 600"), grant()))
        try await until("the command writes") { output().contains("\n") }
        let pid = try #require(Int32(output().dropLast()))

        let second = try await executor()
        #expect(try await second.inventory().reservations == [ReservationID(1)])
        #expect(try await state(second) == CommandState(reservation: ReservationID(1), exitCode: nil))
        _ = try await second.start(.command(command("sh", "-c", "echo again"), grant()))
        kill(pid, SIGKILL)
        try await until("its end is seen") { try await state(second)?.exitCode != nil }
        try await second.stop(ReservationID(1), grace: .zero)
        #expect(!isRunning(pid))
        #expect(output() == "\(pid)\n")
    }

    @Test func `a running command is stopped by the next daemon`() async throws {
        let first = try await executor()
        _ = try await first.start(.holding(grant()))
        _ = try await first.start(.command(command("sh", "-c", "trap '' TERM; echo $$; sleep 600"), grant()))
        try await until("the command writes") { output().contains("\n") }
        let pid = try #require(Int32(output().dropLast()))
        try await executor().stop(ReservationID(1), grace: Span(milliseconds: 50))
        #expect(!isRunning(pid))
    }

    @Test func `a command that was started but not noted is found, not started again`() async throws {
        let first = try await executor()
        _ = try await first.start(.holding(grant()))
        _ = try await first.start(.command(command("sh", "-c", "echo $$; exec sleep 600"), grant()))
        try await until("the command writes") { output().contains("\n") }
        let pid = try #require(Int32(output().dropLast()))
        // As it stands on disk between the start and the note of its number.
        var record = try #require(try records().load().records["r-1"])
        record.command?.identity = nil
        try records().save(record, name: "r-1")

        let second = try await executor()
        _ = try await second.start(.command(command("sh", "-c", "echo again"), grant()))
        #expect(try await state(second)?.exitCode == nil)
        try await second.stop(ReservationID(1), grace: .zero)
        #expect(!isRunning(pid))
        #expect(output() == "\(pid)\n")
    }

    @Test func `a command that ended unnoted is not started again`() async throws {
        let first = try await executor()
        _ = try await first.start(.holding(grant()))
        _ = try await first.start(.command(command("sh", "-c", "echo ran"), grant()))
        try await until("it ends") { try await state(first)?.exitCode != nil }
        var record = try #require(try records().load().records["r-1"])
        record.command = ProcessRecord.Command()
        try records().save(record, name: "r-1")

        let second = try await executor()
        _ = try await second.start(.command(command("sh", "-c", "echo ran"), grant()))
        #expect(try await state(second)?.exitCode == CommandState.unknownExit)
        #expect(output() == "ran\n")
    }

    @Test func `a command that was noted but not started is started`() async throws {
        let first = try await executor()
        _ = try await first.start(.holding(grant()))
        var record = try #require(try records().load().records["r-1"])
        record.command = ProcessRecord.Command()
        try records().save(record, name: "r-1")

        let second = try await executor()
        _ = try await second.start(.command(command("sh", "-c", "echo ran; exit 3"), grant()))
        try await until("it ends") { try await state(second)?.exitCode == 3 }
        #expect(output() == "ran\n")
    }

    @Test func `records of another boot are forgotten`() async throws {
        _ = try await executor().start(.holding(grant()))
        var record = try #require(try records().load().records["r-1"])
        record.bootID = "another"
        record.command = ProcessRecord.Command(identity: ProcessIdentity(pid: getpid(), startTime: 1))
        try records().save(record, name: "r-1")
        let second = try await executor()
        #expect(try await second.inventory().reservations == [])
        #expect(try records().load().records.isEmpty)
    }

    @Test func `a later process of the same number is not taken for the command`() async throws {
        _ = try await executor().start(.holding(grant()))
        let innocent = try child("sleep 600", folder: folder)
        defer {
            kill(innocent, SIGKILL)
            reap(innocent)
        }
        var record = try #require(try records().load().records["r-1"])
        let start = try #require(ProcessTable.facts(of: innocent)).identity.startTime
        record.command = ProcessRecord.Command(identity: ProcessIdentity(pid: innocent, startTime: start - 1))
        record.attached = [ProcessIdentity(pid: innocent, startTime: start - 1)]
        try records().save(record, name: "r-1")
        let second = try await executor()
        #expect(try await state(second)?.exitCode == CommandState.unknownExit)
        try await second.stop(ReservationID(1), grace: .zero)
        #expect(isRunning(innocent))
    }

    @Test func `a damaged record does not keep the rest from being found`() async throws {
        _ = try await executor().start(.holding(grant()))
        try SmallFile.write(Array("{\"bootID\":".utf8), to: "\(folder.path)/executor/r-2.json")
        #expect(try await executor().inventory().reservations == [ReservationID(1)])
    }
}
