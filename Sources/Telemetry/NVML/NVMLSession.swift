import CNVML
import Units

/// What NVIDIA's library tells of one device.
struct NVMLReading: Sendable, Equatable {
    var busyPermille: Int?
    var memoryUsed: ByteCount?
    var memoryTotal: ByteCount?
    var fault: String?
    /// Processes that have a context on it.
    var pids: [Int32] = []
}

/// What NVIDIA's library tells at one look.
struct NVMLLook: Sendable, Equatable {
    var readings: [DeviceID: NVMLReading] = [:]
    var blind: [String] = []
}

/// What the library is asked about just now.
struct NVMLStand: Sendable, Equatable {
    /// nil for what is no device's own: its start, its end, errors of all devices.
    var device: DeviceID?
    /// In nanoseconds of CLOCK_BOOTTIME.
    var since: Int64
}

/// A session with NVIDIA's library, for one thread.
///
/// It is kept between looks, for events come to who is there, and a driver that nobody holds may take seconds to start.
/// A device that is asked for no more (drained, to be reset) is let go: its session ends, and another begins for the
/// rest.
final class NVMLSession {
    private let path: String
    private let place: Place<NVMLStand?>
    private let now: @Sendable () -> Int64
    private var library: NVMLLibrary?
    private var isOpen = false
    private var events: NVMLLibrary.EventSet?
    /// Whole devices by their UUID: health is of the whole.
    private var wholes: [String: NVMLWhole] = [:]
    private var parts = NVMLParts()
    private var held: Set<DeviceID> = []
    private var notes = NVMLNotes()

    /// - Parameter place: is told what the library is asked about, for who waits for it.
    init(
        path: String, place: Place<NVMLStand?> = Place(nil), now: @escaping @Sendable () -> Int64 = Clock.boottime
    ) {
        self.path = path
        self.place = place
        self.now = now
    }

    /// A device with its handles.
    private struct Found {
        var device: WatchedDevice
        var handle: NVMLLibrary.Device
        /// The UUID of the whole device.
        var whole: String
        /// Which part it is; nil for a whole device.
        var gpuInstance: UInt32?
    }

    /// Looks at NVIDIA's devices; others are left out.
    /// - Parameters:
    ///   - at: nanoseconds of CLOCK_BOOTTIME.
    ///   - countsUse: false asks for health only, and leaves the time since which use is counted as it is.
    func look(_ devices: [WatchedDevice], at: Int64, countsUse: Bool) -> NVMLLook {
        let devices = devices.filter { $0.vendor == "nvidia" }
        stand(at: nil)
        defer { place.value = nil }
        notes = NVMLNotes()
        if countsUse, !held.isSubset(of: devices.map(\.id)) { end() }
        guard !devices.isEmpty, let library = open() else { return NVMLLook(blind: notes.lines) }
        var look = NVMLLook()
        let found = devices.compactMap { device in
            stand(at: device.id)
            held.insert(device.id)
            return find(device, library, &look)
        }
        stand(at: nil)
        takeEvents(library, at: at)
        for device in found {
            stand(at: device.device.id)
            look.readings[device.device.id] = read(device, library, at: at, countsUse: countsUse)
        }
        if countsUse { readParts(found, library, &look) }
        stand(at: nil)
        look.blind = notes.lines
        if notes.isUnloaded { end() }
        return look
    }

    private func stand(at device: DeviceID?) { place.value = NVMLStand(device: device, since: now()) }

    /// The library in a session; nil, with a note, where there is none.
    private func open() -> NVMLLibrary? {
        do throws(NVMLAbsent) {
            if library == nil { library = try NVMLLibrary(path: path) }
            guard let library, !isOpen else { return library }
            let result = library.initialize()
            guard notes.isDone(result, "its start", library) else { return nil }
            isOpen = true
            if !notes.isDone(library.makeEvents(&events), "errors as they happen", library) { events = nil }
            return library
        } catch {
            notes.add("NVIDIA's library: \(error.reason)")
            return nil
        }
    }

    /// Ends the session. The library stays mapped: threads of its own may still be on their way out.
    private func end() {
        if isOpen, let library {
            if let events { library.freeEvents(events) }
            parts.free(library)
            library.shutdown()
        }
        isOpen = false
        events = nil
        held = []
        for uuid in wholes.keys { wholes[uuid]?.isRegistered = false }
    }

    private func find(_ device: WatchedDevice, _ library: NVMLLibrary, _ look: inout NVMLLook) -> Found? {
        var handle: NVMLLibrary.Device?
        let result: NVMLResult
        if let uuid = device.uuid {
            result = library.device(uuid: uuid, &handle)
        } else if let address = device.pciAddress {
            result = library.device(pciAddress: address, &handle)
        } else {
            notes.add("\(device.id): neither a UUID nor a PCI address is known")
            return nil
        }
        let what = "the device itself"
        if result == .notFound {
            look.readings[device.id] = NVMLReading(fault: "NVIDIA's driver knows no such device")
        } else if let fault = NVMLWhole.fault(result) {
            look.readings[device.id] = NVMLReading(fault: fault)
        }
        guard notes.isDone(result, what, library), let handle else { return nil }
        var found = Found(device: device, handle: handle, whole: "", gpuInstance: nil)
        var whole: NVMLLibrary.Device? = handle
        if device.uuid?.hasPrefix("MIG-") == true {
            var instance: UInt32 = 0
            guard notes.isDone(library.whole(of: handle, &whole), what, library) else { return nil }
            if notes.isDone(library.number("nvmlDeviceGetGpuInstanceId", handle, &instance), "a part's number", library)
            {
                found.gpuInstance = instance
            }
        }
        guard let whole, notes.isDone(library.uuid(whole, &found.whole), what, library) else { return nil }
        wholes[found.whole, default: NVMLWhole()].device = whole
        register(found.whole, library)
        return found
    }

    private func register(_ uuid: String, _ library: NVMLLibrary) {
        guard let events, let whole = wholes[uuid], !whole.isRegistered, let device = whole.device else { return }
        let result = library.register(device, for: events)
        wholes[uuid]?.isRegistered = notes.isDone(result, "errors as they happen", library)
    }

    /// Takes all events that have happened.
    private func takeEvents(_ library: NVMLLibrary, at: Int64) {
        guard let events else { return }
        for _ in 0..<NVMLLimits.events {
            var event = allot_nvml_event()
            let result = library.nextEvent(events, &event)
            if result == .timeout { return }
            guard notes.isDone(result, "errors as they happen", library) else { return }
            var uuid = ""
            guard let device = event.device, notes.isDone(library.uuid(device, &uuid), "whose error it is", library)
            else { continue }
            let isDoubleBit = event.type & allot_nvml_event_double_bit_error != 0
            let isXid = event.type & allot_nvml_event_xid != 0
            guard let fault = isXid ? Xid.fault(event.data) : isDoubleBit ? "double bit ECC error" : nil else {
                continue
            }
            let instance = event.gpu_instance == allot_nvml_no_instance ? nil : event.gpu_instance
            wholes[uuid]?.remember(fault, gpuInstance: instance, at: at)
        }
    }

    private func read(_ found: Found, _ library: NVMLLibrary, at: Int64, countsUse: Bool) -> NVMLReading {
        var reading = NVMLReading()
        var whole = wholes[found.whole] ?? NVMLWhole()
        var fault = whole.health(library, &notes, at: at, gpuInstance: found.gpuInstance)
        var memory = allot_nvml_memory_2()
        let result = library.memory(found.handle, &memory)
        fault = fault ?? NVMLWhole.fault(result)
        if notes.isDone(result, "memory in use", library) {
            reading.memoryUsed = ByteCount(bytes: Int64(clamping: memory.used))
            reading.memoryTotal = ByteCount(bytes: Int64(clamping: memory.total))
        }
        if countsUse {
            _ = notes.isDone(library.processes(found.handle, &reading.pids), "processes", library)
            if found.device.uuid?.hasPrefix("MIG-") != true {
                reading.busyPermille = whole.busy(found.handle, library, &notes)
            }
        }
        reading.fault = fault
        wholes[found.whole] = whole
        return reading
    }

    /// How busy parts are. Asked when all else is told, so that nothing of it waits for counters, or fails with them.
    private func readParts(_ found: [Found], _ library: NVMLLibrary, _ look: inout NVMLLook) {
        parts.begin()
        for part in found {
            guard let number = part.gpuInstance, let whole = wholes[part.whole]?.device else { continue }
            stand(at: part.device.id)
            let instance = NVMLParts.Instance(whole: part.whole, number: number)
            let told = parts.busy(part.handle, of: instance, on: whole, library, &notes, now: now())
            look.readings[part.device.id]?.busyPermille = told.permille
            if look.readings[part.device.id]?.fault == nil { look.readings[part.device.id]?.fault = told.fault }
        }
        parts.finish(library)
    }
}
