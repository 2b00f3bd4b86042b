extension OpenAPI {
    /// The problems that come with one status.
    struct Reply: Hashable {
        /// nil for any other.
        var status: Int?
        /// Empty for one without a type of its own.
        var types: [ProblemType]

        /// Whatever a library says by a status alone.
        static let other = Reply(status: nil, types: [])

        /// Those that every operation has, for it to refer to.
        static let common: [Reply] = {
            var types: [Int: [ProblemType]] = [:]
            for kind in problems where ProblemType.ofEveryRequest.contains(kind.type) {
                for status in kind.statuses { types[status, default: []].append(kind.type) }
            }
            return types.sorted { $0.key < $1.key }.map { Reply(status: $0.key, types: $0.value) } + [.other]
        }()

        /// Its name among the document's components.
        var name: String { status.map { "Problem\($0)" } ?? "OtherProblem" }

        func writeReference(to writer: inout JSONWriter) {
            writer.openObject()
            writer.field("$ref", "#/components/responses/\(name)")
            writer.closeObject()
        }

        func write(to writer: inout JSONWriter) {
            writer.openObject()
            writer.field("description", description)
            if status == 429 || status == 503 { writeRetryAfter(to: &writer) }
            writer.name("content" as StaticString)
            writer.content("application/problem+json", schema)
            writer.closeObject()
        }

        private var kinds: [ProblemKind] { problems.filter { types.contains($0.type) } }

        private var description: String {
            if types.isEmpty { return "Any other error, of type `about:blank`: what its status says." }
            return kinds.map { "`\($0.type.rawValue)`: \($0.title)." }.joined(separator: " ")
        }

        private var schema: Schema {
            let kinds = kinds
            guard let first = kinds.first else { return .reference("Problem") }
            guard kinds.count > 1 else { return .reference(first.schemaName) }
            let names = kinds.map { ($0.type.uri, $0.schemaName) }
            return Schema(.one(by: "type", Dictionary(names) { first, _ in first }))
        }

        private func writeRetryAfter(to writer: inout JSONWriter) {
            writer.name("headers" as StaticString)
            writer.openObject()
            writer.name("Retry-After" as StaticString)
            writer.openObject()
            writer.field("description", "Seconds after which another try is worth while.")
            writer.name("schema" as StaticString)
            Schema.quantity("Seconds.").write(to: &writer)
            writer.closeObject()
            writer.closeObject()
        }
    }
}
