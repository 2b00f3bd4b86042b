import Foundation
import Testing
import Topology
import Units

@Suite("Real machines' exports", .enabled(if: Inputs.hasCorpus, "no corpus: set ALLOT_CORPUS to its folder"))
struct CorpusTests {
    @Test("each export gives the host that lstopo shows", arguments: Corpus.expectations)
    func expectation(_ expected: Expectation) throws {
        let host = try Host(contentsOf: Inputs.corpus.appending(path: expected.file).path)
        #expect(expected.differences(from: host) == [])
        #expect(fault(in: host) == nil)
    }

    @Test func `every export of the corpus is in the table or is the refused one`() {
        #expect(Inputs.corpusNames == (Corpus.expectations.map(\.file) + ["xml-v3-refused.xml"]).sorted())
    }

    @Test func `XML version 3 is refused with its version and the way out`() {
        let path = Inputs.corpus.appending(path: "xml-v3-refused.xml").path
        #expect(throws: TopologyError(file: path, reason: .version("3.0", hwloc: 2))) { try Host(contentsOf: path) }
    }

    @Test("no export is read when cut short, wherever that is", arguments: Inputs.corpusNames)
    func truncation(_ name: String) throws {
        let whole = try Data(contentsOf: Inputs.corpus.appending(path: name))
        try DamagedFiles.expectTruncationsRefused(Array(whole), cuts: 24)
    }

    @Test("damaged bytes never end the process", arguments: Inputs.corpusNames)
    func damage(_ name: String) throws {
        let whole = try Data(contentsOf: Inputs.corpus.appending(path: name))
        DamagedFiles.expectSurvived(Array(whole), rounds: 16, seed: 2)
    }
}
