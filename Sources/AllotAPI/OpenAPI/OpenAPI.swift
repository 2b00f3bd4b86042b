/// The API's description by OpenAPI 3.1, made of what the routes and types are held to by tests.
public enum OpenAPI {
    /// The document that `GET /v1/openapi.json` replies with.
    public static let document: [UInt8] = makeDocument()

    /// Every method of every path.
    public static let operations: [Operation] =
        Operation.ofReservations + Operation.ofRunning + Operation.ofMachine + Operation.ofPolicy
        + Operation.ofFinance + Operation.ofService + Operation.ofAudit

    /// Every kind of problem that a reply may have, but `about:blank`, which says no more than its status.
    public static let problems: [ProblemKind] =
        ProblemKind.ofHTTP + ProblemKind.ofFields + ProblemKind.ofSimulation + ProblemKind.ofService
        + ProblemKind.ofRequests + ProblemKind.ofTime + ProblemKind.ofDrains + ProblemKind.ofPolicy
        + ProblemKind.ofFinance

    /// The types of the bodies of requests and replies.
    public static let schemas: [NamedSchema] = [
        .reservationRequest, .commandRequest, .extendRequest, .endRequest, .drainRequest, .resumeRequest,
        .reservationView, .reservationPage,
        .hostView, .hostPackage, .hostNUMANode, .hostCoreKind, .deviceView, .deviceShare, .deviceLink, .devicePage,
        .drainView,
        .drainPage,
        .planView, .planEntry, .quoteView, .money, .budgetView, .budgetPage, .budgetHoldView, .fairShareView,
        .fairShareStanding,
        .explanationView, .explanationBlocker, .explanationHolder, .explanationChange,
        .simulationView, .simulationMachine, .simulationReport, .simulationFigure, .simulationDepartment,
        .policyView, .policyVersionView, .policyVersionPage, .proposalView, .policyChange, .proposalPage, .impactView,
        .impactShift, .impactCost, .decisionRequest,
        .usageView, .usageItem, .usageTotal, .skuHours, .unreservedUseView, .unreservedUsePage, .invoiceView,
        .invoiceLine, .invoicePart, .invoiceSummaryView,
        .invoicePage, .invoiceVerifyRequest, .invoiceVerificationView, .financeProposalRequest, .adjustment,
        .correction, .financeProposalView, .financeDifference, .financeProposalPage, .periodView, .periodHindrances,
        .periodPage,
        .attachView, .healthView, .healthClock, .eventView,
        .auditEntryView, .auditEntryPage, .auditVerifyRequest, .auditVerificationView, .auditRestore,
        .problem,
    ]
}
