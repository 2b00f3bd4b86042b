import Testing
import Topology
import Units

@Suite("The project's sample topologies")
struct SampleTests {
    private func sample(_ name: String) throws -> Host {
        try Host(contentsOf: Inputs.samples.appending(path: name).path)
    }

    @Test func `the server has eight linked GPUs over four NUMA nodes`() throws {
        let host = try sample("server-8gpu-nvswitch.xml")
        #expect(fault(in: host) == nil)
        #expect(host.name == "server")
        #expect(host.packages.map(\.cores.list) == ["0-31", "32-63"])
        #expect(host.numaNodes.map(\.cores.list) == ["0-15", "16-31", "32-47", "48-63"])
        #expect(host.memory == .gibibytes(1024))
        #expect(host.cores.first?.processingUnits.list == "0,64")
        #expect(host.devices.map(\.numaNode) == [0, 0, 1, 1, 2, 2, 3, 3])
        #expect(Set(host.devices.map(\.model)) == ["NVIDIA H100 80GB HBM3"])
        #expect(Set(host.devices.map(\.memory)) == [ByteCount(bytes: 83_516_416 << 10)])
        for (index, device) in host.devices.enumerated() {
            #expect(device.uuid == device.id.text && device.id.text.hasPrefix("GPU-"))
            #expect(
                device.files == ["/dev/dri/card\(index + 1)", "/dev/dri/renderD\(128 + index)", "/dev/nvidia\(index)"])
        }
        #expect(host.links.kind == "NVLink")
        #expect(host.links.islands == [DeviceSet(first: 8)])
        #expect(host.links.bandwidth[0] == [0] + Array(repeating: 450_000, count: 7))
    }

    @Test func `the workstation has two GPUs without links`() throws {
        let host = try sample("workstation-2gpu.xml")
        #expect(fault(in: host) == nil)
        #expect(host.cores.count == 16 && host.packages.count == 1 && host.numaNodes.count == 1)
        #expect(host.memory == .gibibytes(128))
        #expect(host.devices.map(\.pciAddress) == ["0000:02:00.0", "0000:05:00.0"])
        #expect(host.devices.map(\.model) == ["NVIDIA GeForce RTX 4090", "NVIDIA GeForce RTX 4090"])
        #expect(host.links == .none(count: 2))
        #expect(host.links.islands.count == 2)
    }

    @Test func `the host without GPUs has cores and memory, and its console is no device`() throws {
        let host = try sample("cpu-only.xml")
        #expect(fault(in: host) == nil)
        #expect(host.cores.count == 48 && host.packages.count == 2 && host.numaNodes.count == 2)
        #expect(host.memory == .gibibytes(384))
        #expect(host.devices.isEmpty)
        #expect(host.links == .none(count: 0))
    }
}
