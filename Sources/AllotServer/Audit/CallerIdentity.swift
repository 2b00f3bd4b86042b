import AllotAPI
import Policy
import Storage
import Synchronization
import Units

/// Who makes a command, in full: what a row `caller.seen` of the journal says.
struct CallerIdentity: Sendable, Hashable {
    var user: UserID
    var name: String
    var groups: Set<String>
    var accounts: [Account]
    var roles: Set<Role>
    var manages: Set<DepartmentID>

    /// The row. What is personal is apart, so that it can be erased.
    func event(_ process: CallingProcess, at time: Timestamp) -> JournalEvent {
        var writer = JSONWriter(capacity: 128)
        writer.openObject()
        writer.field("pid", Int64(process.pid))
        writer.field("startTicks", process.startTicks)
        writer.field("accounts", accounts.prefix(CallerIdentity.listed).map(\.text))
        writer.field("roles", roles.map(\.rawValue).sorted())
        writer.field("manages", manages.map(\.text).sorted().prefix(CallerIdentity.listed).map(\.self))
        writer.closeObject()
        var personal: [PersonalField] = []
        if !name.isEmpty { personal.append(PersonalField(name: .name, value: Array(name.utf8.prefix(256)))) }
        if !groups.isEmpty {
            let list = groups.sorted().prefix(CallerIdentity.listed).joined(separator: "\n")
            personal.append(PersonalField(name: .groups, value: Array(list.utf8)))
        }
        if let executable = process.executable {
            personal.append(PersonalField(name: .executable, value: Array(executable.utf8)))
        }
        return JournalEvent(
            at: time, actor: user, kind: AuditKind.callerSeen, payload: writer.bytes, personal: personal)
    }

    /// Accounts, departments and groups that one row lists at most.
    private static let listed = 256
}

extension Account {
    /// `department/team`, or the department alone.
    fileprivate var text: String { team.map { "\(department.text)/\($0.text)" } ?? department.text }
}

/// What the journal has of a connection's caller: the row is written before the first command that names it, and anew
/// when the caller's names, accounts or roles have changed, or after a day.
final class CallerNote: Sendable {
    let peer: Peer
    private let state = Mutex(State())

    private struct State {
        var process: CallingProcess?
        var row: (sequence: Int64, identity: CallerIdentity, at: Timestamp)?
    }

    init(peer: Peer) {
        self.peer = peer
    }

    /// As it was when it was first asked for: while the client waits for the reply to its first command.
    var process: CallingProcess {
        state.withLock { state in
            if let process = state.process { return process }
            let process = CallingProcess.read(peer)
            state.process = process
            return process
        }
    }

    /// The row that says this of the caller; nil where there is none yet.
    func row(of identity: CallerIdentity, at time: Timestamp) -> Int64? {
        state.withLock { state in
            guard let row = state.row, row.identity == identity, time - row.at < Limits.callerRowLifetime else {
                return nil
            }
            return row.sequence
        }
    }

    /// To be called once the row is durable.
    func wrote(_ identity: CallerIdentity, as sequence: Int64, at time: Timestamp) {
        state.withLock { $0.row = (sequence, identity, time) }
    }
}

/// A connection, and who its caller is.
struct CallerReference: Sendable {
    var note: CallerNote
    var identity: CallerIdentity
}

extension Caller {
    /// For the journal; nil for one that no connection stands for.
    var reference: CallerReference? {
        note.map { note in
            CallerReference(
                note: note,
                identity: CallerIdentity(
                    user: subject.user, name: name, groups: groups, accounts: subject.accounts, roles: roles,
                    manages: subject.manages))
        }
    }
}
