import Simulation
import Testing
import Units

@Suite struct WorkloadLogTests {
    @Test func `header and jobs are read, and jobs that never ran are counted`() throws {
        let log = try WorkloadLogTests.log(
            """
            ; Version: 2.2
            ; MaxJobs: 5
            ;MaxProcs:\t128
            ; Note: first
            ; Note: second
            ;
            1 0 5 100 4 -1 -1 8 600 -1 1 3 2 -1 1 -1 -1 -1

              2   10  -1  50  16  12.75  -1  -1  -1 -1 1 -1 -1 -1 -1 -1 -1 -1\r
            3 20 -1 -1 4 -1 -1 4 600 -1 5 3 2 -1 1 -1 -1 -1
            4 20 -1 0 4 -1 -1 4 600 -1 5 3 2 -1 1 -1 -1 -1
            5 20 -1 9 -1 -1 -1 0 600 -1 5 3 2 -1 1 -1 -1 -1
            """)
        #expect(log.processors == 128)
        #expect(log.header["Note"] == "first")
        #expect(log.dropped == 3)
        #expect(
            log.jobs == [
                WorkloadJob(
                    number: 1, submitted: Timestamp(milliseconds: 0), recordedWait: .seconds(5), runtime: .seconds(100),
                    requested: .seconds(600), processors: 8, user: 3, group: 2, queue: 1),
                WorkloadJob(
                    number: 2, submitted: Timestamp(milliseconds: 10_000), runtime: .seconds(50), processors: 16),
            ])
    }

    @Test(
        "a line that is none of the format's is refused with its number",
        arguments: [
            ("1 2 3", TraceError.Reason.fields(3, expected: 18)),
            ("1 0 5 x 4 -1 -1 8 600 -1 1 3 2 -1 1 -1 -1 -1", .notANumber("x", field: "runtime")),
            ("1 0 5 1.x 4 -1 -1 8 600 -1 1 3 2 -1 1 -1 -1 -1", .notANumber("1.x", field: "runtime")),
            ("1 0 5 - 4 -1 -1 8 600 -1 1 3 2 -1 1 -1 -1 -1", .notANumber("-", field: "runtime")),
            (
                "1 0 5 99999999999999999999 4 -1 -1 8 600 -1 1 3 2 -1 1 -1 -1 -1",
                .notANumber("99999999999999999999", field: "runtime")
            ),
            (
                "1 0 5 34359738369 4 -1 -1 8 600 -1 1 3 2 -1 1 -1 -1 -1",
                .beyondLimit("runtime", found: 34_359_738_369, limit: 34_359_738_368)
            ),
            (
                "1 0 5 1 4 -1 -1 1073741825 600 -1 1 3 2 -1 1 -1 -1 -1",
                .beyondLimit("requestedProcessors", found: 1_073_741_825, limit: 1_073_741_824)
            ),
            (String(repeating: " ", count: 4097), .longLine(limitBytes: 4096)),
        ])
    func refusal(_ line: String, _ reason: TraceError.Reason) {
        #expect(throws: TraceError(line: 3, reason: reason)) {
            try WorkloadLogTests.log("; Version: 2\n\n\(line)\n")
        }
    }

    @Test func `no bytes at all are a log without jobs`() throws {
        #expect(try WorkloadLogTests.log("").jobs.isEmpty)
    }

    @Test func `random bytes never end the process`() {
        var generator = SeededGenerator(seed: 11)
        let letters = Array("0123456789 -.;:\n\r\tMaxProcs\u{0}".utf8)
        for _ in 0..<300 {
            let bytes = (0..<200).map { _ in letters[generator.number(below: letters.count)] }
            _ = try? WorkloadLog(standardWorkloadFormat: bytes)
        }
    }

    static func log(_ text: String) throws -> WorkloadLog {
        try WorkloadLog(standardWorkloadFormat: Array(text.utf8))
    }
}
