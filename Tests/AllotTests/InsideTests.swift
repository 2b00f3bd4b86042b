import Testing
import Units

@testable import allot

@Suite("Binding to a grant")
struct InsideTests {
    private func set(_ list: String) -> BitSet { BitSet(list: list) ?? BitSet() }

    @Test(
        "Only what this machine has is bound to, and what it lacks is said once",
        arguments: [
            ("0-3", "0", "0-7", "0", "0-3", "0", nil),
            ("0-15", "0-1", "0-1", "0", "0-1", "0", "processors 2-15 and NUMA nodes 1"),
            ("8-15", "1", "0-1", "0", "", "", "processors 8-15 and NUMA nodes 1"),
            ("0-1", "0", "0-1", "", "0-1", "", "NUMA nodes 0"),
            ("", "", "0-1", "0", "", "", nil),
        ] as [(String, String, String, String, String, String, String?)])
    func binding(
        processors: String, nodes: String, here: String, nodesHere: String, bound: String, boundNodes: String,
        missing: String?
    ) {
        let binding = Binding(
            processors: set(processors), memoryNodes: set(nodes), here: set(here), nodesHere: set(nodesHere))
        #expect(binding.processors.list == bound)
        #expect(binding.memoryNodes.list == boundNodes)
        #expect(binding.remark == missing.map { "this machine does not have \($0); going on without" })
    }
}
