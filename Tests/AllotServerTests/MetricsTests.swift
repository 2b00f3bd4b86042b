import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Testing
import Units

@testable import AllotServer

/// Metrics: their text, their sums, and the port that shows nothing else.
@Suite struct MetricsTests {
    @Test(arguments: [
        (MetricValue(0), "0"), (MetricValue(-7), "-7"), (MetricValue(true), "1"),
        (MetricValue(Int128.max), "\(Int64.max)"),
        (MetricValue(milliseconds: 1500), "1.5"), (MetricValue(milliseconds: -20), "-0.02"),
        (MetricValue(milliseconds: 2000), "2"), (MetricValue(milliseconds: 0), "0"),
        (MetricValue(nanoseconds: 500_000), "0.0005"), (MetricValue(nanoseconds: 1), "0.000000001"),
        (MetricValue(nanoseconds: .max), "9223372036.854775807"),
        (MetricValue(milliseconds: .min), "-9223372036854775.808"),
    ])
    func `a number is shown exactly`(_ value: MetricValue, _ text: String) {
        #expect(value.description == text)
    }

    @Test func `what would end a label's value or a line is escaped`() {
        var text = MetricsText()
        text.family("x", .gauge, "one\\two\n\"three\"")
        text.sample("x", ["a": "back\\slash", "b": "\"quoted\"\nline", "c": "ä{},="], MetricValue(1))
        #expect(
            String(decoding: text.bytes, as: UTF8.self) == """
                # HELP x one\\\\two\\n"three"
                # TYPE x gauge
                x{a="back\\\\slash",b="\\"quoted\\"\\nline",c="ä{},="} 1

                """)
    }

    @Test func `a histogram counts up to each bound, and the longest in the last`() {
        var histogram = Histogram.waiting
        for span in [Span.zero, .seconds(1), Span(milliseconds: 1001), .minutes(1), .days(8), .zero - .seconds(5)] {
            histogram.observe(span)
        }
        let counts = Dictionary(uniqueKeysWithValues: histogram.cumulative.map { ($0.bound, $0.count) })
        #expect(counts[1000] == 3 && counts[10_000] == 4 && counts[60_000] == 5 && counts[604_800_000] == 5)
        #expect(histogram.count == 6)
        #expect(histogram.sum == 1000 + 1001 + 60_000 + 8 * 86_400_000)
        var text = MetricsText()
        text.histogram("w_seconds", "Waiting.", histogram)
        let lines = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.contains(#"w_seconds_bucket{le="60"} 5"#) && lines.contains(#"w_seconds_bucket{le="+Inf"} 6"#))
        #expect(lines.suffix(2) == ["w_seconds_sum 691262.001", "w_seconds_count 6"])
    }

    @Test func `a duration is counted in the histogram's own unit, whatever it is given in`() {
        var work = Histogram.work
        work.observe(Duration.microseconds(500))
        work.observe(Duration.nanoseconds(500_001))
        work.observe(Span.seconds(3))
        work.observe(Duration.seconds(Int64.max))
        #expect(work.cumulative.first?.count == 1 && work.count == 4 && work.sum == .max)
        #expect(work.cumulative.last?.count == 3)
    }

    @Test func `refusals are counted by reason, and past the limit as others`() {
        var figures = BrokerFigures(at: Timestamp(milliseconds: 0))
        for number in 0..<(Limits.countedRefusals + 3) { figures.refused("/problems/p\(number)") }
        figures.refused("/problems/p0")
        #expect(figures.refusals.count == Limits.countedRefusals + 1)
        #expect(figures.refusals["other"] == 3 && figures.refusals["/problems/p0"] == 2)
    }

    @Test func `metrics follow what happens`() async throws {
        try await withAPI { server, daemon in
            await daemon.broker.takeInventory()
            let body = #"{"gpus": 1, "cpus": 1, "durationSeconds": 3600}"#
            for _ in 0..<3 { _ = try await server.post("/v1/reservations", body) }
            _ = try await server.post("/v1/reservations", #"{"gpus": 9, "durationSeconds": 3600}"#)
            daemon.time.advance(by: .seconds(90))
            let text = String(decoding: await daemon.api.metricsText(), as: UTF8.self)
            let lines = Set(text.split(separator: "\n").map(String.init))
            for line in [
                #"allot_reservations{state="active",class="standard",department="lab"} 2"#,
                #"allot_reservations{state="waiting",class="standard",department="lab"} 1"#,
                #"allot_device_state{device="GPU-0",model="NVIDIA A10",state="healthy"} 1"#,
                #"allot_device_state{device="GPU-0",model="NVIDIA A10",state="failed"} 0"#,
                #"allot_device_held{device="GPU-1",model="NVIDIA A10"} 1"#,
                #"allot_usage_seconds_total{department="lab",sku="gpu:NVIDIA A10"} 180"#,
                #"allot_usage_seconds_total{department="lab",sku="cpu"} 180"#,
                #"allot_refusals_total{reason="exceeds-host"} 1"#,
                "allot_starts_total 2", "allot_cores 4", "allot_cores_held 2", "allot_store_writable 1",
            ] {
                #expect(lines.contains(line), "\(line) in\n\(text)")
            }
            #expect(!text.contains("r-1"), "no id of a reservation")
        }
    }

    @Test func `the port shows metrics to GET, and nothing else to anybody`() async throws {
        let listening = socket(AF_INET, 1, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listening, $0, length) == 0 && listen(listening, 16) == 0
                    && getsockname(listening, $0, &length) == 0
            }
        }
        try #require(isBound)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let service = MetricsService(
            descriptor: try SocketActivation.checkTCP(listening), reader: MetricsReader { Array("x 1\n".utf8) },
            logger: logger)
        let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
        let running = Task { try await group.run() }
        let port = UInt16(bigEndian: address.sin_port)
        for (request, status, ending) in [
            ("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK", "\r\n\r\nx 1\n"),
            ("GET /metrics HTTP/1.0\r\n\r\n", "200 OK", "x 1\n"),
            ("GET /v1/host HTTP/1.1\r\nHost: x\r\n\r\n", "404 Not Found", "\r\n\r\n"),
            ("GET /metrics?x HTTP/1.1\r\nHost: x\r\n\r\n", "404 Not Found", "\r\n\r\n"),
            ("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "405 Method Not Allowed", "\r\n\r\n"),
            ("rubbish\r\n\r\n", "400 Bad Request", "\r\n\r\n"),
        ] {
            let reply = try await onThread { try Self.exchange(request, port: port) }
            #expect(reply.hasPrefix("HTTP/1.1 \(status)\r\n") && reply.hasSuffix(ending), "\(request): \(reply)")
        }
        await group.triggerGracefulShutdown()
        try await running.value
    }

    @Test func `a port for metrics is a listening one of TCP`() throws {
        let folder = try TemporaryFolder()
        let others = [
            socket(AF_INET, 1, 0), socket(AF_INET, 2, 0), try SocketFiles.listen(folder.path + "/s", backlog: 1),
            Glibc.open("/dev/null", O_RDONLY),
        ]
        for other in others {
            #expect(throws: SocketError.self) { try SocketActivation.checkTCP(other) }
            close(other)
        }
    }

    /// Sends a request to the port, and reads until the other side closes.
    private static func exchange(_ request: String, port: UInt16) throws -> String {
        let descriptor = socket(AF_INET, 1, 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        try #require(isConnected && write(descriptor, request, request.utf8.count) == request.utf8.count)
        var (text, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += buffer.prefix(count)
        }
    }
}
