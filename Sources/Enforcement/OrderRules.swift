import Telemetry
import Units

/// What an order has to be before anything is done for it: the enforcer trusts its client in nothing.
public struct OrderRules: Sendable {
    /// The lowest uid that may hold anything: below are the accounts of the system itself.
    public var lowestUser: UInt32

    public init(lowestUser: UInt32 = 1000) {
        self.lowestUser = lowestUser
    }

    /// Checks all that can be known without looking at the machine.
    /// - Throws: `ExecutorFailure.refused`, naming the field and what it may be.
    public func check(_ order: StartOrder) throws(ExecutorFailure) {
        switch order {
        case .holding(let holding):
            try check(holding)
        case .attach(let peer, let holding):
            try check(holding)
            guard peer.pid > 1 else { throw .refused("pid \(peer.pid) is not a process that can be moved") }
            guard peer.user == holding.owner || holding.sharedWith.contains(peer.user) else {
                throw .refused("uid \(peer.user) neither owns \(holding.reservation) nor shares it")
            }
        case .command(let command, let holding):
            try check(holding)
            try check(command)
        }
    }

    /// Checks an id: every unit's name is made from it.
    public func check(_ reservation: ReservationID) throws(ExecutorFailure) {
        guard (1...999_999_999_999_999).contains(reservation.number) else {
            throw .refused("reservation \(reservation.number): its number is from 1 to 999999999999999")
        }
    }

    /// Checks a process that is said to use devices without a grant.
    public func check(_ process: UnreservedProcess) throws(ExecutorFailure) {
        guard process.pid > 1 else { throw .refused("pid \(process.pid) is not a process that can be ended") }
        try check(process.user)
        try check(process.devices)
    }

    /// Checks devices that are to be looked at.
    public func check(_ devices: [WatchedDevice]) throws(ExecutorFailure) {
        try limit(devices.count, EnforcementLimits.watchedDevices, "devices")
        for device in devices {
            try checkDevice(device.id, device.vendor, texts: [device.uuid, device.pciAddress], device.files)
        }
    }

    /// Checks the time between SIGTERM and SIGKILL.
    public func check(grace: Span) throws(ExecutorFailure) {
        try check(grace, "grace")
    }

    /// Checks the time between a warning and the end.
    public func check(lead: Span) throws(ExecutorFailure) {
        try check(lead, "warning")
    }

    private func check(_ span: Span, _ what: String) throws(ExecutorFailure) {
        guard (0...EnforcementLimits.graceSeconds * 1000).contains(span.milliseconds) else {
            throw .refused("\(what): from 0 to \(EnforcementLimits.graceSeconds) seconds")
        }
    }

    private func check(_ holding: Holding) throws(ExecutorFailure) {
        try check(holding.reservation)
        try check(holding.owner)
        try limit(holding.sharedWith.count, EnforcementLimits.sharedWith, "sharedWith: users")
        for user in holding.sharedWith { try check(user) }
        try limit(holding.devices.count, EnforcementLimits.devices, "devices")
        for device in holding.devices { try check(device) }
        guard Set(holding.devices.map(\.id)).count == holding.devices.count else {
            throw .refused("devices: one is named twice")
        }
        if let share = holding.share {
            guard let part = Ratio(share), part > Ratio(thousandths: 0), part < .one, holding.devices.count == 1 else {
                throw .refused("share: a part of one device is a number below 1 such as 0.5")
            }
        }
        guard holding.memory >= .zero else { throw .refused("memory: \(holding.memory.bytes) bytes is below 0") }
    }

    private func check(_ user: UserID) throws(ExecutorFailure) {
        guard user.isUserAccount(from: UserID(lowestUser)) else {
            throw .refused("uid \(user): reservations are held by users' accounts, which are from \(lowestUser) on")
        }
    }

    private func check(_ device: HeldDevice) throws(ExecutorFailure) {
        try checkDevice(device.id, device.vendor, texts: [device.uuid], device.files)
        guard (0...9999).contains(device.ordinal) else {
            throw .refused("devices: ordinal of \(device.id) is not from 0 to 9999")
        }
    }

    private func checkDevice(
        _ id: DeviceID, _ vendor: String, texts: [String?], _ files: [String]
    ) throws(ExecutorFailure) {
        for text in [id.text] + texts.compactMap({ $0 }) {
            guard OrderRules.isIdentifier(text) else {
                throw .refused("devices: an id, UUID or address is 1 to 128 letters, digits and -._:/")
            }
        }
        guard ["nvidia", "amd", "intel", "other"].contains(vendor) else {
            throw .refused("devices: vendor of \(id) is not nvidia, amd, intel or other")
        }
        try limit(files.count, EnforcementLimits.filesPerDevice, "devices: files of one device")
        for file in files where DeviceFile.kind(of: file) == nil {
            throw .refused("devices: \(file.debugDescription) is not a device file of an accelerator")
        }
    }

    private func check(_ command: BatchCommand) throws(ExecutorFailure) {
        guard let program = command.arguments.first, !program.isEmpty, !program.hasSuffix("/") else {
            throw .refused("arguments: the first names the program")
        }
        try limit(program.utf8.count, EnforcementLimits.pathBytes, "arguments: bytes of the program's path")
        try limit(command.arguments.count, EnforcementLimits.arguments, "arguments")
        try limit(command.environment.count, EnforcementLimits.variables, "environment: variables")
        for text in command.arguments + Array(command.environment.values) where text.utf8.contains(0) {
            throw .refused("command: a text in it contains the character 0")
        }
        for name in command.environment.keys where !OrderRules.isVariableName(name) {
            throw .refused("environment: \(name.debugDescription) is not a name of a variable")
        }
        if let directory = command.directory, !OrderRules.isDirectory(directory) {
            throw .refused("directory: \(directory.debugDescription) is not an absolute path without . and ..")
        }
    }

    private func limit(_ count: Int, _ limit: Int, _ what: String) throws(ExecutorFailure) {
        guard count <= limit else { throw .refused("\(what): \(count) are more than \(limit)") }
    }

    private static func isIdentifier(_ text: String) -> Bool {
        (1...EnforcementLimits.identifierBytes).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in isWord(byte) || "-.:/".utf8.contains(byte) }
    }

    private static func isVariableName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
        return name.utf8.count <= EnforcementLimits.variableNameBytes && name.utf8.allSatisfy(isWord)
    }

    private static func isDirectory(_ path: String) -> Bool {
        path.hasPrefix("/") && path.utf8.count <= EnforcementLimits.pathBytes && !path.utf8.contains(0)
            && !path.split(separator: "/").contains { $0 == "." || $0 == ".." }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
    }
}
