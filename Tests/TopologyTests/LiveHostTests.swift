import Foundation
import Testing
import Topology
import Units

@Suite("The machine that runs this")
struct LiveHostTests {
    @Test func `it has the processors that the kernel lets this process use`() throws {
        let host = try Host.live()
        #expect(fault(in: host) == nil)
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") })
        let allowed = try #require(BitSet(list: String(line.split(separator: "\t").last ?? "")))
        let seen = host.cores.reduce(BitSet()) { $0.union($1.processingUnits) }
        #expect(allowed.isSubset(of: seen))
        #expect(host.memory > .zero)
        #expect(!host.name.isEmpty)
    }

    @Test func `its devices are the same when asked again`() throws {
        #expect(try Host.live().devices == Host.live().devices)
    }
}
