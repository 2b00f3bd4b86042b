import Testing
import Units

@testable import AllotAPI

/// What the types write is what the schemas say, to the last field, whoever writes it.
struct OpenAPISampleTests {
    private static let time = DateTime(Timestamp(milliseconds: 1_793_611_800_000))

    private static var reservation: ReservationView {
        var view = ReservationView(
            id: "r-1042", state: .ending, kind: .window, department: "physics", gpus: 2, model: "H200",
            together: .nvlink, cpus: 16, memoryBytes: 1 << 37, durationSeconds: 14_400, submittedAt: time,
            class: "standard")
        (view.notBefore, view.after, view.plannedStart, view.firstForecast) = (time, ["r-1"], time, time)
        (view.ahead, view.startedAt, view.endsAt, view.endedAt) = (0, time, time, time)
        (view.endReason, view.exitCode, view.devices) = (.commandEnded, 137, ["GPU-1", "GPU-2"])
        (view.cores, view.numaNodes, view.team, view.user, view.uid) = ("0-7,16", "0", "optics", "ada", .max)
        (view.licences, view.isFirm, view.isBorrowed) = (["matlab": 2], true, true)
        (view.gaveWayTo, view.requeue, view.preemptions, view.requeuedAt) = ("r-9", true, 2, time)
        (view.approvalUntil, view.approver) = (time, .manager)
        (view.endsSoon, view.unused, view.unusedSince, view.releaseAt) = (true, .idle, time, time)
        (view.gpuShare, view.gpuMemoryBytes) = ("0.5", 1 << 35)
        (view.shareWith, view.tags, view.command) = (["grace"], ["run": "7"], ["python3", "train.py"])
        view.dockerOptions = ["--cgroup-parent=allot-r1042.slice"]
        return view
    }

    private static let entry = PlanView.Entry(
        id: "r-1042", state: .waiting, kind: .queued, department: "physics", user: "ada", start: time, end: time,
        devices: ["GPU-1"], gpuShare: "0.5", cpus: 1)

    /// Every name that `write` gives is a field of the schema, and every field is written.
    private func expectWhole(_ json: [UInt8], _ schema: String, item: String) throws {
        let check = try OpenAPICheck()
        let value = try OpenAPIValue(json: json)
        #expect(check.faults(of: value, by: schema).isEmpty)
        let written = try #require(value["items"]?.list.first).members.keys
        let described = try #require(check.document[["components", "schemas", item, "properties"]]).members.keys
        #expect(Set(written) == Set(described))
    }

    @Test func `a page of reservations is written with each field of its schema`() throws {
        try expectWhole(
            Page(items: [Self.reservation], nextCursor: "r-1042").json, "ReservationPage", item: "ReservationView")
    }

    @Test func `the plan is written with each field of its schema`() throws {
        try expectWhole(
            PlanView(items: [Self.entry], nextCursor: "1", isProvisional: true).json, "PlanView", item: "PlanEntry")
    }

    @Test func `a reservation with no more than it needs fits its schema`() throws {
        let view = ReservationView(
            id: "r-1", state: .waiting, kind: .queued, department: "default", gpus: 0, model: nil, together: .any,
            cpus: 1, memoryBytes: 1, durationSeconds: 1, submittedAt: Self.time, class: "standard")
        var writer = JSONWriter()
        view.write(to: &writer)
        #expect(try OpenAPICheck().faults(of: OpenAPIValue(json: writer.bytes), by: "ReservationView").isEmpty)
    }

    @Test(arguments: [
        (ReservationRequest(gpus: 128, durationSeconds: 1), true),
        (ReservationRequest(gpus: 129, durationSeconds: 1), false),
        (ReservationRequest(gpus: -1, durationSeconds: 1), false),
        (ReservationRequest(gpus: 1, gpuShare: "0.5", gpuMemoryBytes: 1 << 35, durationSeconds: 1), true),
        (ReservationRequest(gpus: 1, gpuMemoryBytes: 0, durationSeconds: 1), false),
        (ReservationRequest(cpus: 0, durationSeconds: 1), false),
        (ReservationRequest(durationSeconds: 0), false),
        (ReservationRequest(durationSeconds: 31_622_401), false),
        (ReservationRequest(durationSeconds: 60, after: ["1042"]), false),
        (ReservationRequest(durationSeconds: 60, after: Array(repeating: "r-1", count: 17)), false),
        (ReservationRequest(durationSeconds: 60, tags: ["": "x"]), false),
        (ReservationRequest(durationSeconds: 60, tags: ["run": ""]), true),
        (ReservationRequest(durationSeconds: 60, command: CommandRequest(arguments: [])), false),
        (ReservationRequest(durationSeconds: 60, command: CommandRequest(arguments: ["ls"], directory: "tmp")), false),
        (ReservationRequest(durationSeconds: 60, command: CommandRequest(arguments: ["ls"], directory: "/tmp")), true),
    ])
    func `a request is held to its limits`(request: ReservationRequest, fits: Bool) throws {
        let faults = try OpenAPICheck().faults(of: OpenAPIValue(encoding: request), by: "ReservationRequest")
        #expect(faults.isEmpty == fits, "\(faults)")
    }

    @Test func `a request with an unknown field does not fit`() throws {
        let faults = try OpenAPICheck().faults(of: .object(["why": .text("so")]), by: "EndRequest")
        #expect(faults == ["EndRequest: has why"])
    }
}
