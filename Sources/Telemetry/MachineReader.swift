import CLinux
import Glibc
import Units

/// What is asked of the kernel.
enum MachineRequest: Sendable {
    case look([WatchedDevice], [ReservationID])
    case openers([WatchedDevice])
    case health([WatchedDevice])
    /// Processes that are known to use devices by other means.
    case processes([Int32: [DeviceID]])
}

/// What the kernel tells.
struct MachineAnswer: Sendable {
    /// Nanoseconds of CLOCK_BOOTTIME.
    var at: Int64
    var scan = DeviceScan(openers: [], reach: .part)
    var drm: [DeviceID: DRMUsage.Reading] = [:]
    var folders: [DeviceID: PCIFolder] = [:]
    var faults: [DeviceID: String] = [:]
    var groups: [GroupReading] = []
    var blind: [String] = []
}

/// Reads what the kernel shows of devices and control groups.
struct MachineReader {
    private let places: DeviceWatch.Places
    private let besides: Int32?
    private let walk: WalkPlace
    private var usage = DRMUsage()

    init(places: DeviceWatch.Places, besides: Int32?, walk: WalkPlace) {
        self.places = places
        self.walk = walk
        self.besides = besides
    }

    mutating func read(_ request: MachineRequest) -> MachineAnswer {
        var answer = MachineAnswer(at: Clock.boottime())
        switch request {
        case .openers(let devices):
            var walk = ProcessWalk(
                devices: devices, proc: places.proc, besides: besides, readsUsage: false, at: walk)
            answer.scan = walk.scan()
        case .health(let devices):
            readHealth(devices, into: &answer)
        case .processes(let found):
            answer.scan.openers = DeviceOpener.read(found, proc: places.proc)
        case .look(let devices, let groups):
            readHealth(devices, into: &answer)
            readUse(devices, into: &answer)
            readGroups(groups, into: &answer)
        }
        return answer
    }

    private func readHealth(_ devices: [WatchedDevice], into answer: inout MachineAnswer) {
        for device in devices {
            for path in device.files.prefix(TelemetryLimits.filesPerDevice) where answer.faults[device.id] == nil {
                answer.faults[device.id] = MachineReader.fault(ofFile: path)
            }
            guard let address = device.pciAddress else { continue }
            let folder = PCIFolder(address: address, sys: places.sys)
            answer.folders[device.id] = folder
            if !folder.isThere { answer.faults[device.id] = "the bus shows no device at \(address)" }
        }
    }

    private mutating func readUse(_ devices: [WatchedDevice], into answer: inout MachineAnswer) {
        var walk = ProcessWalk(devices: devices, proc: places.proc, besides: besides, readsUsage: true, at: walk)
        answer.scan = walk.scan()
        answer.at = Clock.boottime()
        usage.keep(devices.map(\.id))
        var clients: [Int: [DRMClient?]] = [:]
        for found in walk.usage { clients[found.device, default: []].append(found.client) }
        for (position, device) in devices.enumerated() {
            let reading = usage.fold(device.id, clients[position] ?? [], at: answer.at)
            if clients[position] != nil { answer.drm[device.id] = reading }
        }
    }

    private func readGroups(_ groups: [ReservationID], into answer: inout MachineAnswer) {
        for reservation in groups {
            do throws(CgroupError) {
                let folder = "\(places.groups)/allot.slice/allot-r\(reservation.number).slice"
                let usage = try CgroupUsage.read(folder: folder)
                answer.groups.append(
                    GroupReading(
                        reservation: reservation, cpuMicroseconds: usage.cpuMicroseconds, memory: usage.memory,
                        memoryPeak: usage.memoryPeak, tasks: usage.tasks))
            } catch {
                if case .gone = error { continue }
                if answer.blind.count < TelemetryLimits.blindLines {
                    answer.blind.append(
                        Words.printable("\(error)", limitBytes: TelemetryLimits.sentenceBytes))
                }
            }
        }
    }

    /// Why a device's file can't be one; nil where it is there, or nobody may look.
    private static func fault(ofFile path: String) -> String? {
        var file = allot_file()
        let result = allot_file_look(AT_FDCWD, path, &file)
        if result == 0 { return DeviceNumbers.isDevice(file) ? nil : "\(path) is no device file any more" }
        let isGone = [ENOENT, ENOTDIR, ENODEV, ENXIO].contains(-result)
        return isGone ? "\(path) is gone" : nil
    }
}
