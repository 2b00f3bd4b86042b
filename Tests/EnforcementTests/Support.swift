import Dispatch
import Glibc
import Logging
import Testing
import Units

@testable import Enforcement

/// A folder of a test's own, gone with it.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/allot-test.XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        path = String(cString: made)
    }

    deinit { TemporaryFolder.remove(path) }

    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in (try? SmallFile.names(in: path)) ?? [] { remove("\(path)/\(name)") }
        rmdir(path)
    }
}

/// A logger that says nothing.
let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Waits until a condition holds, looking often.
func until(
    seconds: Int = 20, _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try await !condition() {
        guard ContinuousClock.now < end else {
            Issue.record(what, sourceLocation: sourceLocation)
            throw NeverBecameSo()
        }
        await aMoment()
    }
}

struct NeverBecameSo: Error {}

/// A queue with a thread of its own, so that nothing else holds up a moment.
private let moments = DispatchQueue(label: "moments")

/// A moment before a condition is looked at again, so that what it waits for gets the processor.
func aMoment() async {
    await withCheckedContinuation { continuation in
        moments.asyncAfter(deadline: .now() + .milliseconds(2)) { continuation.resume() }
    }
}

/// A grant of this user's.
func grant(
    _ number: Int64 = 1, owner: UInt32 = getuid(), devices: [HeldDevice] = [], processors: [Int] = [],
    nodes: [Int] = [], memory: Int64 = 0
) -> Holding {
    Holding(
        reservation: ReservationID(number), owner: UserID(owner), devices: devices, processors: BitSet(processors),
        memoryNodes: BitSet(nodes), memory: ByteCount(bytes: memory))
}

func device(
    _ id: String, vendor: String = "nvidia", uuid: String? = nil, ordinal: Int = 0, files: [String] = []
) -> HeldDevice {
    HeldDevice(id: DeviceID(id), vendor: vendor, uuid: uuid, ordinal: ordinal, files: files)
}

func command(_ arguments: String..., environment: [String: String] = [:], directory: String? = "/") -> BatchCommand {
    BatchCommand(arguments: arguments, environment: environment, directory: directory)
}

/// Starts `/bin/sh -c script` as a child of this test.
func child(_ script: String, environment: [String: String] = [:], folder: TemporaryFolder) throws -> Int32 {
    try Spawn(
        path: "/bin/sh", arguments: ["sh", "-c", script], environment: environment, directory: "/",
        output: "\(folder.path)/output", marker: "\(folder.path)/marker-\(UInt64.random(in: 0 ... .max))",
        processors: BitSet(), memoryNodes: BitSet()
    ).start()
}

/// Takes an ended child from the kernel's table, waiting for it.
@discardableResult
func reap(_ pid: Int32) -> Int32 {
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return status
}

func isRunning(_ pid: Int32) -> Bool {
    ProcessTable.facts(of: pid).map { !$0.isZombie } ?? false
}
