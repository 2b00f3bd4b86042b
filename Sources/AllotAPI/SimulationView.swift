/// `POST /v1/simulations`: what schedulers made of a workload on a virtual clock, beside each other.
public struct SimulationView: Sendable, Hashable, Codable {
    public var source: Source
    public var machine: Machine
    /// What has to be known to read the figures, in words.
    public var notes: [String]
    /// What decided by a policy comes first, then the references of the literature.
    public var reports: [Report]

    public init(source: Source, machine: Machine, notes: [String], reports: [Report]) {
        self.source = source
        self.machine = machine
        self.notes = notes
        self.reports = reports
    }

    /// What was replayed.
    public enum Source: String, Sendable, Codable, CaseIterable {
        /// A log in the Standard Workload Format.
        case log
        /// A list of pods with its times, on one machine or onto a list of nodes.
        case pods
        /// A list of pods that come and stay, onto a list of nodes.
        case packing
        /// The daemon's own journal.
        case journal
    }

    /// What it was replayed on.
    public struct Machine: Sendable, Hashable, Codable {
        /// Machines.
        public var hosts: Int
        /// NUMA nodes of all of them; of a packing as many as machines.
        public var nodes: Int
        public var cpus: Int
        public var gpus: Int

        public init(hosts: Int = 1, nodes: Int, cpus: Int, gpus: Int) {
            self.hosts = hosts
            self.nodes = nodes
            self.cpus = cpus
            self.gpus = gpus
        }
    }

    /// What one scheduler made of it.
    public struct Report: Sendable, Hashable, Codable {
        public var scheduler: String
        public var role: Role
        public var figures: [Figure]
        /// What departments received while there was something to share; absent where there never was.
        public var departments: [Department]?

        public init(scheduler: String, role: Role, figures: [Figure], departments: [Department]? = nil) {
            self.scheduler = scheduler
            self.role = role
            self.figures = figures
            self.departments = departments
        }
    }

    /// What a scheduler is to who asks.
    public enum Role: String, Sendable, Codable, CaseIterable {
        /// Allot, under what holds now; where that does not know the workload's departments, all alike.
        case present
        /// Allot, under the policy that was sent along.
        case candidate
        /// A scheduler of the literature.
        case reference
    }

    /// One number.
    public struct Figure: Sendable, Hashable, Codable {
        /// For programs.
        public var name: String
        /// For people.
        public var label: String
        /// A decimal.
        public var value: String
        public var unit: Unit
        /// Of a candidate: how much more than the present has.
        public var change: String?

        public init(name: String, label: String, value: String, unit: Unit, change: String? = nil) {
            self.name = name
            self.label = label
            self.value = value
            self.unit = unit
            self.change = change
        }
    }

    /// What a figure counts in.
    public enum Unit: String, Sendable, Codable, CaseIterable {
        case count, seconds, hours
        /// A part of one.
        case share
        /// A ratio that may be above one.
        case ratio
    }

    /// One department's part of what was given out.
    public struct Department: Sendable, Hashable, Codable {
        public var department: String
        public var weight: Int64
        /// Decimals: parts of one.
        public var entitledShare: String
        public var receivedShare: String

        public init(department: String, weight: Int64, entitledShare: String, receivedShare: String) {
            self.department = department
            self.weight = weight
            self.entitledShare = entitledShare
            self.receivedShare = receivedShare
        }
    }
}

/// What a simulation is asked for: the query of its request. The body has the files, one behind the other: the policy,
/// the nodes, the workload.
public struct SimulationQuery: Sendable, Hashable, Codable {
    public var source: SimulationView.Source
    /// Bytes of the body's first part, a candidate policy.
    public var policyBytes = 0
    /// Bytes of its second part, a list of nodes: what is packed, or the hosts that pods are replayed on.
    public var nodesBytes = 0
    /// Whether the schedulers of the literature are shown too.
    public var compares = true
    /// Of a machine that takes the place of the daemon's own.
    public var cpus: Int?
    public var memoryBytes: Int64?
    public var gpus: Int?
    public var nodes: Int?
    /// Of the journal: the period in which a reservation was submitted.
    public var from: DateTime?
    public var until: DateTime?
    /// Of a packing: how many orders of arrival, and the first one's seed.
    public var runs: Int?
    public var seed: Int?

    public init(source: SimulationView.Source) {
        self.source = source
    }
}
