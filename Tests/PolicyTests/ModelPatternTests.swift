import Policy
import Testing
import Units

@Suite struct ModelPatternTests {
    private static let whole = "NVIDIA H100 80GB HBM3"
    private static let instance = "NVIDIA H100 80GB HBM3 MIG 1g.10gb"
    private let models = [whole, instance, "NVIDIA L4", "AMD Instinct MI300X"]

    @Test(arguments: [
        ("H100", whole, true), ("h100", whole, true), ("H100", instance, true), ("H100", "NVIDIA L4", false),
        // A whole name is that model alone.
        (whole, whole, true), ("nvidia h100 80gb hbm3", whole, true), (whole, instance, false),
        ("*", "AMD Instinct MI300X", true), ("MI300", "AMD Instinct MI300X", true), ("", whole, false),
    ])
    func `a pattern is a whole name, a part of one, or all`(text: String, model: String, matches: Bool) {
        #expect(ModelPattern(text).matches(model, among: models) == matches)
    }

    @Test func `the quota of a model is the one that names it best`() {
        var department = Department(id: DepartmentID("a"), name: "a", weight: 1, teams: [], members: [])
        #expect(department.quota(for: Self.whole, among: models) == nil)
        department.quotas = [
            Quota(model: .every, nominal: 1), Quota(model: ModelPattern("NVIDIA"), nominal: 2),
            Quota(model: ModelPattern("NVIDIA H100"), nominal: 3), Quota(model: ModelPattern(Self.whole), nominal: 4),
        ]
        let nominal = models.map { department.quota(for: $0, among: models)?.nominal }
        #expect(nominal == [4, 3, 2, 1])
        department.quotas.removeFirst()
        #expect(department.quota(for: "AMD Instinct MI300X", among: models) == nil)
    }

    @Test func `of two parts of one length the first is meant`() {
        let department = Department(
            id: DepartmentID("a"), name: "a", weight: 1, teams: [], members: [],
            quotas: [Quota(model: ModelPattern("H100"), nominal: 1), Quota(model: ModelPattern("80GB"), nominal: 2)])
        #expect(department.quota(for: Self.whole, among: models)?.nominal == 1)
    }

    @Test func `a model is shared on the terms that name it best, and else not at all`() {
        var policy = Policy.unconfigured
        #expect(policy.sharing(of: "NVIDIA L4", among: models) == nil)
        policy.shareable = [
            Shareable(model: .every, most: 2), Shareable(model: ModelPattern("L4"), betweenDepartments: true, most: 8),
        ]
        #expect(policy.sharing(of: "NVIDIA L4", among: models)?.most == 8)
        #expect(policy.sharing(of: Self.whole, among: models)?.most == 2)
    }
}
