import Foundation
import Simulation
import Units

/// Where traces of real machines lie, which are not part of the project.
enum Inputs {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let traces: URL = {
        let named = ProcessInfo.processInfo.environment["ALLOT_CORPUS"].map { URL(filePath: $0) }
        return (named ?? root.appending(path: "../shared/data").standardized).appending(path: "traces")
    }()
    static let hasTraces = FileManager.default.fileExists(atPath: traces.path)

    /// The content of a compressed trace.
    static func trace(_ name: String) throws -> [UInt8] {
        try Gzip.decompress(Array(Data(contentsOf: traces.appending(path: name))))
    }
}
