import CLinux
import Glibc
import Units

/// Holds on to a process while it is moved, so that a later process of the same number is never taken for it.
struct PeerCheck: ~Copyable {
    let identity: ProcessIdentity
    private let peer: PeerProcess
    private let descriptor: Int32

    /// - Throws: `ExecutorFailure.refused` where it is gone, or is not wholly the user's.
    init(_ peer: PeerProcess) throws(ExecutorFailure) {
        self.peer = peer
        // First the descriptor, then the look: what is seen is then of the held process, if that still lives after.
        descriptor = allot_pidfd_open(peer.pid)
        guard descriptor >= 0 else { throw .refused("pid \(peer.pid): \(errorText(-descriptor))") }
        guard let facts = ProcessTable.facts(of: peer.pid), PeerCheck.isUsers(peer) else {
            close(descriptor)
            throw .refused("pid \(peer.pid) is not a process of uid \(peer.user)")
        }
        identity = facts.identity
    }

    deinit { close(descriptor) }

    /// Looks again after the move.
    /// - Throws: `ExecutorFailure.refused` where anything differs.
    func confirm() throws(ExecutorFailure) {
        let isSame = ProcessTable.facts(of: peer.pid)?.identity == identity && PeerCheck.isUsers(peer)
        // A pidfd is readable once its process has ended; until then nobody else gets its number.
        var held = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard isSame, poll(&held, 1, 0) == 0 else {
            throw .refused("pid \(peer.pid) changed while it was moved")
        }
    }

    private static func isUsers(_ peer: PeerProcess) -> Bool {
        ProcessTable.users(of: peer.pid)?.allSatisfy { $0 == peer.user.uid } ?? false
    }
}

/// Why a service's program was never reached, by the exit codes of systemd.exec(5), "Process exit codes".
enum StartFailure {
    static func text(exitCode: Int32) -> String {
        switch exitCode {
        case 200: "its working directory cannot be entered"
        case 203: "no such program, or it may not be run"
        case 216, 217: "its user or groups cannot be taken on"
        default: "could not be started (step \(exitCode) of systemd.exec(5))"
        }
    }
}

/// Whether the kernel holds a slice to its processors and memory nodes: not under cgroup v1.
enum KernelConfinement {
    static func holds(_ holding: Holding) -> Bool {
        let folder = UnitNames(reservation: holding.reservation).sliceFolder
        return holds(holding.processors, "\(folder)/cpuset.cpus.effective")
            && holds(holding.memoryNodes, "\(folder)/cpuset.mems.effective")
    }

    private static func holds(_ granted: BitSet, _ file: String) -> Bool {
        if granted.isEmpty { return true }
        let text = SmallFile.text(file)?.split(separator: "\n").first.map(String.init) ?? ""
        guard let effective = BitSet(list: text), !effective.isEmpty else { return false }
        return effective.isSubset(of: granted)
    }
}

extension StartOrder {
    var holding: Holding {
        switch self {
        case .holding(let holding), .attach(_, let holding), .command(_, let holding): holding
        }
    }
}

extension Holding {
    /// All who may open its devices.
    var users: [UInt32] { [owner.uid] + sharedWith.map(\.uid) }
}
