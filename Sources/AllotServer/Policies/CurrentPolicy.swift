import Policy
import Synchronization
import Units

/// The policy that holds, for all that ask on every request: who is in which department, and who has which role.
final class CurrentPolicy: Sendable {
    private let value: Mutex<AccountDirectory>

    init(_ policy: Policy) {
        value = Mutex(AccountDirectory(policy))
    }

    /// Finds a user's accounts and roles however many there are of others.
    var directory: AccountDirectory { value.withLock { $0 } }

    func replace(with policy: Policy) {
        let directory = AccountDirectory(policy)
        value.withLock { $0 = directory }
    }
}
