import Units

/// One place of the policy that is, or is to be, different.
public struct PolicyChange: Sendable, Hashable, Codable {
    /// `departments[vision].quotas[H100].nominal`.
    public var path: String
    /// nil where it was not there.
    public var before: String?
    /// nil where it is not there any more.
    public var after: String?
    public var area: PolicyArea
    /// Whose it is; nil for what is everybody's.
    public var department: DepartmentID?

    public init(path: String, before: String?, after: String?, area: PolicyArea, department: DepartmentID? = nil) {
        self.path = path
        self.before = before
        self.after = after
        self.area = area
        self.department = department
    }
}

/// Places that were changed in another way meanwhile.
public struct PolicyConflict: Error, Sendable, Hashable {
    public var paths: [String]

    public init(paths: [String]) {
        self.paths = paths
    }
}
