import AllotAPI
import AllotClient
import Foundation
import Testing

@testable import allot

@Suite("CSV, JSON and cards")
struct OutputTests {
    @Test(
        "A field stands in quotes where RFC 4180 wants it to",
        arguments: [
            (["a", "b"], "a,b\r\n"), (["", ""], ",\r\n"), (["a,b"], "\"a,b\"\r\n"),
            (["say \"hi\""], "\"say \"\"hi\"\"\"\r\n"),
            (["two\nlines"], "\"two\nlines\"\r\n"), (["a\rb"], "\"a\rb\"\r\n"), ([" x "], " x \r\n"),
            (["日本"], "日本\r\n"),
        ])
    func csv(fields: [String], expected: String) {
        var text: [UInt8] = []
        CSV.append(fields, to: &text)
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }

    @Test("CSV has the API's names, exact values, and as many fields in each record")
    func reservationCSV() throws {
        var view = Sample.reservation(7, .active)
        view.tags = ["b": "2", "a": "x,y"]
        let columns = ReservationView.columns
        let text = String(decoding: CSV.header(columns) + CSV.render([view], columns: columns), as: UTF8.self)
        let lines = text.split(separator: "\r\n")
        #expect(lines[0].hasPrefix("id,state,gpus,model,cpus,memoryBytes,durationSeconds,start,end,"))
        #expect(
            lines[1].hasPrefix("r-7,active,2,H100,16,68719476736,14400,2026-11-23T09:30:00Z,2026-11-23T13:30:00Z,ada,"))
        #expect(lines[1].contains("\"a=x,y b=2\""))
        #expect(Set(columns.map(\.field)).count == columns.count)
    }

    @Test(
        "JSON is indented with sorted names, and nothing is lost",
        arguments: [
            ("{}", "{}\n"), ("[]", "[]\n"), ("null", "null\n"), ("[1, 2]", "[\n  1,\n  2\n]\n"),
            (
                #"{"b":1.50,"a":{"d":[],"c":"\u00e4"}}"#,
                "{\n  \"a\": {\n    \"c\": \"\\u00e4\",\n    \"d\": []\n  },\n  \"b\": 1.50\n}\n"
            ),
            ("12345678901234567890.0e10", "12345678901234567890.0e10\n"),
        ])
    func pretty(json: String, expected: String) throws {
        #expect(String(decoding: try JSONDocument(Array(json.utf8)).pretty(), as: UTF8.self) == expected)
    }

    @Test("On one line it has no blanks")
    func line() throws {
        let document = try JSONDocument(Array(#" { "b" : [ 1 , {} ] , "a" : "x y" } "#.utf8))
        #expect(String(decoding: document.line(), as: UTF8.self) == "{\"a\":\"x y\",\"b\":[1,{}]}\n")
    }

    @Test("Pages become one, without a cursor, and with fields that nobody knows")
    func pages() throws {
        let pages = [
            #"{"items":[{"id":"r-1","new":1}],"nextCursor":"x","isProvisional":false}"#,
            #"{"items":[],"nextCursor":"y"}"#,
            #"{"isProvisional":true,"items":[{"id":"r-2"}]}"#,
        ]
        let text = JSONItems.page(try pages.map { try JSONItems(page: Array($0.utf8)) })
        #expect(
            Sample.lines(text) == [
                "{", "  \"items\": [", "    {", "      \"id\": \"r-1\",", "      \"new\": 1", "    },", "    {",
                "      \"id\": \"r-2\"", "    }", "  ],", "  \"isProvisional\": true", "}",
            ])
        #expect(String(decoding: JSONItems.page([]), as: UTF8.self) == "{\n  \"items\": []\n}\n")
    }

    @Test("What is no page is refused", arguments: ["[]", "{}", #"{"items":1}"#, "{"])
    func noPage(json: String) {
        #expect(throws: JSONFault.self) { try JSONItems(page: Array(json.utf8)) }
    }

    @Test("A card says what there is to say, and nothing that is not there")
    func card() throws {
        let reply = Reply(status: 200, contentType: nil, body: Array(Sample.json(Sample.reservation(3)).utf8))
        let output = Output(format: .table, style: Sample.style())
        let lines = Sample.lines(try output.render(reply, as: ReservationView.self))
        #expect(lines[0] == "Reservation    r-3")
        #expect(lines[1] == "State          waiting, 3 before it")
        #expect(lines[2] == "Planned start  2026-11-23 10:30Z (in 1h)")
        #expect(lines.contains("Asked for      2 H100 GPUs together: nvlink, 16 cores, 64G, for 4h"))
        #expect(!lines.contains { $0.hasPrefix("Exit code") || $0.hasPrefix("Tags") })
    }

    @Test("What reserve prints begins with the id and tells start, devices and end")
    func submitted() throws {
        var view = Sample.reservation(3, .active)
        view.devices = ["GPU-1", "GPU-2"]
        let reply = Reply(status: 201, contentType: nil, body: Array(Sample.json(view).utf8))
        let lines = Sample.lines(try Output(format: .table, style: Sample.style()).render(reply, as: Submitted.self))
        #expect(
            lines == [
                "Reservation  r-3", "State        active now", "Ends         2026-11-23 13:30Z (in 4h)",
                "Devices      GPU-1, GPU-2",
            ])
    }

    @Test("The machine is drawn as a tree, what has no place in it at its end")
    func tree() throws {
        func device(_ index: Int, node: Int?) -> DeviceView {
            DeviceView(
                index: index, id: "GPU-\(index)", vendor: "nvidia", model: "H100", memoryBytes: 80 << 30,
                pciAddress: "0000:0\(index):00.0", numaNode: node, localCores: "", files: [], partitionOf: nil,
                partitionProfile: nil, links: index < 2 ? [.init(device: 1 - index, kind: "NVLink", bandwidth: 1)] : [],
                state: index == 1 ? .held : .free, reservation: index == 1 ? "r-5" : nil, department: nil,
                until: index == 1 ? DateTime(Sample.now) : nil)
        }
        let host = HostView(
            name: "node",
            packages: [.init(index: 0, model: "EPYC", cores: "0-7"), .init(index: 1, model: nil, cores: "8-15")],
            numaNodes: [
                .init(index: 0, memoryBytes: 64 << 30, cores: "0-7"),
                .init(index: 1, memoryBytes: 64 << 30, cores: "8-15"),
                .init(index: 2, memoryBytes: 96 << 30, cores: ""),
            ],
            cores: 16, processingUnits: 32, coreKinds: [], memoryBytes: 224 << 30,
            devices: [device(0, node: 0), device(1, node: 0), device(2, node: nil)])
        let reply = Reply(status: 200, contentType: nil, body: Array(try JSONEncoder().encode(host)))
        let lines = Sample.lines(try Output(format: .table, style: Sample.style()).render(reply, as: HostTree.self))
        #expect(
            lines == [
                "node  16 cores, 32 threads, 224G", "├─ package 0  EPYC  cores 0-7", "│  └─ NUMA 0  64G  cores 0-7",
                "│     ├─ gpu 0  H100  80G  NVLink to 1  free",
                "│     └─ gpu 1  H100  80G  NVLink to 0  held by r-5 until 2026-11-23 09:30Z",
                "├─ package 1  cores 8-15", "│  └─ NUMA 1  64G  cores 8-15", "├─ NUMA 2  96G  no cores",
                "└─ gpu 2  H100  80G  free",
            ])
        let plain = try Output(format: .table, style: Sample.style(isUnicode: false)).render(reply, as: HostTree.self)
        #expect(plain.allSatisfy { $0 < 0x80 })
    }
}
