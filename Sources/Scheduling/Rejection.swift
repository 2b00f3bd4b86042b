import Policy
import Units

/// Why a command was refused, with the numbers. Nothing has changed when one is thrown.
public enum Rejection: Error, Sendable, Hashable {
    /// The request asks for neither devices nor cores nor memory.
    case asksForNothing
    /// A field is outside its limits.
    case outOfRange(field: String, value: Int64, limits: ClosedRange<Int64>)
    /// The host has not enough of it, ever: `field` is `gpus`, `cpus` or `memoryBytes`.
    case exceedsHost(field: String, asked: Int64, largest: Int64)
    /// No device of that model is here.
    case unknownModel(String, known: [String])
    /// The policy has no licence of that name.
    case unknownLicence(String, known: [String])
    /// There are not so many of a licence, ever.
    case exceedsLicences(String, asked: Int, count: Int)
    /// It is more than a cap of the policy lets the account have, ever.
    case exceedsCap(Cap, asked: Int64, limit: Int64)
    /// The department may never hold so many devices of the model (nil: of any) at once: `limit` is what its nominal
    /// quota, its borrowing and what others lend come to.
    case exceedsQuota(DepartmentID, model: String?, asked: Int, limit: Int)
    /// A window takes nothing but the department's nominal quota and what is nobody's, which come to `limit`.
    case windowExceedsNominal(DepartmentID, model: String?, asked: Int, limit: Int)
    /// Devices of that model are held whole; the models that are shared.
    case notShared(model: String?, shared: [String])
    /// A share is of one device.
    case shareOfSeveral(devices: Int)
    case unknownClass(ClassID, known: [ClassID])
    /// The user is in no department.
    case notMember(UserID)
    /// The user is not in that team.
    case notInTeam(TeamID, own: [TeamID])
    case unknownReservation(ReservationID)
    /// It is another's.
    case notOwner(ReservationID)
    /// It has ended.
    case alreadyEnded(ReservationID)
    /// Only an active one can be released or run in.
    case notActive(ReservationID)
    /// The window begins in the past.
    case startsInPast(Timestamp, now: Timestamp)
    /// The field is later than the planning horizon.
    case beyondHorizon(field: String, Timestamp, horizon: Timestamp)
    /// The request's devices can not be so close together here: the largest group that can.
    case tooFarApart(Demand.Together, asked: Int, largest: Int)
    /// A window takes no `notBefore` and no `after`.
    case windowWith(field: String)
    /// The calendar has no room there: the nearest starts that fit, earliest first.
    case windowDoesNotFit(start: Timestamp, nearest: [Timestamp])
    /// The extension would displace others, or pass a quota, a cap or the licences that there are: the latest end that
    /// does not.
    case extensionDisplaces(ReservationID, latestEnd: Timestamp)
    /// The department's budget has not so much left.
    case budgetExhausted(BudgetShortage)
    /// It does not wait for anybody's yes.
    case notAwaitingApproval(ReservationID)
    /// It waits for a yes, without which nothing can be done with it but to cancel it.
    case awaitsApproval(ReservationID)
    /// Somebody else has to say it: an admin, or with `manager` a manager of that department.
    case notApprover(ReservationID, DepartmentID, RequestRule.Approver)
    /// Nobody approves, or rejects, what they have asked for themselves.
    case ownRequest(ReservationID)
    /// Only an admin may do that.
    case adminOnly
    /// What is to be resumed is not drained.
    case notDrained
    case endsBeforeStart(Timestamp, until: Timestamp)
    /// What fails, fails now.
    case failsLater
    case tooManyDrains(limit: Int)
    /// The queue is full, for all or for one user.
    case tooManyWaiting(limit: Int, ofUser: Bool)

    /// What is left of a department's month, and what is asked of it.
    public struct BudgetShortage: Sendable, Hashable {
        public var department: DepartmentID
        /// The first day of the month.
        public var period: CivilDate
        /// ISO 4217; nil where the policy has no price book.
        public var currency: String?
        public var limit: Amount
        public var held: Amount
        public var posted: Amount
        public var asked: Amount

        public init(
            department: DepartmentID, period: CivilDate, currency: String?, limit: Amount, held: Amount,
            posted: Amount, asked: Amount
        ) {
            self.department = department
            self.period = period
            self.currency = currency
            self.limit = limit
            self.held = held
            self.posted = posted
            self.asked = asked
        }
    }

    /// A cap of the policy, by the name that it has there.
    public enum Cap: String, Sendable, Hashable, CaseIterable {
        case devicesPerTeam
        case devicesPerUser
        /// Of a user in a calendar month.
        case deviceHours
        /// In seconds.
        case duration
    }
}
