import AllotAPI
import Chargeback
import Foundation
import NIOHTTP1
import Storage
import Testing
import Topology
import Units

@testable import AllotServer
@testable import Scheduling

/// The API's description says what the server does: its routes, problems, limits and words.
@Suite struct OpenAPITests {
    @Test func `every route is described, and nothing else`() async throws {
        let folder = try TemporaryFolder()
        let daemon = try await TestDaemon(folder: folder.path)
        let routes = daemon.api.router().routes.map { "\($0.method.rawValue) \($0.path)" }
        await daemon.close()
        let described = OpenAPI.operations.map { "\($0.method.rawValue) \($0.path)" }
        #expect(routes.sorted() == described.sorted())
    }

    @Test func `every kind of problem in the server's source is described, and no other`() throws {
        var found = Set(BodyFault.kinds.map { BodyFault($0, "").problem.type })
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/AllotServer")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        for case let file as URL in files where file.pathExtension == "swift" {
            for match in try String(contentsOf: file, encoding: .utf8).matches(of: #/"(/problems/[a-z-]+)"/#) {
                found.insert(String(match.1))
            }
        }
        #expect(found == Set(ProblemType.allCases.map(\.uri)))
    }

    @Test(arguments: OpenAPITests.problems)
    func `a problem has the status, title, field and members of its kind`(problem: Problem) throws {
        let kind = try #require(OpenAPI.problems.first { $0.type.uri == problem.type })
        #expect(kind.statuses.contains(problem.status))
        #expect(kind.title == problem.title)
        switch kind.field {
        case .always: #expect(problem.field != nil)
        case .never: #expect(problem.field == nil)
        case .sometimes: break
        }
        #expect(Set(problem.members.keys).isSubset(of: kind.members.map(\.name)))
        for member in kind.members {
            switch (member.kind, problem.members[member.name]) {
            case (.number, .number), (.text, .text), (.texts, .texts): break
            case (.time, .text(let text)): #expect(RFC3339.timestamp(text) != nil)
            case (.times, .texts(let texts)): #expect(texts.allSatisfy { RFC3339.timestamp($0) != nil })
            case (_, nil): #expect(member.presence == .sometimes, "\(member.name)")
            default: Issue.record("\(member.name) is of another kind")
            }
        }
    }

    static let problems: [Problem] =
        rejections.map(\.problem) + BodyFault.samples.map(\.problem) + [
            Problems.tooManyConnections(1), Problems.tooManyConnectionsOfUser(1), Problems.targetTooLong(1),
            Problems.headTooLarge(HTTPLimits()), Problems.bodyTooLarge(1), Problems.tooSlow("head", .seconds(1)),
            Problems.malformed("x"), Problems.expectationFailed("x"), Problems.notFound("/"),
            Problems.methodNotAllowed("PUT", ["GET"]), Problems.unsupportedMediaType(nil), Problems.shuttingDown(),
            Problems.unforeseen(id: "1"), Problems.parser(.invalidVersion, isInTarget: true, limits: HTTPLimits()),
            Problems.notStored(nil), Problems.notStored(.diskFull), Problems.keyReused(),
            Problems.invalidField("gpus", "x"), Problems.forbidden("x"), Problems.backupRunning(),
            Problems.noRoomForBackup(), Problems.tooManyQuotes(AllotServer.Limits.quotes),
            Problems.tooManyRequests(AllotServer.Limits.quotes), Problems.tooManyStreams(1, isOfUser: true),
            Problems.tooManyStreams(1, isOfUser: false), Problems.verificationRunning(),
            Problems.simulationUnderWay(), Problems.tooManySimulations(2), Problems.simulationLimit(),
            SimulationFault(field: "workload", detail: "x").problem, Problems.faultyPolicy(["policy:1:1: x"]),
            Problems.roleNeeded(.drain), Problems.tooManyItems(1), Problems.tooManyExports(2),
            Problems.unknownInvoice("INV-2026-11-x"), Problems.beyondExact(),
            Problems.unknownDepartment("department", "x", known: ["y"]),
        ] + PolicyRecordTests.rejections.map(\.problem) + refusals.map(\.problem)

    /// One of each of what the books refuse.
    static let refusals: [BooksRefusal] = {
        let (period, time) = (Period(of: CivilDate(daysSinceEpoch: 20_758)), Timestamp(milliseconds: 1_793_610_000_000))
        return [
            .closed(period, earliestOpen: period.next), .beforeFirst(period, first: period.next),
            .ahead(period.next, current: period), .notOver(period, ends: time),
            .earlierIsOpen(period.next, earliestOpen: period),
            .hindered(
                period,
                [
                    .unrated(.core, quantity: 3_600_000), .unsettled(until: time, reservations: [ReservationID(7)]),
                    .pending([12]),
                ]),
            .zeroAmount, .hundredths(Amount(microunits: 1)), .amount(Amount(microunits: 2), limit: .zero),
            .tooManyAdjustments(limit: 1), .price(Price(microunits: 2), limit: .zero),
            .emptyInterval(from: time, to: time), .correctionAhead(to: time, settledUntil: time),
            .correctionSpan(.days(2), limit: .days(1)), .tooManyPending(limit: 1), .unknownProposal(12), .decided(12),
            .ownProposal(12),
        ]
    }()

    /// One of each.
    static let rejections: [Rejection] = {
        let (id, time) = (ReservationID(7), Timestamp(milliseconds: 1_793_610_000_000))
        return [
            .asksForNothing, .outOfRange(field: "gpus", value: -1, limits: 0...128),
            .exceedsHost(field: "gpus", asked: 3, largest: 2), .unknownModel("x", known: ["A10"]),
            .unknownClass(ClassID("x"), known: [ClassID("standard")]), .notMember(UserID(1)),
            .notInTeam(TeamID("x"), own: [TeamID("y")]), .unknownReservation(id), .notOwner(id), .alreadyEnded(id),
            .notActive(id), .startsInPast(time, now: time), .beyondHorizon(field: "at", time, horizon: time),
            .tooFarApart(.nvlink, asked: 4, largest: 2), .windowWith(field: "after"),
            .windowDoesNotFit(start: time, nearest: [time]), .extensionDisplaces(id, latestEnd: time),
            .unknownLicence("x", known: ["y"]), .exceedsLicences("x", asked: 3, count: 2),
            .exceedsCap(.duration, asked: 3, limit: 2), .exceedsCap(.devicesPerTeam, asked: 3, limit: 2),
            .exceedsQuota(DepartmentID("d"), model: "H100", asked: 3, limit: 2),
            .windowExceedsNominal(DepartmentID("d"), model: nil, asked: 3, limit: 2),
            .budgetExhausted(
                Rejection.BudgetShortage(
                    department: DepartmentID("d"), period: CivilDate(daysSinceEpoch: 20_758), currency: "EUR",
                    limit: Amount(microunits: 3), held: .zero, posted: .zero, asked: Amount(microunits: 4))),
            .notAwaitingApproval(id), .awaitsApproval(id), .notApprover(id, DepartmentID("d"), .admin),
            .notApprover(id, DepartmentID("d"), .manager), .ownRequest(id),
            .tooManyWaiting(limit: 1, ofUser: true), .tooManyWaiting(limit: 1, ofUser: false),
        ]
    }()
}

/// The numbers that the description states are those that the rooms hold to.
@Suite struct OpenAPILimitTests {
    @Test func `what may be asked for`() {
        #expect(APILimits.spanSeconds == Scheduling.Limits.spanSeconds)
        #expect(APILimits.horizonSeconds == Scheduling.Limits.horizon.wholeSeconds)
        #expect(APILimits.waiting == Scheduling.Limits.waiting)
        #expect(APILimits.waitingOfUser == Scheduling.Limits.waitingOfUser)
        #expect(APILimits.after == 0...Scheduling.Limits.after)
        #expect(APILimits.sharedWith == 0...Scheduling.Limits.sharedWith)
        #expect(APILimits.licences == 0...Scheduling.Limits.licences)
        #expect(APILimits.licenceCount == Scheduling.Limits.licenceCount)
        #expect(APILimits.alternatives == Scheduling.Limits.alternatives)
        #expect(APILimits.drains == Scheduling.Limits.drains)
        #expect(APILimits.drainReasonBytes.upperBound == Scheduling.Limits.drainReasonBytes)
        #expect(APILimits.explainedHolders == Scheduling.Limits.explainedHolders)
        #expect(APILimits.unsettledNames == Books.Limits.listed)
    }

    @Test func `what a request may hold`() {
        #expect(APILimits.idempotencyKey == AllotServer.Limits.idempotencyKey)
        #expect(APILimits.replyLifetimeSeconds == AllotServer.Limits.replyLifetime.wholeSeconds)
        #expect(APILimits.pageItems == AllotServer.Limits.pageItems)
        #expect(APILimits.tags == 0...AllotServer.Limits.tags)
        #expect(APILimits.tagNameBytes == 1...AllotServer.Limits.tagNameBytes)
        #expect(APILimits.tagValueBytes == 0...AllotServer.Limits.tagValueBytes)
        #expect(APILimits.commandArguments == 1...AllotServer.Limits.commandArguments)
        #expect(APILimits.commandBytes == AllotServer.Limits.commandBytes)
        #expect(APILimits.environmentVariables == 0...AllotServer.Limits.environmentVariables)
        #expect(APILimits.reasonBytes == 1...AllotServer.Limits.reasonBytes)
        #expect(APILimits.modelBytes == 1...AllotServer.Limits.modelBytes)
        #expect(APILimits.eventPage == AllotServer.Limits.eventPage)
        #expect(APILimits.quotesPerSecond == AllotServer.Limits.quotes.perSecond)
        #expect(APILimits.quotesAtOnce == AllotServer.Limits.quotes.atOnce)
        #expect(APILimits.anchors == AllotServer.Limits.anchors)
        #expect(APILimits.anchorBytes == AllotServer.Limits.anchorLineBytes)
        #expect(Duration.seconds(APILimits.verificationSeconds) == AllotServer.Limits.verificationInterval)
        #expect(APILimits.requestsPerSecond == UserLimits().requests.allowance.perSecond)
        #expect(APILimits.requestsAtOnce == UserLimits().requests.allowance.atOnce)
    }

    @Test func `what a simulation may take`() {
        #expect(APILimits.simulationBytes == HTTPLimits().simulationBytes)
        #expect(APILimits.simulations == HTTPLimits().simulations)
        #expect(APILimits.simulationContentBytes == AllotServer.Limits.simulationContentBytes)
        #expect(APILimits.simulationRuns == AllotServer.Limits.simulationRuns)
        #expect(APILimits.simulationSeconds == AllotServer.Limits.simulationSeconds)
        #expect(APILimits.simulationMemoryBytes == AllotServer.Limits.simulationMemoryBytes)
    }

    @Test func `what a connection may do`() {
        let limits = HTTPLimits()
        #expect(APILimits.connections == limits.connections)
        #expect(APILimits.rootConnections == limits.rootConnections)
        #expect(APILimits.connectionsOfUser == limits.connectionsPerUser)
        #expect(APILimits.targetBytes == limits.targetBytes)
        #expect(APILimits.headBytes == limits.headBytes)
        #expect(APILimits.headFields == limits.headFields)
        #expect(APILimits.bodyBytes == limits.bodyBytes)
        #expect(APILimits.jsonDepth == limits.json.depth)
        #expect(APILimits.jsonValues == limits.json.values)
        #expect(Duration.seconds(APILimits.headSeconds) == limits.headTimeout)
        #expect(Duration.seconds(APILimits.bodySeconds) == limits.bodyTimeout)
        #expect(Duration.seconds(APILimits.idleSeconds) == limits.idleTimeout)
        #expect(Duration.seconds(APILimits.writeSeconds) == limits.writeTimeout)
        #expect(Duration.seconds(APILimits.heartbeatSeconds) == limits.heartbeat)
        let configuration = Configuration()
        #expect(APILimits.connections == configuration.connections)
        #expect(APILimits.connectionsOfUser == configuration.connectionsPerUser)
        #expect(APILimits.requestsPerSecond == Int64(configuration.requestsPerSecond))
        #expect(APILimits.eventStreams == configuration.eventStreams)
        #expect(APILimits.eventStreamsOfUser == configuration.eventStreamsPerUser)
        #expect(APILimits.bodyBytes == Int(configuration.requestBytes.bytes))
        #expect(APILimits.bodySeconds == configuration.requestTimeout.wholeSeconds)
    }

    @Test func `the words of other rooms`() {
        #expect(Set(APIWords.vendors) == Set(Device.Vendor.allCases.map(\.rawValue)))
        #expect(Set(APIWords.executors) == Set(Configuration.Executor.allCases.map(\.rawValue)))
        let causes: [SlipCause] = [.order, .window, .drain, .policy]
        #expect(APIWords.slipCauses == causes.map(\.rawValue))
        let own = [
            "daemon.started", "store.restored", "clock.disputed", "clock.settled", "host.restarted", "machine.repaired",
            DrainNotice.begins, DrainNotice.isOver, EndsSoonRecord.kind,
        ]
        let kinds = JournalTests.events.map(\.kind) + PolicyRecordTests.events.map(\.kind)
        let metering = MeteringRecordTests.events.map(\.kind) + MeteringRecordTests.decisions.map(\.kind)
        #expect(Set(APIWords.eventTypes) == Set(kinds + metering + own))
    }
}

/// Not the one of `AllotAPI`, which tells of a reply that can't be read.
private typealias BodyFault = AllotServer.JSONFault

extension BodyFault {
    fileprivate static let kinds: [Kind] = [.malformed, .limit, .unknownField, .missingField, .invalidField]

    fileprivate static let samples = kinds.map { kind in
        BodyFault(kind, "x", path: kind == .limit ? [] : [JSONPathKey("gpus")])
    }
}
