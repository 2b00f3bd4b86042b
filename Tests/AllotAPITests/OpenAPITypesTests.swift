import Testing

@testable import AllotAPI

/// The schemas are the types: names, kinds, and what has to be there.
struct OpenAPITypesTests {
    /// A type of the wire, and the schema that describes it.
    struct Pair: Sendable, CustomTestStringConvertible {
        let schema: String
        let shape: @Sendable () throws -> OpenAPIShape
        var testDescription: String { schema }

        init<Wire: Codable & Sendable>(_ schema: String, _ type: Wire.Type) {
            self.schema = schema
            shape = { try OpenAPIRecorder.shape(of: type) }
        }
    }

    static let requests = [
        Pair("ReservationRequest", ReservationRequest.self), Pair("CommandRequest", CommandRequest.self),
        Pair("ExtendRequest", ExtendRequest.self), Pair("EndRequest", EndRequest.self),
        Pair("DrainRequest", DrainRequest.self), Pair("ResumeRequest", ResumeRequest.self),
        Pair("DecisionRequest", DecisionRequest.self),
        Pair("AuditVerifyRequest", AuditVerifyRequest.self),
        Pair("InvoiceVerifyRequest", InvoiceVerifyRequest.self),
        Pair("FinanceProposalRequest", FinanceProposalRequest.self), Pair("Adjustment", AdjustmentRequest.self),
        Pair("Correction", CorrectionRequest.self),
    ]

    static let views = [
        Pair("ReservationView", ReservationView.self), Pair("ReservationPage", Page<ReservationView>.self),
        Pair("HostView", HostView.self), Pair("HostPackage", HostView.Package.self),
        Pair("HostNUMANode", HostView.NUMANode.self), Pair("HostCoreKind", HostView.CoreKind.self),
        Pair("DeviceView", DeviceView.self), Pair("DeviceLink", DeviceView.Link.self),
        Pair("DeviceShare", DeviceView.Share.self), Pair("DevicePage", Page<DeviceView>.self),
        Pair("PlanView", PlanView.self),
        Pair("PlanEntry", PlanView.Entry.self), Pair("QuoteView", QuoteView.self), Pair("Money", MoneyView.self),
        Pair("BudgetView", BudgetView.self), Pair("BudgetPage", Page<BudgetView>.self),
        Pair("BudgetHoldView", BudgetHoldView.self),
        Pair("AttachView", AttachView.self), Pair("HealthView", HealthView.self),
        Pair("HealthClock", HealthView.Clock.self), Pair("EventView", EventView.self),
        Pair("ExplanationView", ExplanationView.self), Pair("ExplanationBlocker", ExplanationView.Blocker.self),
        Pair("ExplanationHolder", ExplanationView.Holder.self), Pair("ExplanationChange", ExplanationView.Change.self),
        Pair("DrainView", DrainView.self), Pair("DrainPage", Page<DrainView>.self),
        Pair("FairShareView", FairShareView.self), Pair("FairShareStanding", FairShareView.Standing.self),
        Pair("AuditEntryView", AuditEntryView.self), Pair("AuditEntryPage", Page<AuditEntryView>.self),
        Pair("AuditVerificationView", AuditVerificationView.self),
        Pair("AuditRestore", AuditVerificationView.Restore.self),
        Pair("SimulationView", SimulationView.self), Pair("SimulationMachine", SimulationView.Machine.self),
        Pair("SimulationReport", SimulationView.Report.self), Pair("SimulationFigure", SimulationView.Figure.self),
        Pair("SimulationDepartment", SimulationView.Department.self),
        Pair("PolicyView", PolicyView.self), Pair("PolicyVersionView", PolicyVersionView.self),
        Pair("PolicyVersionPage", Page<PolicyVersionView>.self), Pair("ProposalView", ProposalView.self),
        Pair("PolicyChange", ProposalView.Change.self), Pair("ProposalPage", Page<ProposalView>.self),
        Pair("ImpactView", ImpactView.self), Pair("ImpactShift", ImpactView.Shift.self),
        Pair("ImpactCost", ImpactView.Cost.self),
        Pair("UsageView", UsageView.self), Pair("UsageItem", UsageView.Item.self),
        Pair("UsageTotal", UsageView.Total.self), Pair("SKUHours", SKUHoursView.self),
        Pair("UnreservedUseView", UnreservedUseView.self), Pair("UnreservedUsePage", Page<UnreservedUseView>.self),
        Pair("InvoiceView", InvoiceView.self), Pair("InvoiceLine", InvoiceView.Line.self),
        Pair("InvoicePart", InvoiceView.Part.self), Pair("InvoiceSummaryView", InvoiceSummaryView.self),
        Pair("InvoicePage", Page<InvoiceSummaryView>.self),
        Pair("InvoiceVerificationView", InvoiceVerificationView.self),
        Pair("FinanceProposalView", FinanceProposalView.self),
        Pair("FinanceDifference", FinanceProposalView.Difference.self),
        Pair("FinanceProposalPage", Page<FinanceProposalView>.self), Pair("PeriodView", PeriodView.self),
        Pair("PeriodHindrances", PeriodView.Hindrances.self), Pair("PeriodPage", Page<PeriodView>.self),
    ]

    @Test(arguments: requests + views)
    func `a schema has the fields of its type and no others`(pair: Pair) throws {
        let document = try OpenAPIValue.document()
        let schema = try #require(document[["components", "schemas", pair.schema]])
        let described = try #require(OpenAPIShape(schema: schema, in: document))
        #expect(try pair.shape().differences(from: described).isEmpty)
    }

    @Test func `each schema is held to a type`() {
        let held = (Self.requests + Self.views).map(\.schema) + ["Problem"]
        #expect(Set(OpenAPI.schemas.map(\.name)) == Set(held))
        #expect(OpenAPI.schemas.count == held.count)
    }

    @Test func `a request takes no other field, and a reply may have more`() throws {
        let schemas = try #require(try OpenAPIValue.document()[["components", "schemas"]])
        for pair in Self.requests { #expect(schemas[[pair.schema, "additionalProperties"]] == .bool(false)) }
        for pair in Self.views { #expect(schemas[[pair.schema, "additionalProperties"]] == nil) }
    }

    @Test func `a problem has its members, and those that are always there are required`() throws {
        let document = try OpenAPIValue.document()
        let schema = try #require(document[["components", "schemas", "Problem"]])
        guard case .object(let fields) = try OpenAPIRecorder.shape(of: Problem.self),
            case .object(let described) = try #require(OpenAPIShape(schema: schema, in: document))
        else {
            Issue.record("a problem is an object")
            return
        }
        #expect(fields.mapValues(\.shape) == described.mapValues(\.shape))
        // It reads problems of others that lack members; what it writes itself has them.
        let written = try OpenAPIValue(encoding: Problem(type: "t", title: "t", status: 400, detail: "d"))
        #expect(Set(written.members.keys) == Set(described.filter(\.value.isRequired).keys))
    }
}

/// The comparison notices what it is there for.
struct OpenAPIShapeTests {
    private struct Sample: Codable {
        var count: Int
        var name: String?
        var at: DateTime
        var parts: [Part]
        var labels: [String: String]?
        var together: ReservationRequest.Together

        struct Part: Codable {
            var isLast: Bool
            var uid: UInt32?
        }
    }

    private func document(_ schema: String) throws -> OpenAPIShape {
        let value = try OpenAPIValue(json: Array(schema.utf8))
        return try #require(OpenAPIShape(schema: value, in: .object([:])))
    }

    private static func schema(
        count: String = #"{"type":"integer","format":"int64"}"#, name: String = #","name":{"type":"string"}"#,
        part: String = #"{"type":"object","required":["isLast"],"properties":{"isLast":{"type":"boolean"},"#
            + #""uid":{"type":"integer","format":"uint32"}}}"#,
        together: String = #"["nvlink","numa","host","any"]"#,
        required: String = #"["count","at","parts","together"]"#, more: String = ""
    ) -> String {
        #"{"type":"object","required":\#(required),"properties":{"count":\#(count)\#(name),"#
            + #""at":{"type":"string","format":"date-time"},"parts":{"type":"array","items":\#(part)},"#
            + #""labels":{"type":"object","additionalProperties":{"type":"string"}},"#
            + #""together":{"type":"string","enum":\#(together)}\#(more)}}"#
    }

    @Test func `a schema that fits has no differences`() throws {
        let shape = try OpenAPIRecorder.shape(of: Sample.self)
        #expect(shape.differences(from: try document(Self.schema())).isEmpty)
    }

    @Test(arguments: [
        (schema(name: ""), "name is in the type only"),
        (schema(more: #","extra":{"type":"boolean"}"#), "extra is in the schema only"),
        (schema(required: #"["count","at","parts"]"#), "together is required by the type only"),
        (
            schema(required: #"["count","at","parts","together","name"]"#),
            "name is required by the schema only"
        ),
        (schema(count: #"{"type":"string"}"#), "count is integer"),
        (schema(count: #"{"type":"integer","format":"int32"}"#), "count is integer"),
        (
            schema(part: #"{"type":"object","properties":{"isLast":{"type":"boolean"}}}"#),
            "parts[].uid is in the type only"
        ),
        (schema(together: #"["nvlink","numa","host"]"#), "together is text"),
        (schema(together: #"["nvlink","numa","host","any","rack"]"#), "together is text"),
    ])
    func `a schema that does not fit is told of`(schema: String, expected: String) throws {
        let differences = try OpenAPIRecorder.shape(of: Sample.self).differences(from: try document(schema))
        #expect(differences.contains { $0.hasPrefix(expected) }, "\(differences)")
    }

    @Test func `a field that only the type has is told of, in the real document`() throws {
        var document = try OpenAPIValue.document()
        let path = ["components", "schemas", "ReservationView", "properties", "exitCode"]
        try #require(document[path] != nil)
        document[path] = nil
        let schema = try #require(document[["components", "schemas", "ReservationPage"]])
        let described = try #require(OpenAPIShape(schema: schema, in: document))
        let shape = try OpenAPIRecorder.shape(of: Page<ReservationView>.self)
        #expect(shape.differences(from: described) == ["items[].exitCode is in the type only"])
    }
}
