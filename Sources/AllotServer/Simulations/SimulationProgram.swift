import AllotAPI
import CLinux
import Foundation
import Glibc

/// A simulation in a process of its own: what it takes of memory and time ends with it, and whatever it meets in
/// somebody's file, the daemon goes on.
public enum SimulationProgram {
    /// The daemon's own word for it.
    public static let command = "simulation"

    /// Reads an order and its files from standard input, and writes what came of it to standard output.
    /// - Returns: the exit code: 0 for a `SimulationView`, 65 for a fault of what was asked for.
    public static func run() -> Int32 {
        holdToLimits()
        do {
            let (order, files) = try SimulationOrder.read(readAll(STDIN_FILENO))
            let work = SimulationWork(order: order, files: files)
            switch work.result {
            case .success(let view): try write(JSONText.encode(view))
            case .failure(let fault):
                try write(JSONText.encode(fault))
                return faultCode
            }
            return 0
        } catch {
            FileHandle.standardError.write(Data("allotd: simulation: \(error)\n".utf8))
            return EXIT_FAILURE
        }
    }

    /// EX_DATAERR of sysexits.h.
    static let faultCode: Int32 = 65

    /// It gives way to everything else, and ends with the daemon, when its time is over, or when its memory is used up.
    private static func holdToLimits() {
        _ = allot_end_with_parent()
        _ = nice(19)
        alarm(UInt32(Limits.simulationSeconds))
        let bytes = rlim_t(Limits.simulationMemoryBytes)
        var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    }

    private static func readAll(_ descriptor: Int32) throws -> [UInt8] {
        try FileHandle(fileDescriptor: descriptor).readToEnd().map { Array($0) } ?? []
    }

    private static func write(_ bytes: [UInt8]) throws {
        try FileHandle.standardOutput.write(contentsOf: Data(bytes))
    }
}
