import Chargeback
import Crypto
import Policy
import Storage
import Units

/// What is decided about money as JSON, in the journal, in its projection and in sealed documents; for ever.
enum BooksRecord {
    /// The books' name among the store's documents.
    static let name = "books"

    static let kinds = ["finance.", "period.", "export."]

    static func payload(_ event: BooksEvent) -> [UInt8] { MeteringRecord.encode(event) }

    static func bytes(_ books: Books) -> [UInt8] { MeteringRecord.encode(books) }

    /// A sealed invoice's document: what its SHA-256 is of.
    static func bytes(_ invoice: Invoice) -> [UInt8] { MeteringRecord.encode(invoice) }

    static func invoice(_ bytes: [UInt8]) throws -> Invoice { try MeteringRecord.decode(Invoice.self, bytes) }

    /// Reads a payload back; nil for a kind that is no decision about money.
    static func event(kind: String, payload: [UInt8]) throws -> BooksEvent? {
        guard kinds.contains(where: kind.hasPrefix) else { return nil }
        return try MeteringRecord.decode(BooksEvent.self, payload)
    }

    static func books(from store: Store) throws(StoreError) -> Books {
        guard let body = try store.read(.document(name)) else { return Books() }
        do {
            return try MeteringRecord.decode(Books.self, body)
        } catch {
            throw .corrupt("document \(name): \(error)")
        }
    }

    /// In hexadecimal.
    static func digest(_ bytes: [UInt8]) -> String { PolicyRecord.digest(of: bytes).description }
}
