import Foundation
import Testing
import Units

@testable import Topology

@Suite("What NVML adds")
struct NVMLTests {
    private func host(_ addresses: [String], _ told: [NVMLDevice], files: [String: String] = [:]) throws -> Host {
        try Inputs.withFolder { folder in
            let machine = FakeMachine(root: folder)
            for (path, text) in files { try machine.write(path, text) }
            var topology = TinyTopology()
            topology.functions = addresses.map {
                .init(address: $0, osDevices: [("renderD12\($0.dropFirst(6).first ?? "0")", 1, [])])
            }
            var host = try topology.host()
            try LiveDevices(machine: machine.files, nvml: told).enrich(&host)
            #expect(fault(in: host) == nil)
            return host
        }
    }

    private func uuid(_ number: Int, _ kind: String = "GPU") -> String {
        "\(kind)-00000000-0000-0000-0000-00000000000\(number)"
    }

    @Test func `a GPU gets name, UUID, memory and minor by its PCI address`() throws {
        let told = NVMLDevice(
            pciAddress: "0000:02:00.0", uuid: uuid(2), name: "NVIDIA H200", memory: .gibibytes(141), minor: 5)
        let devices = try host(["0000:01:00.0", "0000:02:00.0"], [told]).devices
        #expect(devices.map(\.model) == ["10de:2335", "NVIDIA H200"])
        #expect(devices.map(\.memory) == [nil, .gibibytes(141)])
        #expect(devices.map(\.id.text) == ["0000:01:00.0", uuid(2)])
        #expect(devices[1].files == ["/dev/dri/renderD122", "/dev/nvidia5"])
    }

    @Test func `in MIG mode the instances take the whole's place`() throws {
        var told = NVMLDevice(
            pciAddress: "0000:01:00.0", uuid: uuid(1), name: "NVIDIA H200", memory: .gibibytes(141), minor: 0)
        told.isPartitioned = true
        told.instances = [
            .init(
                uuid: uuid(3, "MIG"), name: "NVIDIA H200 MIG 3g.71gb", memory: .gibibytes(69), gpuInstance: 2,
                computeInstance: 0),
            .init(
                uuid: uuid(4, "MIG"), name: "NVIDIA H200 MIG 1g.18gb", memory: .gibibytes(16), gpuInstance: 9,
                computeInstance: 0),
        ]
        let capabilities = "proc/driver/nvidia/capabilities/gpu0/mig/gi2"
        let host = try host(
            ["0000:01:00.0", "0000:02:00.0"], [told],
            files: [
                "\(capabilities)/access": "DeviceFileMinor: 21\nDeviceFileMode: 292\nDeviceFileModify: 1",
                "\(capabilities)/ci0/access": "DeviceFileMinor: 22\nDeviceFileMode: 292\nDeviceFileModify: 1",
            ])
        #expect(host.devices.map(\.id.text) == [uuid(3, "MIG"), uuid(4, "MIG"), "0000:02:00.0"])
        #expect(
            host.devices.map(\.partition) == [
                .init(parent: uuid(1), index: 0, profile: "3g.71gb"),
                .init(parent: uuid(1), index: 1, profile: "1g.18gb"),
                nil,
            ])
        #expect(host.devices[0].model == "NVIDIA H200 MIG 3g.71gb")
        #expect(host.devices[0].memory == .gibibytes(69))
        #expect(
            host.devices[0].files == [
                "/dev/nvidia-caps/nvidia-cap21", "/dev/nvidia-caps/nvidia-cap22", "/dev/nvidia0",
            ])
        #expect(host.devices[1].files == ["/dev/nvidia0"])
    }

    @Test func `a GPU in MIG mode without instances has nothing to reserve`() throws {
        var told = NVMLDevice(pciAddress: "0000:01:00.0")
        told.isPartitioned = true
        #expect(try host(["0000:01:00.0"], [told]).devices.isEmpty)
    }

    @Test func `links between GPUs and over switches become the matrix`() throws {
        let addresses = ["0000:01:00.0", "0000:02:00.0", "0000:03:00.0"]
        let told = addresses.enumerated().map { index, address in
            var device = NVMLDevice(pciAddress: address)
            if index < 2 {
                device.links = [
                    .init(remote: .gpu(addresses[1 - index]), bandwidth: 25_000), .init(remote: .fabric, bandwidth: 50),
                    .init(remote: .fabric, bandwidth: 50), .init(remote: .gpu("0000:77:00.0"), bandwidth: 9),
                ]
            }
            return device
        }
        let links = try host(addresses, told).links
        #expect(links.kind == "NVLink")
        #expect(links.bandwidth == [[0, 25_100, 0], [25_100, 0, 0], [0, 0, 0]])
    }
}
