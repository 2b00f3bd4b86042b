import AllotAPI
import Enforcement
import Scheduling
import Units

/// A client's request in the engine's words; what is personal goes beside it.
struct Submission: Sendable {
    var request: Request
    var details: Details

    /// - Throws: a problem that names the field.
    init(_ asked: ReservationRequest, sharedWith: [UserID], execution: API.Execution, caller: UserID) throws(Problem) {
        if let lowest = execution.lowestUser, !caller.isUserAccount(from: lowest) {
            throw Problems.forbidden(
                "Reservations are held by users from uid \(lowest) on; uid \(caller) is the system's")
        }
        if asked.command != nil, let only = execution.onlyUser, only != caller {
            throw Problem(
                type: "/problems/commands-of-one-user", title: "Commands of one user only", status: 422,
                detail: "This daemon has the process executor and starts commands as uid \(only) only", field: "command"
            )
        }
        details = Details(
            command: try asked.command.map { command throws(Problem) in try Submission.command(command) },
            tags: try Submission.tags(asked.tags ?? [:]))
        var after: [ReservationID] = []
        for text in asked.after ?? [] {
            guard let id = ReservationID(text) else {
                throw Problems.invalidField(
                    "after", "'\(text.prefix(40))' is no reservation's id; they look like r-1042")
            }
            after.append(id)
        }
        request = Request(
            devices: asked.gpus ?? 0, share: try Submission.share(asked.gpuShare),
            deviceMemory: asked.gpuMemoryBytes.map { ByteCount(bytes: $0) }, model: asked.model,
            together: Submission.together(asked.together ?? .any),
            cores: asked.cpus, memory: asked.memoryBytes.map { ByteCount(bytes: $0) },
            licences: asked.licences ?? [:], span: Span(seconds: asked.durationSeconds), at: asked.at?.timestamp,
            notBefore: asked.notBefore?.timestamp,
            after: after, priorityClass: asked.class.map { ClassID($0) }, team: asked.team.map { TeamID($0) },
            sharedWith: sharedWith, hasCommand: details.command != nil,
            isRequeued: asked.requeue ?? false)
        if let model = asked.model, model.isEmpty || model.utf8.count > Limits.modelBytes {
            throw Problems.invalidField("model", "1 to \(Limits.modelBytes) bytes")
        }
    }

    private static func share(_ text: String?) throws(Problem) -> Ratio? {
        guard let text else { return nil }
        guard let share = Ratio(text) else {
            throw Problems.invalidField("gpuShare", "a part such as 0.5, with at most 3 decimals")
        }
        return share
    }

    private static func command(_ asked: CommandRequest) throws(Problem) -> BatchCommand {
        guard let program = asked.arguments.first, !program.isEmpty else {
            throw Problems.invalidField("command.arguments", "at least a program")
        }
        guard asked.arguments.count <= Limits.commandArguments else {
            throw Problems.invalidField("command.arguments", "at most \(Limits.commandArguments)")
        }
        let environment = asked.environment ?? [:]
        guard environment.count <= Limits.environmentVariables else {
            throw Problems.invalidField("command.environment", "at most \(Limits.environmentVariables) variables")
        }
        let texts = asked.arguments + environment.map { "\($0)=\($1)" } + [asked.directory ?? ""]
        guard texts.reduce(0, { $0 + $1.utf8.count + 1 }) <= Limits.commandBytes else {
            throw Problems.invalidField("command", "at most \(Limits.commandBytes) bytes in all")
        }
        guard !texts.contains(where: { $0.utf8.contains(0) }) else {
            throw Problems.invalidField("command", "no NUL byte")
        }
        for name in environment.keys where name.isEmpty || name.contains("=") {
            throw Problems.invalidField("command.environment", "'\(name.prefix(40))' is no variable's name")
        }
        if let directory = asked.directory, !directory.hasPrefix("/") {
            throw Problems.invalidField("command.directory", "an absolute path")
        }
        return BatchCommand(arguments: asked.arguments, environment: environment, directory: asked.directory)
    }

    private static func tags(_ asked: [String: String]) throws(Problem) -> [String: String] {
        guard asked.count <= Limits.tags else { throw Problems.invalidField("tags", "at most \(Limits.tags)") }
        for (name, value) in asked {
            guard (1...Limits.tagNameBytes).contains(name.utf8.count), value.utf8.count <= Limits.tagValueBytes else {
                throw Problems.invalidField(
                    "tags",
                    "names of 1 to \(Limits.tagNameBytes) bytes, values of at most \(Limits.tagValueBytes)")
            }
        }
        return asked
    }

    private static func together(_ together: ReservationRequest.Together) -> Demand.Together {
        switch together {
        case .nvlink: .nvlink
        case .numa: .numa
        case .host: .host
        case .any: .any
        }
    }
}
