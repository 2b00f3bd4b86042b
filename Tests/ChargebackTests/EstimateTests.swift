import Chargeback
import Policy
import Scheduling
import Testing
import Topology
import Units

@Suite struct EstimateTests {
    private static let start = Timestamp(milliseconds: 1_793_610_000_000)

    private static let host = Host(
        name: "sample", packages: [], numaNodes: [], cores: [], coreKinds: [],
        devices: (0..<2).map { index in
            Device(
                id: DeviceID("GPU-\(index)"), vendor: .nvidia, model: "H100", memory: nil,
                pciAddress: "0000:\(10 + index):00.0", numaNode: nil, localCores: BitSet(), files: [], partition: nil,
                uuid: nil)
        }, links: .none(count: 2))

    private static func policy(_ prices: [(SKU, Int64)], until: Timestamp = .distantFuture) -> Policy {
        var policy = Policy.unconfigured
        policy.priceBook = PriceBook(
            currency: "EUR",
            rates: prices.map {
                Rate(sku: $0.0, from: Timestamp(milliseconds: 0), to: until, perHour: Price(microunits: $0.1))
            })
        policy.classes[0].priceMultiplier = Ratio(thousandths: 1500)
        return policy
    }

    private static func estimate(
        _ policy: Policy, hours: Int64 = 2, cores: Int = 8, priority: String = "standard"
    ) -> Estimate? {
        let demand = Demand(
            devices: 2, model: nil, together: .any, cores: cores, memory: .gibibytes(3),
            licences: [Demand.Licence(name: "solver", count: 1)])
        return Estimate(
            demand, on: DeviceSet(first: 2), of: host, over: start..<(start + .hours(hours)),
            priorityClass: ClassID(priority), policy: policy)
    }

    private static let prices: [(SKU, Int64)] = [
        (.device("H100"), 2_500_000), (.core, 50_000), (.memory, 10_000), (.licence("solver"), 1_000_000),
    ]

    @Test func `devices, cores, memory and licences are summed over the time`() throws {
        // 2 h × (2 × 2.50 + 8 × 0.05 + 3 × 0.01 + 1.00) = 12.86.
        let estimate = try #require(Self.estimate(Self.policy(Self.prices)))
        #expect(estimate.amount == "12.86" && estimate.currency == "EUR" && estimate.unpriced.isEmpty)
    }

    @Test func `the class multiplies`() {
        #expect(Self.estimate(Self.policy(Self.prices), priority: "production")?.amount == "19.29")
    }

    @Test func `what has no price, or none to the end, is named`() {
        #expect(Self.estimate(Self.policy([(.core, 50_000)]))?.unpriced.count == 3)
        let ends = Self.estimate(Self.policy(Self.prices, until: Self.start + .hours(1)))
        #expect(ends?.amount == "6.43" && ends?.unpriced.count == 4)
    }

    @Test func `without a price book there is none, and a sum beyond sense does not trap`() {
        #expect(Self.estimate(.unconfigured) == nil)
        let dear = Self.policy([(.device("H100"), 1_000_000_000_000)])
        #expect(Self.estimate(dear, hours: 24 * 3000, cores: 65_536)?.amount == "144000000000.00")
        #expect(Self.estimate(Self.policy([(.core, .max)]), hours: 24 * 3000, cores: .max / 2) == nil)
    }

    @Test func `half a hundredth is rounded up`() {
        #expect(Self.estimate(Self.policy([(.core, 5_000)]), hours: 1, cores: 1)?.amount == "0.01")
        #expect(Self.estimate(Self.policy([(.core, 4_999)]), hours: 1, cores: 1)?.amount == "0.00")
    }
}
