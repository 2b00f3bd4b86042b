import AllotAPI
import Chargeback
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix
import Policy
import Storage
import Synchronization
import Units

extension API {
    func addExportRoutes(to routes: RouterGroup<AllotRequestContext>) {
        routes.get("exports/:format") { request, context in
            let caller = try await caller(context, .exportPeriod)
            return try await export(request, context, for: caller)
        }
    }

    private func export(
        _ request: Hummingbird.Request, _ context: AllotRequestContext, for caller: Caller
    ) async throws -> Response {
        let asked = try ExportQuery(try context.parameters.require("format"), request)
        guard let format = ExportFormat(rawValue: asked.format.rawValue) else {
            throw Problems.invalidField("format", "one that is written")
        }
        let period = try API.period(asked.period, field: "period")
        let reader = await periodReader()
        try reader.check(period)
        let departments = reader.invoices.policy.departments.map(\.id)
        let department = asked.department.map { DepartmentID($0) }
        if let department, !departments.contains(department) {
            throw Problems.unknownDepartment("department", department.text, known: departments.map(\.text))
        }
        let place = try exports.enter()
        let (store, byHour) = (store, asked.byHour)
        let users = try await NIOThreadPool.singleton.runIfActive { try reader.users(of: period) }
        let (names, host) = (await names(of: users), await broker.snapshot().engine.host.name)
        let head = try await store.read(.journalHead).sequence
        let asOf = try await store.read(.events([head]))[head]?.entry.at ?? reader.now
        let stream = try await NIOThreadPool.singleton.runIfActive {
            try reader.export(
                format, of: period, department: department, byHour: byHour, host: host, names: names, asOf: asOf,
                from: store)
        }
        var headers = HTTPFields()
        headers[.contentType] = asked.format.mediaType
        headers[.trailer] = ExportQuery.digestField
        let body = ResponseBody { [place, broker] writer in
            _ = place
            let digest = try await stream.write { try await writer.write(ByteBuffer(bytes: $0)) }
            try await broker.noteExport(by: caller.subject.user, caller: caller.reference) { number, time in
                ExportNote(
                    number: number, period: period, format: format.rawValue, department: department,
                    isByHour: byHour, rows: digest.rows, bytes: digest.bytes, sha256: digest.sha256,
                    by: caller.subject.user, at: time)
            }
            // Only what the journal has is whole.
            var trailer = HTTPFields()
            if let name = HTTPField.Name(ExportQuery.digestField) { trailer[name] = digest.sha256 }
            try await writer.finish(trailer)
        }
        return Response(status: .ok, headers: headers, body: body)
    }
}

extension ExportQuery {
    fileprivate init(_ format: String, _ request: Hummingbird.Request) throws(Problem) {
        guard let known = Format(rawValue: format) else {
            let all = Format.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problems.invalidField("format", "one of \(all)")
        }
        let query = try Query(request, known: ["period", "department", "split"])
        guard let period = query.text("period") else {
            throw Problems.invalidField("period", "needed: a month such as 2026-11")
        }
        if let split = query.text("split") {
            guard split == "hour" else { throw Problems.invalidField("split", "hour, or nothing") }
            guard known.isOfUsage else { throw Problems.invalidField("split", "not of \(format), which has no usage") }
        }
        self.init(format: known, period: period, department: query.text("department"), byHour: query.has("split"))
    }
}

/// Lets in so many exports at a time.
final class ExportGate: Sendable {
    private let running = Mutex(0)

    /// One export; it is over when nobody holds its place any more.
    final class Place: Sendable {
        private let gate: ExportGate

        fileprivate init(gate: ExportGate) {
            self.gate = gate
        }

        deinit { gate.running.withLock { $0 -= 1 } }
    }

    func enter() throws(Problem) -> Place {
        let isFree = running.withLock { running in
            if running >= Limits.exports { return false }
            running += 1
            return true
        }
        guard isFree else { throw Problems.tooManyExports(Limits.exports) }
        return Place(gate: self)
    }
}

extension Problems {
    static func tooManyExports(_ limit: Int) -> Problem {
        Problem(
            type: "/problems/too-many-exports", title: "Too many exports", status: 429,
            detail: "\(limit) are being written, which is the limit; try again when one has ended",
            members: ["limit": .number(Int64(limit))])
    }
}
