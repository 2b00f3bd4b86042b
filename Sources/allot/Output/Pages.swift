import AllotAPI
import AllotClient

extension AllotClient {
    /// Fetches a list page by page. While `work` is done on one page the next is on its way: its cursor stands at the
    /// end of the page before.
    /// - Returns: What `work` has made of the pages, in their order.
    func pages<Made: Sendable>(
        _ route: @Sendable (_ cursor: String?) -> String, work: @escaping @Sendable ([UInt8]) throws -> Made
    ) async throws -> [Made] {
        try await withThrowingTaskGroup(of: (Int, Made).self) { group in
            var count = 0
            var cursor: String?
            repeat {
                let page = try await send(.get(route(cursor))).body
                let next = try PageTail.nextCursor(page)
                guard next == nil || next != cursor else {
                    throw ClientError.unreadable("a page that names itself as the next one")
                }
                cursor = next
                let number = count
                group.addTask { (number, try work(page)) }
                count += 1
            } while cursor != nil
            var made: [(Int, Made)] = []
            for try await part in group { made.append(part) }
            return made.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}

extension Session {
    /// Fetches lists and shows them as one.
    /// - Parameters:
    ///   - routes: Give the path of a page of each list.
    ///   - nothing: What to say of an empty list, which has no data.
    ///   - read: The rows of a page.
    func list<Row: ListDisplayable>(
        _ routes: [@Sendable (_ cursor: String?) -> String], nothing: String,
        read: @escaping @Sendable ([UInt8]) throws -> [Row]
    ) async throws {
        let style = output.style
        switch output.format {
        case .json:
            let parts = try await pages(routes) { try JSONItems(page: $0) }
            try StandardOutput.write(JSONItems.page(parts))
        case .csv:
            let parts = try await pages(routes) { CSV.render(try read($0), columns: Row.columns) }
            try StandardOutput.write(CSV.header(Row.columns) + parts.joined())
        case .table:
            let parts = try await pages(routes) { Cells(try read($0), style: style) }
            guard parts.contains(where: { $0.rows > 0 }) else { return StandardError.say(nothing) }
            try StandardOutput.write(Table<Row>(style: style).render(parts))
        }
    }

    /// Shows rows that are there already, and the JSON of each.
    func show<Row: ListDisplayable>(_ rows: [(row: Row, json: [UInt8])]) throws {
        switch output.format {
        case .json:
            let items = Array(rows.map(\.json).joined(separator: [UInt8(ascii: ",")]))
            let page = try JSONItems(page: Array("{\"items\":[".utf8) + items + Array("]}".utf8))
            try StandardOutput.write(JSONItems.page([page]))
        case .csv:
            let lines = CSV.render(rows.map(\.row), columns: Row.columns)
            try StandardOutput.write(CSV.header(Row.columns) + lines)
        case .table:
            let cells = Cells(rows.map(\.row), style: output.style)
            try StandardOutput.write(Table<Row>(style: output.style).render([cells]))
        }
    }

    private func pages<Made: Sendable>(
        _ routes: [@Sendable (_ cursor: String?) -> String], work: @escaping @Sendable ([UInt8]) throws -> Made
    ) async throws -> [Made] {
        var made: [Made] = []
        for route in routes { made += try await client.pages(route, work: work) }
        return made
    }
}
