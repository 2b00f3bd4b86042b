/// What a machine has, as far as a policy can be wrong about it.
public struct Inventory: Sendable, Hashable {
    /// One schedulable device, and what it is close to.
    public struct Device: Sendable, Hashable {
        public var model: String
        public var numaNode: Int?
        /// Which of the groups that direct links join it is in; nil where it is linked to nothing.
        public var island: Int?

        public init(model: String, numaNode: Int? = nil, island: Int? = nil) {
            self.model = model
            self.numaNode = numaNode
            self.island = island
        }
    }

    public var devices: [Device]

    public init(devices: [Device]) {
        self.devices = devices
    }

    /// Each once, sorted.
    var models: [String] { Set(devices.map(\.model)).sorted() }

    func count(of model: String) -> Int { devices.count { $0.model == model } }

    /// How many whole islands of a cell's kind and size there are.
    func islands(for cell: Cell) -> Int {
        let models = models
        let matching = devices.filter { cell.model.matches($0.model, among: models) }
        let homes = matching.compactMap { cell.together == .numa ? $0.numaNode : $0.island }
        return Dictionary(grouping: homes) { $0 }.values.reduce(0) { $0 + $1.count / cell.size }
    }
}
