import Glibc
import NIOPosix
import Synchronization
import Units

/// A user of the machine, as its account databases have it.
struct SystemUser: Sendable, Hashable {
    let id: UserID
    let name: String
    /// Names of all groups that the user is in; a group without a name is left out.
    let groups: Set<String>
}

/// Why there is no account.
enum AccountError: Error, Hashable, CustomStringConvertible {
    case unknownID(UserID)
    case unknownName(String)
    /// The databases could not be asked.
    case unavailable(String)

    var description: String {
        switch self {
        case .unknownID(let id): "the machine knows no user with uid \(id)"
        case .unknownName(let name): "the machine knows no user named '\(name)'"
        case .unavailable(let why): "the machine's accounts cannot be read: \(why)"
        }
    }
}

/// Looks users up through the C library, so that files, LDAP and sssd all count. A lookup may take long: it runs in a
/// thread pool, and its result, the error that there is no such user included, is kept for a while.
final class SystemAccounts: Sendable {
    private let pool: NIOThreadPool
    private let lifetime: Duration
    private let capacity: Int
    private let cache = Mutex(Cache())

    private struct Cache {
        var byID = Kept<UserID>()
        var byName = Kept<String>()
    }

    /// Keeps at most `capacity` users by uid and as many by name, each for `lifetime`.
    init(pool: NIOThreadPool = .singleton, lifetime: Duration = .seconds(30), capacity: Int = 4096) {
        self.pool = pool
        self.lifetime = lifetime
        self.capacity = capacity
    }

    /// The user with this uid. Throws `.unknownID` where the machine has none, or none any more.
    func user(_ id: UserID) async throws(AccountError) -> SystemUser {
        if let kept = cache.withLock({ $0.byID.result(for: id) }) { return try kept.get() }
        let result = await lookUp { AccountDatabase.user(id: id) }
        cache.withLock { $0.byID.keep(result, for: id, lifetime: lifetime, capacity: capacity) }
        return try result.get()
    }

    /// The uid of the user with this name, or nil where there is none. Throws `.unavailable`.
    func user(named name: String) async throws(AccountError) -> UserID? {
        var result = cache.withLock { $0.byName.result(for: name) }
        if result == nil {
            let fresh = await lookUp { AccountDatabase.user(named: name) }
            cache.withLock { $0.byName.keep(fresh, for: name, lifetime: lifetime, capacity: capacity) }
            result = fresh
        }
        switch result {
        case .success(let user): return user.id
        case .failure(.unavailable(let why)): throw .unavailable(why)
        case .failure, nil: return nil
        }
    }

    /// Forgets all, so that the next lookup asks the databases; for a reload.
    func forget() {
        cache.withLock { $0 = Cache() }
    }

    private func lookUp(
        _ body: @escaping @Sendable () -> Result<SystemUser, AccountError>
    ) async -> Result<SystemUser, AccountError> {
        do {
            return try await pool.runIfActive(body)
        } catch {
            return .failure(.unavailable("\(error)"))
        }
    }
}

/// Answers that are kept for a while, and at most so many.
private struct Kept<Key: Hashable> {
    private var answers: [Key: (result: Result<SystemUser, AccountError>, until: ContinuousClock.Instant)] = [:]

    func result(for key: Key) -> Result<SystemUser, AccountError>? {
        guard let answer = answers[key], answer.until > .now else { return nil }
        return answer.result
    }

    mutating func keep(
        _ result: Result<SystemUser, AccountError>, for key: Key, lifetime: Duration, capacity: Int
    ) {
        // A database that cannot be read is asked again at once; that there is no such user is an answer.
        if case .failure(.unavailable) = result { return }
        let now = ContinuousClock.now
        if answers.count >= capacity {
            answers = answers.filter { $0.value.until > now }
            if answers.count >= capacity { answers.removeAll() }
        }
        answers[key] = (result, now + lifetime)
    }
}
