import AllotAPI
import Crypto
import NIOCore
import Policy
import Storage
import Units

/// What is decided about the policy as JSON, in the journal and in its projection; the format is for ever.
enum PolicyRecord {
    /// The ledger's name among the store's documents.
    static let name = "policy"

    /// A text's name among the store's documents.
    static func textName(_ digest: PolicyDigest) -> String { "policyText/\(digest)" }

    static func digest(_ text: PolicyText) -> PolicyDigest { digest(of: Array(text.text.utf8)) }

    static func digest(of bytes: [UInt8]) -> PolicyDigest {
        PolicyDigest(SHA256.hash(data: bytes).map { format(byte: $0) }.joined())
    }

    private static func format(byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }

    static func payload(_ event: PolicyEvent) -> [UInt8] { encode(event) }

    static func bytes(_ ledger: PolicyLedger) -> [UInt8] { encode(ledger) }

    /// Reads a payload back; nil for a kind that is no decision about the policy.
    static func event(kind: String, payload: [UInt8]) throws -> PolicyEvent? {
        guard kind.hasPrefix("policy.") else { return nil }
        return try decode(PolicyEvent.self, payload)
    }

    static func ledger(_ bytes: [UInt8]) throws -> PolicyLedger { try decode(PolicyLedger.self, bytes) }

    private static func encode(_ value: some Encodable) -> [UInt8] {
        do {
            return try JSONText.encode(value)
        } catch {
            preconditionFailure("a ledger has no number that JSON can not hold")
        }
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        try JSONBody.decode(type, from: ByteBuffer(bytes: bytes), limits: JSONLimits(depth: 16, values: .max))
    }
}

extension ChangeControl {
    /// Reads what the store holds of the policy's versions and open proposals.
    /// - Parameter file: what holds where the store has no version yet.
    init(from store: Store, file: PolicyText) throws(StoreError) {
        guard let body = try store.read(.document(PolicyRecord.name)) else {
            self.init(ledger: PolicyLedger(), current: file, digest: PolicyRecord.digest)
            return
        }
        let ledger: PolicyLedger
        do {
            ledger = try PolicyRecord.ledger(body)
        } catch {
            throw .corrupt("document \(PolicyRecord.name): \(error)")
        }
        var texts: [PolicyDigest: PolicyText] = [:]
        for digest in ChangeControl.neededTexts(of: ledger) {
            texts[digest] = try PolicyText(from: store, digest)
        }
        guard let current = ledger.current.flatMap({ texts[$0.digest] }) else {
            throw .corrupt("document \(PolicyRecord.name): it has no version")
        }
        self.init(ledger: ledger, current: current, texts: texts, digest: PolicyRecord.digest)
    }
}

extension PolicyText {
    /// The text with that digest.
    init(from store: Store, _ digest: PolicyDigest) throws(StoreError) {
        guard let bytes = try store.read(.document(PolicyRecord.textName(digest))) else {
            throw .corrupt("the policy's text \(digest) is missing")
        }
        do throws(DocumentFaults) {
            try self.init(yaml: bytes, name: "policy")
        } catch {
            throw .corrupt("the policy's text \(digest): \(error)")
        }
        guard PolicyRecord.digest(self) == digest else {
            throw .corrupt("the policy's text \(digest) is not what its name says")
        }
    }
}
