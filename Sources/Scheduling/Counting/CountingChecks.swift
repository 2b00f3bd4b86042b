import Units

/// What the policy never has room for is refused at once; what it has room for later waits.
extension Engine {
    func checkLicences(_ demand: Demand) throws(Rejection) {
        for licence in demand.licences {
            guard let count = counters.licences[licence.name] else {
                throw .unknownLicence(licence.name, known: counters.licences.keys.sorted())
            }
            guard licence.count <= count else {
                throw .exceedsLicences(licence.name, asked: licence.count, count: count)
            }
        }
    }
}
