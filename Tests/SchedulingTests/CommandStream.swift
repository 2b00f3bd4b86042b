import Policy
import Scheduling
import Topology
import Units

/// What happens on one or several virtual machines, as a value: where it begins, and what is done then.
///
/// Steps stay meaningful when others are left out. A submission has a label of its own, by which later steps name the
/// reservation that it made; where it made none, they name one that is not there. Times are counted from the moment of
/// the step.
struct CommandStream: Hashable, Sendable {
    var setup: Setup
    var steps: [Step]

    struct Setup: Hashable, Sendable {
        var hosts: [Machine]
        var community = Community()
        var stopTime = Span.zero
        var passTime = Span.zero
    }

    /// Eight cores on each of two NUMA nodes.
    struct Machine: Hashable, Sendable {
        var devices: Int
        /// The second half is of another model.
        var isMixed = false

        var host: Host { .sample(devices: devices, cores: 8, second: isMixed ? "NVIDIA A100-SXM4-80GB" : nil) }
    }

    /// One step. Who it is `by` is a user; nil for an admin.
    enum Step: Hashable, Sendable {
        /// The request has neither times nor others to wait for: these stand beside it, after the label.
        case submit(Int, by: UInt32, Request, at: Span? = nil, notBefore: Span? = nil, after: [Int] = [])
        case cancel(Int, by: UInt32? = nil)
        case release(Int, by: UInt32? = nil)
        case extend(Int, for: Span, by: UInt32? = nil)
        case approve(Int, by: UInt32? = nil)
        case reject(Int, by: UInt32? = nil)
        case commandEnded(Int)
        case executionFailed(Int)
        case hostRestarted(Int)
        /// nil: the whole host.
        case drain(
            DeviceSet?, on: Int = 0, from: Span? = nil, until: Span? = nil, hasFailed: Bool = false, by: UInt32? = nil)
        case resume(DeviceSet?, on: Int = 0, by: UInt32? = nil)
        /// Time passes, and what falls due is done.
        case advance(Span)
        /// The machine sleeps, and does what fell due when it wakes.
        case nap(Span)
        /// The next command comes with a time that is so long ago.
        case clockBack(Span)
        /// The daemon starts anew from its journal, with the same policy.
        case restart
        /// It starts anew with another.
        case change(Community)
    }
}
