/// What the daemon's command line says instead of the file. Paths are absolute: the caller has resolved them.
public struct ConfigurationOverrides: Sendable, Hashable {
    /// `--config`: nil for the default place, where the file may be absent.
    public var config: String?
    /// `--socket`
    public var socket: String?
    /// `--state`
    public var state: String?
    /// `--policy`
    public var policy: String?
    /// `--topology`
    public var topology: String?
    /// `--executor`
    public var executor: Configuration.Executor?

    public init(
        config: String? = nil, socket: String? = nil, state: String? = nil, policy: String? = nil,
        topology: String? = nil, executor: Configuration.Executor? = nil
    ) {
        self.config = config
        self.socket = socket
        self.state = state
        self.policy = policy
        self.topology = topology
        self.executor = executor
    }
}

extension Configuration {
    /// This configuration as the command line changes it: a flag goes before the file, the file before the default.
    /// - Throws: for a path that is not absolute or too long, and for a topology file beside the systemd executor,
    ///   which would confine real processes to devices that are not there.
    public func merged(with flags: ConfigurationOverrides) throws(ConfigurationError) -> Configuration {
        try Configuration.check("--socket", flags.socket, limit: Limits.socketPath)
        try Configuration.check("--state", flags.state, limit: Limits.path)
        try Configuration.check("--policy", flags.policy, limit: Limits.path)
        try Configuration.check("--topology", flags.topology, limit: Limits.path)
        var merged = self
        merged.socket = flags.socket ?? socket
        merged.state = flags.state ?? state
        merged.policy = flags.policy ?? policy
        merged.topology = flags.topology ?? topology
        merged.executor = flags.executor ?? executor
        guard merged.topology == nil || merged.executor == .process else {
            throw .refused(
                """
                \(flags.topology == nil ? "the option `topology`" : "--topology") names a topology file, and the \
                executor is systemd\(flags.executor == nil ? "" : " by --executor"): a topology file is for \
                development, with the process executor (--executor process)
                """)
        }
        return merged
    }

    private static func check(_ flag: String, _ path: String?, limit: Int) throws(ConfigurationError) {
        guard let path, let fault = ConfigurationPath.fault(in: path, limit: limit) else { return }
        throw .refused("\(flag): \(fault)")
    }
}
