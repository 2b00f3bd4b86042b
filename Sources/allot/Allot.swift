import AllotAPI
import ArgumentParser

/// The command line of Allot.
struct Allot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allot",
        abstract: "Reserve the GPUs and CPUs of this machine.",
        discussion: """
            A reservation is a request for devices, cores and memory for some time. It starts as soon as there is \
            room, or at the time that you name.

            First steps:
              allot host --tree                        what this machine has
              allot quote --gpus 2 --for 4h            when two GPUs would be free
              allot reserve --gpus 2 --for 4h --wait   take them, waiting for them
              allot run r-1042 -- python train.py      run a command inside
              allot release r-1042                     give them back early

            Durations: 90s 45m 4h 2d 1h30m. Times: 2026-11-24T09:00:00Z, '2026-11-24 09:00', 09:00 \
            (the next one), 'tomorrow 09:00', +2h; local time unless --utc is given.

            Exit codes: 0 done; 1 failed; 2 refused by policy, quota or calendar; 3 no such thing; 64 usage; \
            69 daemon not reachable; 75 timed out waiting; 77 not permitted. 'run' and 'shell' give the command's own.

            ALLOT_SOCKET in the environment names another socket; NO_COLOR turns colours off.
            """,
        version: AllotVersion.current,
        groupedSubcommands: [
            CommandGroup(
                name: "Your work",
                subcommands: [
                    ReserveCommand.self, QuoteCommand.self, ListCommand.self, ShowCommand.self, ExplainCommand.self,
                    CancelCommand.self,
                    ExtendCommand.self, ReleaseCommand.self, ApproveCommand.self, RejectCommand.self, LogsCommand.self,
                    RunCommand.self, ShellCommand.self, NoticesCommand.self,
                ]),
            CommandGroup(
                name: "The machine",
                subcommands: [
                    HostCommand.self, DevicesCommand.self, PlanCommand.self, FairShareCommand.self, BudgetCommand.self,
                ]),
            CommandGroup(name: "The policy", subcommands: [PolicyCommand.self]),
            CommandGroup(
                name: "Finance",
                subcommands: [UsageCommand.self, InvoiceCommand.self, PeriodCommand.self, ExportCommand.self]),
            CommandGroup(
                name: "Operations",
                subcommands: [
                    DrainCommand.self, ResumeCommand.self, HealthCommand.self, EventsCommand.self, AuditCommand.self,
                    BackupCommand.self,
                    SimulateCommand.self,
                ]),
        ])

    @OptionGroup(title: "Everywhere")
    var options: GlobalOptions
}
