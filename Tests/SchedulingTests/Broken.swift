import Units

/// A promise that a history breaks, and how.
struct Broken: Hashable, CustomStringConvertible {
    var promise: Promise
    var what: String

    init(_ promise: Promise, _ what: String) {
        self.promise = promise
        self.what = what
    }

    var description: String { "\(promise.rawValue): \(what)" }
}

/// What is checked, by the number of the promise that it belongs to.
enum Promise: String, Hashable, CaseIterable {
    case deviceOnce = "1, no device is granted twice"
    case sharesFit = "1, the shares of a device come to no more than it"
    case coreOnce = "1, no core is granted twice"
    case memoryOnce = "1, no more memory is granted than there is"
    case licenceOnce = "1, no licence is granted twice"
    case quota = "2, no department passes nominal and borrowing"
    case nominal = "2, what goes beyond nominal is borrowed"
    case lending = "2, what is not lent is kept"
    case claimed = "2, what another owns is only borrowed"
    case cap = "2, nobody passes a cap"
    case deviceHours = "2, nobody passes a month's device-hours"
    case budget = "2, a hard budget is passed by no admission, and stops nobody without need"
    case approval = "2, nothing starts without the yes that it needs"
    case sharing = "2, a device is shared on the policy's terms alone"
    case givesWay = "2, only who may have to gives way, to who may ask for it"
    case minimumRunTime = "2, who gives way has had the minimum run time"
    case perHour = "2, no more give way to a rank in an hour than the policy lets"
    case window = "3, a window starts on time"
    case windowDisplaces = "3, a window displaces nobody"
    case extensionDisplaces = "3, an extension displaces nobody"
    case slip = "4, a forecast moves only if it is told"
    case firm = "4, what is firm moves for a drain or a failure only"
    case starvation = "4, everything ends at last"
    case replay = "6, a replay gives the same state"
    case ledger = "6, the ledger is what is held and what was posted"
    case refusal = "6, what is refused changes nothing"
    case clock = "6, time never goes back"
    case grant = "10, what is granted is what was asked for"
    case drained = "10, nothing starts on what is drained"
    case failed = "10, what has failed is taken away at once"
    case returns = "4, what gave way or failed waits again"
    case posted = "7, what is posted is what was had"
    case credit = "7, nothing is credited that was not run"
}

extension Timestamp {
    /// Counted from where streams begin.
    var told: String { "\((self - .monday).milliseconds / 1000) s" }
}
