/// Devices of a model may be held by several reservations at once. Sharing keeps neither memory nor time apart.
public struct Shareable: Sendable, Hashable, Codable {
    public var model: ModelPattern
    /// Whether users of different departments may share one device.
    public var betweenDepartments: Bool
    /// Reservations that have a part of one device at once.
    public var most: Int

    public init(model: ModelPattern, betweenDepartments: Bool = false, most: Int) {
        self.model = model
        self.betweenDepartments = betweenDepartments
        self.most = most
    }
}

extension Policy {
    /// On what terms devices of a model are shared; nil where they are not.
    /// - Parameter models: all that the host has.
    public func sharing(of model: String, among models: [String]) -> Shareable? {
        ModelPattern.best(of: shareable, for: model, among: models) { $0.model }
    }
}
