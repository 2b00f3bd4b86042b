import Glibc

enum Memory {
    /// The most that has been resident so far, in MB of 10⁶ bytes.
    static var peak: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) * 1024 / 1e6
    }
}
