import Testing
import Units

@testable import Telemetry

@Suite("One look of what several have told")
struct CombinedLookTests {
    private let opener = DeviceOpener(
        pid: 7, startTime: 1, user: UserID(1001), command: "x", group: "/", devices: [DeviceID("a")])

    private struct Told {
        var vendor = "other"
        var isOpen = false
        var isComplete = true
        var isSeen = true
        var nvml: NVMLReading?
        var whole: Int?
        var clients: Int??
    }

    private func reading(_ told: Told) -> DeviceReading {
        var answer = MachineAnswer(at: 5)
        answer.scan = DeviceScan(
            openers: told.isOpen ? [opener] : [], reach: told.isComplete ? .all : .part,
            unseen: told.isSeen ? [] : [DeviceID("a")])
        var folder = PCIFolder(address: "", sys: "/nowhere")
        folder.busyPermille = told.whole
        answer.folders[DeviceID("a")] = folder
        if let clients = told.clients { answer.drm[DeviceID("a")] = .init(busyPermille: clients, memory: 3) }
        let nvml = NVMLLook(readings: told.nvml.map { [DeviceID("a"): $0] } ?? [:])
        return MachineLook.combined([watched("a", vendor: told.vendor)], answer, nvml).devices[0]
    }

    private func busy(_ told: Told) -> String {
        let reading = reading(told)
        return "\(reading.busyPermille.map(String.init) ?? "nil") \(reading.source.rawValue)"
    }

    @Test func `a device that nothing has open was idle, where that is proven`() {
        #expect(busy(Told()) == "0 none")
        #expect(busy(Told(isOpen: true)) == "nil none")
        #expect(busy(Told(isComplete: false)) == "nil none")
        #expect(busy(Told(isSeen: false)) == "nil none")
        #expect(busy(Told(vendor: "nvidia", nvml: NVMLReading(pids: [4]))) == "nil none")
        #expect(busy(Told(vendor: "nvidia", nvml: NVMLReading())) == "0 none")
    }

    @Test func `NVIDIA's library knows best`() {
        #expect(busy(Told(vendor: "nvidia", isOpen: true, nvml: NVMLReading(busyPermille: 40))) == "40 nvml")
        #expect(busy(Told(vendor: "nvidia", isComplete: false, nvml: NVMLReading(busyPermille: 0))) == "0 nvml")
    }

    @Test func `clients of a driver count, and their idleness where all were seen`() {
        #expect(busy(Told(vendor: "intel", isOpen: true, clients: 120)) == "120 fdinfo")
        #expect(busy(Told(vendor: "intel", isOpen: true, clients: 0)) == "0 fdinfo")
        #expect(busy(Told(vendor: "intel", isOpen: true, isComplete: false, clients: 0)) == "nil none")
        #expect(busy(Told(vendor: "intel", isOpen: true, isComplete: false, clients: 120)) == "120 fdinfo")
        #expect(busy(Told(vendor: "intel", isOpen: true, clients: .some(nil))) == "nil none")
    }

    @Test func `what amdgpu says of the whole counts beside its clients, which leave out compute queues`() {
        #expect(busy(Told(vendor: "amd", isOpen: true, whole: 300, clients: 0)) == "300 sysfs")
        #expect(busy(Told(vendor: "amd", isOpen: true, whole: 0, clients: 250)) == "250 fdinfo")
        #expect(busy(Told(vendor: "amd", isOpen: true, whole: 0, clients: 0)) == "0 sysfs")
        #expect(busy(Told(vendor: "amd", isOpen: true, clients: 0)) == "nil none")
        #expect(busy(Told(vendor: "amd", isOpen: true, clients: 9)) == "9 fdinfo")
    }

    @Test func `memory is told by who knows the device, else by its clients`() {
        #expect(reading(Told(clients: 0)).memoryUsed == ByteCount(bytes: 3))
        let nvml = NVMLReading(memoryUsed: ByteCount(bytes: 9), memoryTotal: ByteCount(bytes: 10))
        #expect(reading(Told(nvml: nvml, clients: 0)).memoryUsed == ByteCount(bytes: 9))
        #expect(reading(Told(nvml: nvml)).memoryTotal == ByteCount(bytes: 10))
    }
}
