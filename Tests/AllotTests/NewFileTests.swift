import FakeDaemon
import Foundation
import Testing

@testable import allot

@Suite("A file that is there whole or not at all")
struct NewFileTests {
    private struct Fault: Error {}

    private func inFolder(_ body: (String) async throws -> Void) async throws {
        let folder = try FakeDaemon.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private func files(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test("It is written, and readable by its owner alone")
    func written() async throws {
        try await inFolder { (folder) async throws in
            try await NewFile(path: "\(folder)/a", mayReplace: false).write { sink in
                try sink(Array("one ".utf8))
                try sink(Array("two".utf8))
                #expect(try files(folder) != ["a"])
            }
            #expect(try String(contentsOfFile: "\(folder)/a", encoding: .utf8) == "one two")
            let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/a")[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try files(folder) == ["a"])
        }
    }

    @Test("A failure on the way leaves nothing", arguments: [true, false])
    func failure(mayReplace: Bool) async throws {
        try await inFolder { (folder) async throws in
            await #expect(throws: Fault.self) {
                try await NewFile(path: "\(folder)/a", mayReplace: mayReplace).write { sink in
                    try sink(Array("half".utf8))
                    throw Fault()
                }
            }
            #expect(try files(folder) == [])
        }
    }

    @Test("A file that is there stays, unless it is to be replaced")
    func replacing() async throws {
        try await inFolder { (folder) async throws in
            let path = "\(folder)/a"
            try "old".write(toFile: path, atomically: false, encoding: .utf8)
            let failure = await #expect(throws: Failure.self) {
                try await NewFile(path: path, mayReplace: false).write { _ in Issue.record("asked for bytes") }
            }
            #expect(failure?.hint?.contains("--force") == true)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
            try await NewFile(path: path, mayReplace: true).write { try $0(Array("new".utf8)) }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
            #expect(try files(folder) == ["a"])
        }
    }

    @Test("One that appears meanwhile is not written over")
    func race() async throws {
        try await inFolder { (folder) async throws in
            let path = "\(folder)/a"
            await #expect(throws: Failure.self) {
                try await NewFile(path: path, mayReplace: false).write { _ in
                    try "other".write(toFile: path, atomically: false, encoding: .utf8)
                }
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "other")
            #expect(try files(folder) == ["a"])
        }
    }

    @Test("A folder that is not there is told")
    func noFolder() async throws {
        let failure = await #expect(throws: Failure.self) {
            try await NewFile(path: "/nonexistent/folder/a", mayReplace: false).write { _ in }
        }
        #expect(failure?.message?.contains("No such file or directory") == true)
    }
}
