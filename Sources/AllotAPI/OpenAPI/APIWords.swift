/// Words of other rooms that replies have as texts, as the API's description states them. A test of the server
/// compares them with the types that they come from.
public enum APIWords {
    /// Who makes a device.
    public static let vendors = ["nvidia", "amd", "intel", "other"]
    /// What makes grants hold.
    public static let executors = ["systemd", "process"]
    /// Why a forecast moved.
    public static let slipCauses = ["order", "window", "drain", "policy"]
    /// Why something is drained.
    public static let drainCauses = ["maintenance", "failure"]
    /// Why the release of what was not used is off, beside the policy.
    public static let attendedCauses = ["used", "extended"]
    /// The kinds of events on the stream.
    public static let eventTypes = [
        "reservation.submitted", "reservation.slipped", "reservation.firmed", "reservation.started",
        "reservation.extended",
        "reservation.moved", "reservation.requeued", "reservation.credited", "reservation.held",
        "reservation.approved", "budget.threshold", "host.drained", "host.resumed",
        "notice.draining", "notice.drainOver",
        "reservation.ending", "reservation.ended", "daemon.started", "clock.disputed", "clock.settled",
        "fairShare.changed", "store.restored", "reservation.reassigned", "policy.taken", "policy.proposed",
        "policy.approved",
        "usage.inventory", "usage.gap", "usage.cut", "usage.sampled", "usage.idle", "usage.noShow",
        "usage.attended", "usage.unreserved", "reservation.endsSoon", "machine.repaired", "host.restarted",
        "finance.proposed", "finance.approved", "finance.rejected", "period.closed", "export.made",
        "policy.rejected", "policy.expired", "policy.conflicted", "policy.changed", "policy.lapsed",
    ]
    /// Where a version of the policy came from.
    public static let policyOrigins = ["default", "file", "proposal", "lapse"]
}
