import Units

/// What follows from the policy for what is promised and what runs; for who looks at a policy on a copy.
extension Engine {
    /// Windows that can not be held at their time: beside each other, and with the licences that there are. Quotas do
    /// not count, since no change of them breaks a window.
    public var brokenWindows: [ReservationID] {
        windows().compactMap { window in
            guard case .window(let start, let devices) = window.kind else { return nil }
            var use = use(of: window, devices)
            if !use.counted.isEmpty { use.counted = use.counted.licencesAlone }
            let from = max(start, time)
            let isHeld = committedProfile(at: time, without: window.id)
                .holds(use, from: from, until: max(start + window.span, from))
            return isHeld ? nil : window.id
        }.sorted()
    }

    /// Running ones that have to give something back by the last pass: borrowed quota, or room for a higher rank.
    public var reclaimed: [ReservationID] { Set(recalls.flatMap(\.victims)).sorted() }
}
