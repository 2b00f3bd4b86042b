/// The targets of Package.swift and what each may see, as its text tells.
struct Manifest {
    /// By target's name: other targets, and the products of packages.
    let dependencies: [String: Set<String>]
    /// The targets that are shipped.
    let rooms: Set<String>

    init(text: String) {
        let tokens = Manifest.tokens(text)
        let products = Manifest.products(tokens)
        var dependencies: [String: Set<String>] = [:]
        var rooms: Set<String> = []
        for index in tokens.indices.dropLast() where tokens[index + 1] == "(" {
            let isShipped = Manifest.makers.contains(tokens[index])
            guard isShipped || Manifest.testMakers.contains(tokens[index]) else { continue }
            let call = Manifest.call(from: index + 1, in: tokens)
            guard let name = call.lazy.compactMap(Manifest.string).first, !name.hasPrefix("Tests/") else { continue }
            if isShipped { rooms.insert(name) }
            let list = call.drop { $0 != "[" }.prefix { $0 != "]" }
            let isLibraryOfTheSystem = tokens[index] == "systemLibrary"
            dependencies[name] =
                isLibraryOfTheSystem ? [] : Set(list.compactMap { Manifest.string($0) ?? products[$0] })
        }
        self.dependencies = dependencies
        self.rooms = rooms
    }

    /// How this package's manifest makes targets: its own functions, and SwiftPM's.
    private static let makers: Set<String> = ["room", "program", "target", "executableTarget", "systemLibrary"]
    private static let testMakers: Set<String> = ["tests", "testSupport", "testTarget"]

    /// Variables that stand for a package's product: `let grdb = Target.Dependency.product(name: "GRDB", …)`.
    private static func products(_ tokens: [String]) -> [String: String] {
        var products: [String: String] = [:]
        for index in tokens.indices where tokens[index] == "product" {
            guard let declaration = tokens[..<index].lastIndex(of: "let"),
                let name = tokens[index...].lazy.compactMap(string).first
            else { continue }
            products[tokens[declaration + 1]] = name
        }
        return products
    }

    /// A call's tokens, from its opening parenthesis to the closing one.
    private static func call(from open: Int, in tokens: [String]) -> ArraySlice<String> {
        var depth = 0
        for index in tokens.indices[open...] {
            if tokens[index] == "(" { depth += 1 }
            if tokens[index] == ")" { depth -= 1 }
            if depth == 0 { return tokens[open...index] }
        }
        return tokens[open...]
    }

    private static func string(_ token: String) -> String? {
        token.hasPrefix("\"") ? String(token.dropFirst()) : nil
    }

    /// Words and marks; a string is one token behind its opening quote.
    private static func tokens(_ text: String) -> [String] {
        var tokens: [String] = []
        var string: String?
        for token in Token.all(of: SwiftFile(path: "Package.swift", text: text).codeAndStrings) {
            if token.text == "\"" {
                if let string { tokens.append("\"" + string) }
                string = string == nil ? "" : nil
            } else if let begun = string {
                string = begun + token.text
            } else {
                tokens.append(String(token.text))
            }
        }
        return tokens
    }
}
