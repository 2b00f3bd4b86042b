import Policy
import Scheduling
import Topology
import Units

/// What is measured with so many hosts and so many waiting.
struct Measurement {
    let hosts: Int
    let waiting: Int

    static let head = """
        | hosts | waiting | pass ms | of it the order ms | one look at every host ms | submit p50 ms | p99 ms |
        |---:|---:|---:|---:|---:|---:|---:|
        """

    var row: String {
        get throws {
            var community = Community()
            var now = Timestamp(milliseconds: 1_793_610_000_000)
            var engine = Engine(hosts: (0..<hosts).map(Host.server), policy: Community.policy, time: now)
            var queued = 0
            while queued < waiting {
                let events = try engine.perform(community.next(), at: now)
                if events.count == 1 { queued += 1 }
            }
            let rounds = waiting > 50_000 ? 3 : 7
            let passes = (0..<rounds).map { _ in Self.milliseconds { _ = engine.beginPass().makePlan(at: now) } }
            let orders = (0..<rounds).map { _ in
                Self.milliseconds { _ = engine.beginPass().makePlan(at: now, first: 0) }
            }
            var seen: Int64 = 0
            let looks = (0..<rounds).map { _ in Self.milliseconds { seen += look() } }
            precondition(seen >= 0, "what nobody reads would not be computed")
            _ = engine.beginPass()
            var submissions: [Double] = []
            for _ in 0..<1000 {
                now = now + Span.milliseconds(1)
                let command = community.next()
                submissions.append(try Self.milliseconds { _ = try engine.perform(command, at: now) })
            }
            submissions.sort()
            let cells = [
                passes.middle.text(1), orders.middle.text(1), looks.middle.text(1), submissions.middle.text(3),
                submissions[submissions.count * 99 / 100].text(3),
            ]
            return "| \(hosts) | \(waiting) | \(cells.joined(separator: " | ")) |"
        }
    }

    /// The least of one number for each host, as often as there are reservations: what a scan would begin with.
    private func look() -> Int64 {
        var starts = (0..<hosts).map { Int64($0 &* 7919 % 1009) }
        var sum: Int64 = 0
        for round in 0..<waiting {
            var best = 0
            for host in 1..<max(hosts, 1) where starts[host] < starts[best] { best = host }
            starts[best] += Int64(round % 13)
            sum &+= starts[best]
        }
        return sum
    }

    private static func milliseconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Double(seconds) * 1e3 + Double(attoseconds) / 1e15
    }
}

extension Span {
    static func milliseconds(_ count: Int64) -> Span { Span(milliseconds: count) }
}

extension [Double] {
    var middle: Double { sorted()[count / 2] }
}

extension Double {
    /// In decimal, without an exponent.
    func text(_ places: Int) -> String {
        let scale = (0..<places).reduce(1) { product, _ in product * 10 }
        let units = Int((self * Double(scale)).rounded())
        let fraction = String(units % scale)
        return "\(units / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}
