import Glibc
import Synchronization
import Units

@testable import Enforcement

/// A systemd of words only: every unit runs until it is stopped or killed.
final class NotingUnits: UnitManager {
    private struct Noted {
        var unit: TransientUnit
        var active = "active"
        var exit = ServiceExit(exitCode: nil, hasRun: true)
    }

    private let noted = Mutex<[String: Noted]>([:])
    private let changes = ChangeSignal()
    let starts = Mutex<[String: Int]>([:])
    let stopped = Mutex<[String]>([])
    let killed = Mutex<[String]>([])
    /// The signals that were sent, with those of `killed`.
    let signals = Mutex<[Int32]>([])
    /// Units whose properties were set again.
    let sets = Mutex<[String]>([])
    /// Failures that the next calls of `units(matching:)` end in.
    let failures = Mutex<[BusError]>([])
    /// What environment files held when their services were started.
    let files = Mutex<[String]>([])
    let ignoresTerm = Mutex(false)
    let unknownProperty = Mutex<String?>(nil)
    /// How the next service ends at once.
    let fate = Mutex<(String, ServiceExit)?>(nil)

    var names: [String] { noted.withLock { $0.keys.sorted() } }

    func unit(_ name: String) -> TransientUnit? { noted.withLock { $0[name]?.unit } }

    func end(_ name: String, _ exit: ServiceExit) {
        noted.withLock {
            $0[name]?.active = "failed"
            $0[name]?.exit = exit
        }
        changes.signal()
    }

    func start(_ unit: TransientUnit) async throws(BusError) -> Bool {
        let unknown = unknownProperty.withLock { $0 }
        if unit.properties.contains(where: { $0.name == unknown }) {
            throw BusError(name: "org.freedesktop.DBus.Error.PropertyReadOnly", text: "unknown property")
        }
        let isNew = noted.withLock { noted in
            if noted[unit.name] != nil { return false }
            noted[unit.name] = Noted(unit: unit)
            return true
        }
        if case .files(let paths) = unit.properties.first(where: { $0.name == "EnvironmentFiles" })?.value {
            files.withLock { $0 += paths.compactMap { SmallFile.text($0) } }
        }
        if isNew { starts.withLock { $0[unit.name, default: 0] += 1 } }
        if unit.name.hasSuffix(".service"), let (_, exit) = fate.withLock({ $0 }) { end(unit.name, exit) }
        changes.signal()
        return isNew
    }

    func set(_ unit: TransientUnit) async throws(BusError) {
        noted.withLock { noted in
            guard noted[unit.name] != nil else { return }
            noted[unit.name]?.unit.properties += unit.properties
        }
        sets.withLock { $0.append(unit.name) }
    }

    func nature(of slice: UnitState) async throws(BusError) -> SliceNature? {
        guard let unit = unit(slice.name) else { return nil }
        let policy = unit.properties.last { $0.name == "DevicePolicy" }?.value
        return SliceNature(isClosed: policy == .text("closed"), isTransient: !unit.properties.isEmpty)
    }

    /// Changes a property, as an administrator would.
    func change(_ name: String, _ property: TransientUnit.Property) {
        noted.withLock { $0[name]?.unit.properties.append(property) }
    }

    /// Takes a unit away, as an administrator would; or everything.
    func delete(_ name: String) {
        noted.withLock { $0[name] = nil }
        changes.signal()
    }

    /// Has systemd make a slice of itself, because something was put into it.
    func imply(_ name: String) {
        noted.withLock { $0[name] = Noted(unit: TransientUnit(name: name, properties: [])) }
    }

    func stop(_ name: String) async throws(BusError) {
        stopped.withLock { $0.append(name) }
        if !ignoresTerm.withLock({ $0 }) { finish() }
    }

    func kill(_ name: String, signal: Int32) async throws(BusError) {
        signals.withLock { $0.append(signal) }
        guard signal == SIGKILL else { return }
        killed.withLock { $0.append(name) }
        finish()
    }

    func reset(_ name: String) async throws(BusError) {
        noted.withLock { $0[name] = nil }
    }

    func units(matching patterns: [String]) async throws(BusError) -> [UnitState] {
        if let failure = failures.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw failure }
        return noted.withLock { noted in
            noted.filter { name, _ in patterns.contains { fnmatch($0, name, 0) == 0 } }.map { name, one in
                UnitState(name: name, active: one.active, sub: "running", hasJob: false, path: name)
            }
        }
    }

    func exit(of service: UnitState) async throws(BusError) -> ServiceExit? {
        noted.withLock { $0[service.name]?.exit }
    }

    var generation: UInt64 { changes.generation }

    func wait(after generation: UInt64, atMost limit: Duration) async {
        await changes.wait(after: generation, atMost: limit)
    }

    private func finish() {
        noted.withLock { noted in
            for name in noted.keys { noted[name] = noted[name]?.active == "failed" ? noted[name] : nil }
        }
        changes.signal()
    }
}
