import Policy
import Scheduling
import Simulation
import Testing
import Topology
import Units

/// Where workloads come from.
@Suite struct WorkloadTests {
    @Test func `a log's users, groups and queues are somebody to be fair to`() throws {
        let log = try WorkloadLogTests.log(
            """
            1 100 -1 60 4 -1 -1 8 600 -1 1 3 2 -1 1 -1 -1 -1
            2 50 -1 900 3 -1 -1 -1 600 -1 1 -1 -1 -1 9 -1 -1 -1
            3 60 -1 10 1 -1 -1 -1 -1 -1 1 5 -1 -1 -1 -1 -1 -1
            4 70 -1 -1 1 -1 -1 -1 -1 -1 1 5 -1 -1 -1 -1 -1 -1
            """)
        let workload = try Workload(log, processorsPerCore: 2)
        #expect(workload.submissions.map(\.time.milliseconds) == [50_000, 60_000, 100_000])
        #expect(workload.submissions.map(\.account.department.text) == ["queue-9", "default", "group-2"])
        #expect(workload.submissions.map(\.owner.uid) == [.max, 5, 3])
        #expect(workload.submissions.map(\.request.cores) == [2, 1, 4])
        #expect(workload.submissions.map(\.request.span.wholeSeconds) == [600, 10, 600])
        #expect(workload.submissions.map(\.runtime.wholeSeconds) == [600, 10, 60])
        #expect(workload.leftOut == 1)
        #expect(workload.equalShares.departments.map(\.id.text) == ["default", "group-2", "queue-9"])
    }

    @Test(
        "a core stands for as many processors as it takes",
        arguments: [(128, 1), (65_536, 1), (65_537, 2), (93_312, 2), (131_073, 4)])
    func scale(_ processors: Int, _ perCore: Int) {
        #expect(Workload.processorsPerCore(of: processors) == perCore)
    }

    @Test func `pods are submitted when created and run from their scheduling to their deletion`() throws {
        let workload = try Workload(
            podList: Array(
                """
                name,cpu_milli,memory_mib,num_gpu,qos,creation_time,deletion_time,scheduled_time
                pod-0,12500,16384,2,LS,7,90,10
                pod-1,6000,12288,1,BE,5,25,5
                pod-2,6000,12288,0,BE,5,25,
                pod-3,6000,12288,0,BE,5,25,25
                """.utf8))
        #expect(workload.leftOut == 2)
        #expect(workload.submissions.map(\.time.milliseconds) == [5000, 7000])
        #expect(workload.submissions.map(\.runtime.wholeSeconds) == [20, 80])
        #expect(workload.submissions.map(\.request.devices) == [1, 2])
        #expect(workload.submissions.map(\.request.cores) == [6, 13])
        #expect(workload.submissions.map(\.request.priorityClass?.text) == ["best-effort", "standard"])
    }

    /// What happened on a machine, from its history alone, happens again.
    @Test func `a journal's reservations start again as they did`() throws {
        var machine = VirtualMachine(host: try .cores(4), start: Timestamp(milliseconds: 1000))
        let subject = Subject(
            user: UserID(7), accounts: [Account(department: DepartmentID("default"), team: nil)], isAdmin: false)
        func submit(cores: Int, _ seconds: Int64, at: Int64? = nil, after: [ReservationID] = []) throws {
            let start = at.map { Timestamp(milliseconds: 1000) + .seconds($0) }
            let request = Request(cores: cores, span: .seconds(seconds), at: start, after: after)
            _ = try machine.perform(.submit(request, by: subject))
        }
        try submit(cores: 3, 1000)
        try submit(cores: 4, 1000)
        try submit(cores: 2, 500)
        try submit(cores: 4, 60, at: 5000)
        machine.advance(to: machine.now + .seconds(10))
        try submit(cores: 1, 100, after: [ReservationID(1)])
        try submit(cores: 1, 100)
        machine.advance(to: machine.now + .seconds(20))
        _ = try machine.perform(.cancel(ReservationID(2), by: subject))
        machine.advance(to: machine.now + .seconds(300))
        _ = try machine.perform(.release(ReservationID(1), by: subject))
        machine.advance(to: machine.now + .days(1))

        let workload = try Workload(journal: machine.history)
        #expect(workload.submissions.count == 6 && workload.leftOut == 0)
        #expect(workload.submissions[1].cancelledAt == Timestamp(milliseconds: 31_000))
        #expect(workload.submissions[4].after == [0])
        var replay = Replay(workload, hosts: [try .cores(4)], policy: .unconfigured)
        var started: [ReservationID: Timestamp] = [:]
        for (_, event) in machine.history {
            if case .started(let id, let active) = event { started[id] = active.startedAt }
        }
        let expected = (1...6).map { started[ReservationID($0)] }
        #expect(replay.run().map(\.startedAt) == expected)
        #expect(expected.count { $0 == nil } == 1)

        let later = try Workload(journal: Array(machine.history.dropFirst()))
        #expect(later.submissions.count == 5 && later.leftOut == 1)
    }

    @Test func `a part of a workload keeps who waits for whom`() throws {
        var submissions = [Submission.at(5, for: 10, department: "b"), .at(3, for: 10), .at(9, for: 10)]
        submissions[2].after = [0, 1]
        let workload = try Workload(submissions)
        #expect(workload.submissions[2].after == [1, 0])
        let part = workload.filter { $0.account.department == DepartmentID("a") }
        #expect(part.submissions.count == 2 && part.submissions[1].after == [0])
    }

    @Test func `what is too much is refused with its limit`() throws {
        #expect(throws: SimulationError.outOfRange(field: "cores", value: 65_537, limits: 1...65_536)) {
            try Host.virtual(cores: 65_537, memory: .gibibytes(1))
        }
        #expect(throws: SimulationError.outOfRange(field: "devices", value: 129, limits: 0...128)) {
            try Host.virtual(cores: 1, memory: .gibibytes(1), devices: 129)
        }
        #expect(throws: SimulationError.tooManySubmissions(1_000_001, limit: 1_000_000)) {
            try Workload(Array(repeating: .at(0, for: 10), count: 1_000_001))
        }
        #expect(throws: SimulationError.notProcessorsAlone(submission: 0)) {
            try Workload([.at(0, for: 10, devices: 1)]).outcomes(under: .easyBackfill, cores: 10)
        }
    }
}
