import CLinux
import Glibc
import Units

/// A process to be started, with nothing left to be looked up.
struct Spawn: Sendable {
    var path: String
    var arguments: [String]
    var environment: [String: String]
    var directory: String
    /// Where its output is appended.
    var output: String
    /// A file that is there exactly if the command was started.
    var marker: String
    /// Empty sets bind nothing.
    var processors: BitSet
    var memoryNodes: BitSet

    /// Starts it in a session of its own and gives its number.
    /// - Throws: the error number.
    func start() throws(SpawnError) -> Int32 {
        var pid: Int32 = 0
        let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let error = withTexts(arguments) { arguments in
            withTexts(variables) { variables in
                withTexts([path, directory, output, marker]) { texts in
                    processors.words.withUnsafeBufferPointer { processors in
                        memoryNodes.words.withUnsafeBufferPointer { nodes in
                            var program = allot_program(
                                path: texts[0], arguments: arguments, environment: variables, directory: texts[1],
                                output: texts[2], marker: texts[3],
                                processors: processors.baseAddress, processor_words: processors.count,
                                memory_nodes: nodes.baseAddress, memory_words: nodes.count)
                            return allot_spawn(&program, &pid)
                        }
                    }
                }
            }
        }
        guard error == 0 else { throw SpawnError(number: -error) }
        return pid
    }

    /// The texts as C has them: each ends in 0, and the list in NULL.
    private func withTexts<Value>(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        let copies = texts.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        return copies.withUnsafeBufferPointer { buffer in
            guard let first = buffer.baseAddress else { preconditionFailure("the list has at least its end") }
            return body(first)
        }
    }
}

/// Why nothing was started.
struct SpawnError: Error {
    let number: Int32

    var text: String { errorText(number) }
}
