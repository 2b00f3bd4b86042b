import Testing
import Units

@testable import AllotAPI

/// Every kind of problem is described, with its statuses and members.
struct OpenAPIProblemTests {
    @Test func `every kind is in the table once`() {
        let types = OpenAPI.problems.map(\.type)
        #expect(Set(types) == Set(ProblemType.allCases))
        #expect(types.count == ProblemType.allCases.count)
    }

    @Test func `each operation replies with each kind that it names`() throws {
        let document = try OpenAPIValue.document()
        for operation in OpenAPI.operations {
            let responses = try #require(
                document[["paths", operation.path, operation.method.rawValue.lowercased(), "responses"]])
            var told: [String: Set<String>] = [:]
            for (status, response) in responses.members {
                told[status] = types(of: try #require(document.resolved(response)), in: document)
            }
            for kind in OpenAPI.problems {
                for status in kind.statuses {
                    let isTold = told[String(status)]?.contains(kind.type.uri) ?? false
                    #expect(isTold == operation.problems.contains(kind.type), "\(operation.id) \(kind.type) \(status)")
                }
            }
            #expect(responses["default"] != nil)
        }
    }

    /// The types that a response may be of.
    private func types(of response: OpenAPIValue, in document: OpenAPIValue) -> Set<String> {
        guard let schema = response[["content", "application/problem+json", "schema"]] else { return [] }
        let kinds = schema["oneOf"]?.list ?? [schema]
        return Set(
            kinds.compactMap { document.resolved($0)?["allOf"]?.list.last?[["properties", "type", "const"]]?.text })
    }

    @Test(arguments: OpenAPI.problems)
    func `a problem of each kind fits its schema`(kind: OpenAPI.ProblemKind) throws {
        let check = try OpenAPICheck()
        var problem = Problem(
            type: kind.type.uri, title: kind.title, status: try #require(kind.statuses.first), detail: "d",
            field: kind.field == .never ? nil : "gpus")
        for member in kind.members { problem.members[member.name] = sample(member.kind) }
        #expect(check.faults(of: try OpenAPIValue(encoding: problem), by: kind.schemaName).isEmpty)

        problem.status = 299
        #expect(!check.faults(of: try OpenAPIValue(encoding: problem), by: kind.schemaName).isEmpty)
        problem.status = try #require(kind.statuses.last)
        for member in kind.members where member.presence == .always {
            var lacking = problem
            lacking.members[member.name] = nil
            #expect(!check.faults(of: try OpenAPIValue(encoding: lacking), by: kind.schemaName).isEmpty)
        }
    }

    private func sample(_ kind: OpenAPI.ProblemKind.Member.Kind) -> Problem.Member {
        switch kind {
        case .number: .number(8)
        case .text: .text("r-1042")
        case .time: .text("2026-11-02T09:30:00Z")
        case .texts: .texts(["a", "b"])
        case .times: .texts(["2026-11-02T09:30:00Z"])
        }
    }

    @Test func `limits that this room can see are those of the document`() {
        #expect(APILimits.gpus.upperBound == Int64(DeviceSet.limit))
        #expect(APILimits.devices == DeviceSet.limit)
        #expect(APILimits.cpus.upperBound == Int64(BitSet.limit))
        #expect(APILimits.pageItems.upperBound == Int64(Route.pageLimit))
        #expect(APILimits.horizonSeconds == Span.days(366).wholeSeconds)
        #expect(APILimits.spanSeconds.upperBound == Span.days(366).wholeSeconds)
        #expect(APILimits.replyLifetimeSeconds == Span.days(1).wholeSeconds)
    }
}
