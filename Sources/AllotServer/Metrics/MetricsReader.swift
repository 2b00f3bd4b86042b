/// Metrics as a text, made at most once a second however many ask.
actor MetricsReader {
    private let make: @Sendable () async -> [UInt8]
    private var last: (text: Task<[UInt8], Never>, at: ContinuousClock.Instant)?

    init(_ make: @escaping @Sendable () async -> [UInt8]) {
        self.make = make
    }

    func text() async -> [UInt8] {
        if let last, last.at.duration(to: .now) < Limits.metricsLifetime { return await last.text.value }
        let text = Task { [make] in await make() }
        last = (text, .now)
        return await text.value
    }
}
