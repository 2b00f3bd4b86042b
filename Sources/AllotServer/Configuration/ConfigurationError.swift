public import Policy

/// Why the daemon cannot start, or keeps the configuration and policy that it has.
public enum ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text of a file is wrong: every fault with its line.
    case faults(DocumentFaults)
    /// A file cannot be read: its path and why.
    case unreadable(path: String, reason: String)
    /// Options contradict each other, or a flag is wrong.
    case refused(String)

    public var description: String {
        switch self {
        case .faults(let faults): faults.description
        case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
        case .refused(let reason): reason
        }
    }
}
