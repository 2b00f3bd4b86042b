import Policy
import Units

/// What the engine is asked to decide. Time comes beside it, never from it.
public enum Command: Sendable {
    case submit(Request, by: Subject)
    case cancel(ReservationID, by: Subject)
    case release(ReservationID, by: Subject)
    case extend(ReservationID, by: Span, subject: Subject)
    /// Says yes to one that waits for that.
    case approve(ReservationID, by: Subject)
    /// Says no to it, which ends it.
    case reject(ReservationID, by: Subject)
    /// Takes devices, or the host, out of the plan.
    case drain(DrainRequest, by: Subject)
    /// Gives devices, or with nil the host, back to it.
    case resume(DeviceSet?, on: Int = 0, by: Subject)
    /// Takes in what the policy says of fair share, where the journal has other terms.
    case adoptTerms
    /// Starts and ends what is due.
    case tick
    /// A pass over the whole queue, made off the writer from an earlier state.
    case adopt(Plan)
    /// The executor has confirmed that nothing of it runs any more.
    case stopped(ReservationID)
    /// The reservation's own command has ended.
    case commandEnded(ReservationID, exitCode: Int32)
    /// Nobody uses it, as somebody who looked says, and the policy releases it.
    case unattended(ReservationID, Unattended)
    /// The executor can not make it hold.
    case executionFailed(ReservationID)
    /// Its command ran when the machine was started anew: it is not run twice.
    case hostRestarted(ReservationID)
}

/// Who asks: by the kernel's word, with the accounts that the policy gives that user.
public struct Subject: Sendable, Hashable {
    public var user: UserID
    public var accounts: [Account]
    public var isAdmin: Bool
    /// The departments whose reservations it acts on.
    public var manages: Set<DepartmentID>

    public init(user: UserID, accounts: [Account], isAdmin: Bool, manages: Set<DepartmentID> = []) {
        self.user = user
        self.accounts = accounts
        self.isAdmin = isAdmin
        self.manages = manages
    }
}

/// How nobody uses a reservation.
public enum Unattended: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its devices do next to nothing.
    case idle
    /// Nothing was ever run in it.
    case noShow
}
