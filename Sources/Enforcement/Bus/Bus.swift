import CSystemd
import Glibc

/// A connection to the system bus, with systemd at its other end. Not for sharing: one thread makes and uses it.
final class Bus {
    static let systemd = "org.freedesktop.systemd1"
    static let managerPath = "/org/freedesktop/systemd1"
    static let manager = "org.freedesktop.systemd1.Manager"

    private let pointer: OpaquePointer

    init() throws(BusError) {
        var opened: OpaquePointer?
        let result = sd_bus_open_system(&opened)
        guard result >= 0, let opened else { throw BusError(result: result) }
        pointer = opened
    }

    deinit { sd_bus_flush_close_unref(pointer) }

    /// Calls a method of systemd's manager.
    func manage<Value>(
        _ method: String, _ write: (BusMessage) throws(BusError) -> Void = { (_) throws(BusError) in },
        reading read: (BusMessage) throws(BusError) -> Value
    ) throws(BusError) -> Value {
        try call(Bus.systemd, Bus.managerPath, Bus.manager, method, write, reading: read)
    }

    /// A property of a unit, read by `read`.
    func property<Value>(
        _ name: String, type: String, of path: String, interface: String,
        reading read: (BusMessage) throws(BusError) -> Value
    ) throws(BusError) -> Value {
        var error = sd_bus_error()
        defer { sd_bus_error_free(&error) }
        var reply: OpaquePointer?
        let result = sd_bus_get_property(pointer, Bus.systemd, path, interface, name, &error, &reply, type)
        guard result >= 0, let reply else { throw failure(error, result) }
        return try read(BusMessage(owning: reply))
    }

    /// Asks systemd for signals, and the bus for those about the units that `rules` match.
    func subscribe(rules: [String]) throws(BusError) {
        for rule in rules {
            let name = "org.freedesktop.DBus"
            try call(name, "/org/freedesktop/DBus", name, "AddMatch") { (message) throws(BusError) in
                try message.append(rule)
            } reading: { _ in
            }
        }
        try manage("Subscribe") { _ in
        }
    }

    /// Takes the next thing that has arrived.
    /// - Returns: whether there was something.
    func processNext(_ signal: (BusMessage) -> Void) throws(BusError) -> Bool {
        var received: OpaquePointer?
        let result = sd_bus_process(pointer, &received)
        guard result >= 0 else { throw BusError(result: result) }
        if let received {
            let message = BusMessage(owning: received)
            if sd_bus_message_is_signal(received, nil, nil) > 0 { signal(message) }
        }
        return result > 0
    }

    /// Whether it can still be used.
    var isOpen: Bool { sd_bus_is_open(pointer) > 0 }

    /// What poll(2) is to wait for.
    var polled: pollfd {
        pollfd(fd: sd_bus_get_fd(pointer), events: Int16(truncatingIfNeeded: sd_bus_get_events(pointer)), revents: 0)
    }

    private func call<Value>(
        _ destination: String, _ path: String, _ interface: String, _ method: String,
        _ write: (BusMessage) throws(BusError) -> Void,
        reading read: (BusMessage) throws(BusError) -> Value
    ) throws(BusError) -> Value {
        var made: OpaquePointer?
        var result = sd_bus_message_new_method_call(pointer, &made, destination, path, interface, method)
        guard result >= 0, let made else { throw BusError(result: result) }
        let message = BusMessage(owning: made)
        try write(message)
        var error = sd_bus_error()
        defer { sd_bus_error_free(&error) }
        var reply: OpaquePointer?
        result = sd_bus_call(pointer, made, 0, &error, &reply)
        guard result >= 0, let reply else { throw failure(error, result) }
        return try read(BusMessage(owning: reply))
    }

    private func failure(_ error: sd_bus_error, _ result: Int32) -> BusError {
        guard let name = error.name else { return BusError(result: result) }
        return BusError(name: String(cString: name), text: error.message.map { String(cString: $0) } ?? "")
    }
}
