import Policy
import Synchronization
import Units

/// The policy that holds, for all that ask on every request: who is in which department, and who has which role.
final class CurrentPolicy: Sendable {
    private let value: Mutex<Policy>

    init(_ policy: Policy) {
        value = Mutex(policy)
    }

    var policy: Policy { value.withLock { $0 } }

    func replace(with policy: Policy) {
        value.withLock { $0 = policy }
    }
}
