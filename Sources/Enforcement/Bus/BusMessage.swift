import CSystemd
import Glibc

/// What the bus, or whom it reached, had to say against a call.
struct BusError: Error, Sendable, Hashable {
    /// The D-Bus error's name; empty where the bus itself failed.
    var name: String
    var text: String

    init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// From a negative result of an sd-bus call.
    init(result: Int32) {
        name = ""
        text = errorText(-result)
    }

    /// There is no such unit, or no more.
    var isNoSuchUnit: Bool {
        name == "org.freedesktop.systemd1.NoSuchUnit" || name == "org.freedesktop.DBus.Error.UnknownObject"
    }

    /// A unit of that name is there already.
    var isUnitExists: Bool { name == "org.freedesktop.systemd1.UnitExists" }

    /// This systemd does not know a property.
    var isUnknownProperty: Bool {
        name == "org.freedesktop.DBus.Error.PropertyReadOnly" || name == "org.freedesktop.DBus.Error.UnknownProperty"
    }

    /// The bus or systemd itself was away, is starting, or said nothing: whether the call was heard is not known, and
    /// it may well be answered in a moment.
    var isOfTheBus: Bool { name.isEmpty || BusError.absences.contains(name) }

    private static let absences = Set(
        [
            "Disconnected", "NameHasNoOwner", "NoReply", "NoServer", "ServiceUnknown", "TimedOut", "Timeout",
            "Spawn.ChildExited", "Spawn.ExecFailed",
        ].map { "org.freedesktop.DBus.Error.\($0)" })

    /// Arguments that systemd will not take, now or later.
    var isInvalid: Bool { name == "org.freedesktop.DBus.Error.InvalidArgs" }
}

/// A D-Bus message that is being written or read. Confined to the thread of its bus.
final class BusMessage {
    let pointer: OpaquePointer

    /// Takes over one reference.
    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { sd_bus_message_unref(pointer) }

    // MARK: - Writing

    func append(_ text: String) throws(BusError) {
        try check(text.withCString { sd_bus_message_append_basic(pointer, letter("s"), $0) })
    }

    func append(_ number: UInt64) throws(BusError) {
        var number = number
        try check(sd_bus_message_append_basic(pointer, letter("t"), &number))
    }

    func append(_ number: Int32) throws(BusError) {
        var number = number
        try check(sd_bus_message_append_basic(pointer, letter("i"), &number))
    }

    func append(_ flag: Bool) throws(BusError) {
        var number: Int32 = flag ? 1 : 0
        try check(sd_bus_message_append_basic(pointer, letter("b"), &number))
    }

    func append(bytes: [UInt8]) throws(BusError) {
        try check(bytes.withUnsafeBytes { sd_bus_message_append_array(pointer, letter("y"), $0.baseAddress, $0.count) })
    }

    func append(numbers: [UInt32]) throws(BusError) {
        try check(
            numbers.withUnsafeBytes { sd_bus_message_append_array(pointer, letter("u"), $0.baseAddress, $0.count) })
    }

    func append(texts: [String]) throws(BusError) {
        try array("s") { () throws(BusError) in for text in texts { try append(text) } }
    }

    func array(_ contents: String, _ body: () throws(BusError) -> Void) throws(BusError) {
        try container("a", contents, body)
    }

    func record(_ contents: String, _ body: () throws(BusError) -> Void) throws(BusError) {
        try container("r", contents, body)
    }

    func variant(_ contents: String, _ body: () throws(BusError) -> Void) throws(BusError) {
        try container("v", contents, body)
    }

    private func container(
        _ kind: Unicode.Scalar, _ contents: String, _ body: () throws(BusError) -> Void
    ) throws(BusError) {
        try check(sd_bus_message_open_container(pointer, letter(kind), contents))
        try body()
        try check(sd_bus_message_close_container(pointer))
    }

    // MARK: - Reading

    /// The next text, or object path.
    func text(_ kind: Unicode.Scalar = "s") throws(BusError) -> String {
        var text: UnsafePointer<CChar>?
        try check(sd_bus_message_read_basic(pointer, letter(kind), &text))
        return text.map { String(cString: $0) } ?? ""
    }

    func unsigned() throws(BusError) -> UInt32 {
        var number: UInt32 = 0
        try check(sd_bus_message_read_basic(pointer, letter("u"), &number))
        return number
    }

    func large() throws(BusError) -> UInt64 {
        var number: UInt64 = 0
        try check(sd_bus_message_read_basic(pointer, letter("t"), &number))
        return number
    }

    func signed() throws(BusError) -> Int32 {
        var number: Int32 = 0
        try check(sd_bus_message_read_basic(pointer, letter("i"), &number))
        return number
    }

    func flag() throws(BusError) -> Bool {
        var number: Int32 = 0
        try check(sd_bus_message_read_basic(pointer, letter("b"), &number))
        return number != 0
    }

    /// The bytes of an array of them.
    func bytes() throws(BusError) -> [UInt8] {
        var start: UnsafeRawPointer?
        var count = 0
        try check(sd_bus_message_read_array(pointer, letter("y"), &start, &count))
        return start.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) } ?? []
    }

    /// The records of an array, each read by `body`.
    func records<Value>(_ contents: String, _ body: () throws(BusError) -> Value) throws(BusError) -> [Value] {
        var values: [Value] = []
        try check(sd_bus_message_enter_container(pointer, letter("a"), "(\(contents))"))
        while try check(sd_bus_message_enter_container(pointer, letter("r"), contents)) > 0 {
            values.append(try body())
            try check(sd_bus_message_exit_container(pointer))
        }
        try check(sd_bus_message_exit_container(pointer))
        return values
    }

    // MARK: - Signals

    var path: String { sd_bus_message_get_path(pointer).map { String(cString: $0) } ?? "" }

    var member: String { sd_bus_message_get_member(pointer).map { String(cString: $0) } ?? "" }

    @discardableResult
    private func check(_ result: Int32) throws(BusError) -> Int32 {
        guard result >= 0 else { throw BusError(result: result) }
        return result
    }
}

private func letter(_ scalar: Unicode.Scalar) -> CChar {
    CChar(truncatingIfNeeded: scalar.value)
}
