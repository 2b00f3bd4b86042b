import Glibc
import Units

/// The units of a grant, with every property that they have.
struct UnitPlans: Sendable {
    var files: FileChoice

    /// The files that a grant opens to its users, where they are there.
    func openable(_ holding: Holding) -> [String] {
        holding.openableFiles.filter { !files.withheld.contains($0) }
    }

    /// The slice that holds all of a grant.
    /// - Parameter files: device files, all of them there.
    func slice(_ holding: Holding, files: [String]) -> TransientUnit {
        var properties: [TransientUnit.Property] = [
            .init("Description", .text("Allot reservation \(holding.reservation) of uid \(holding.owner)")),
            .init("DevicePolicy", .text("closed")),
            .init("DeviceAllow", .devices(files + self.files.shared.filter(DeviceAccess.isThere))),
            .init("TasksMax", .number(EnforcementLimits.tasks)),
            .init("CPUWeight", .number(UnitPlans.weight(holding))),
            .init("IOWeight", .number(UnitPlans.weight(holding))),
        ]
        if !holding.processors.isEmpty { properties.append(.init("AllowedCPUs", .mask(holding.processors))) }
        if !holding.memoryNodes.isEmpty { properties.append(.init("AllowedMemoryNodes", .mask(holding.memoryNodes))) }
        if holding.memory > .zero {
            properties.append(.init("MemoryMax", .number(UInt64(holding.memory.bytes))))
            // Memory that was granted is memory; what does not fit is told at once, not by everything growing slow.
            properties.append(.init("MemorySwapMax", .number(0)))
        }
        return TransientUnit(name: UnitNames(reservation: holding.reservation).slice, properties: properties)
    }

    /// 100, systemd's measure for one among equals, for each processor: where grants meet, each has its part.
    private static func weight(_ holding: Holding) -> UInt64 {
        UInt64(min(max(holding.processors.count, 1) * 100, 10_000))
    }

    /// The scope that a running process is moved into.
    func scope(_ process: ProcessIdentity, _ reservation: ReservationID) -> TransientUnit {
        let names = UnitNames(reservation: reservation)
        return TransientUnit(
            name: names.scope(of: process),
            properties: [
                .init("Description", .text("Process \(process.pid) in Allot reservation \(reservation)")),
                .init("Slice", .text(names.slice)),
                .init("PIDs", .processes([UInt32(process.pid)])),
                .init("TimeoutStopUSec", .number(UnitPlans.stopMicroseconds)),
                // Shells at a terminal ignore SIGTERM.
                .init("SendSIGHUP", .flag(true)),
            ])
    }

    /// The service that runs a batch command.
    /// - Parameters:
    ///   - path: the command's PATH; nil for the standard one.
    ///   - environmentFile: where its variables are. Properties of a unit are open to every user of the machine, and
    ///     variables hold secrets.
    func service(
        _ command: BatchCommand, _ reservation: ReservationID, as account: Account, path: String?,
        environmentFile: String
    ) -> TransientUnit {
        let names = UnitNames(reservation: reservation)
        let program = command.arguments.first ?? ""
        let directory = command.directory ?? account.home
        let file = program.contains("/") ? ProgramPath.absolutePath(program, directory: directory) : program
        return TransientUnit(
            name: names.service,
            properties: [
                .init("Description", .text("Command of Allot reservation \(reservation) of uid \(account.uid)")),
                .init("Slice", .text(names.slice)),
                // The start has worked when the program runs, and its exit code is kept until the slice is stopped.
                .init("Type", .text("exec")),
                .init("RemainAfterExit", .flag(true)),
                .init("User", .text(account.name)),
                .init("WorkingDirectory", .text(directory)),
                .init("EnvironmentFiles", .files([environmentFile])),
                .init("ExecSearchPath", .texts(ProgramPath.folders(path))),
                .init(
                    "ExecStartEx",
                    .program(path: file, arguments: command.arguments, flags: ["no-env-expand"])),
                .init("StandardInput", .text("null")),
                .init("StandardOutput", .text("journal")),
                .init("StandardError", .text("journal")),
                .init("SyslogIdentifier", .text("allot-r\(reservation.number)")),
                .init("SyslogLevelPrefix", .flag(false)),
                .init("TimeoutStartUSec", .number(UnitPlans.startMicroseconds)),
                .init("TimeoutStopUSec", .number(UnitPlans.stopMicroseconds)),
                .init("LogRateLimitIntervalUSec", .number(0)),
            ])
    }

    /// Finding and mapping the program may wait for a network file system.
    private static let startMicroseconds: UInt64 = 60_000_000

    /// The enforcer ends the grace; this is for when it is not there to do so.
    private static let stopMicroseconds = UInt64(EnforcementLimits.graceSeconds + 60) * 1_000_000
}
