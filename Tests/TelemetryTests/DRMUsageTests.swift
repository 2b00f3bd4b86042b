import Testing
import Units

@testable import Telemetry

@Suite("How busy a device was, by its DRM clients")
struct DRMUsageTests {
    private let device = DeviceID("a")
    private let second: Int64 = 1_000_000_000

    /// What each look but the first gives, a second apart.
    private func busy(_ looks: [[String]]) -> [Int?] {
        var usage = DRMUsage()
        return looks.enumerated().map { number, look in
            usage.fold(device, look.map { DRMClient($0) }, at: Int64(number + 1) * second).busyPermille
        }
    }

    @Test func `a first look can tell nothing`() {
        #expect(busy([[FDInfo.i915(client: 1, render: 5, video: 0)]]) == [nil])
    }

    @Test func `the busiest class of engines counts, by how many engines it has`() {
        let looks = [(0, 0), (400, 0), (400, 1000), (500, 1500), (500, 1500)].map { render, video in
            [FDInfo.i915(client: 1, render: render * 1_000_000, video: video * 1_000_000)]
        }
        #expect(busy(looks) == [nil, 400, 500, 250, 0])
    }

    @Test func `copies of a descriptor are one client, and clients add up`() {
        let before = [FDInfo.amdgpu(client: 1, gfx: 0), FDInfo.amdgpu(client: 1, gfx: 0), FDInfo.amdgpu(client: 2)]
        let after = [
            FDInfo.amdgpu(client: 1, gfx: 100_000_000), FDInfo.amdgpu(client: 1, gfx: 100_000_000),
            FDInfo.amdgpu(client: 2, gfx: 200_000_000),
        ]
        #expect(busy([before, after]) == [nil, 300])
    }

    @Test func `a client that has come since the last look counts from its beginning`() {
        #expect(busy([[], [FDInfo.amdgpu(client: 9, compute: 250_000_000)]]) == [nil, 250])
        #expect(busy([[], [FDInfo.amdgpu(client: 9)]]) == [nil, 0])
    }

    @Test func `more than the time that has passed is all of it`() {
        let looks = [0, 7_000_000_000].map { [FDInfo.amdgpu(client: 1, gfx: $0)] }
        #expect(busy(looks) == [nil, 1000])
    }

    @Test func `a count that goes back holds until it has caught up`() {
        let looks = [800, 300, 900].map { [FDInfo.amdgpu(client: 1, gfx: $0 * 1_000_000)] }
        #expect(busy(looks) == [nil, 0, 100])
    }

    @Test func `cycles are a share of the cycles that have passed`() {
        let looks: [[String]] = [(0, 0, 1000), (100, 0, 2000), (100, 2000, 3000)].map { rcs, ccs, total in
            [
                FDInfo.xe(client: 1, rcs: rcs, ccs: ccs, total: total),
                FDInfo.xe(client: 2, rcs: 0, ccs: 0, total: total),
            ]
        }
        #expect(busy(looks) == [nil, 100, 500])
    }

    @Test func `a first client that counts in cycles can not be told yet`() {
        let looks = [
            [], [FDInfo.xe(client: 1, rcs: 10, ccs: 0, total: 1000)],
            [FDInfo.xe(client: 1, rcs: 20, ccs: 0, total: 1100)],
        ]
        #expect(busy(looks) == [nil, nil, 100])
    }

    @Test(arguments: [
        "drm-driver:\tvgem\ndrm-client-id:\t5\n", "drm-driver:\ti915\ndrm-engine-render:\t9 ns\n", "pos:\t0\n",
    ])
    func `a client that can not be told hides idleness, not work`(other: String) {
        let idle = FDInfo.amdgpu(client: 1, gfx: 5)
        #expect(busy([[idle, other], [idle, other]]) == [nil, nil])
        #expect(busy([[idle, other], [FDInfo.amdgpu(client: 1, gfx: 500_000_005), other]]) == [nil, 500])
    }

    @Test func `memory is what all clients have on the device`() {
        var usage = DRMUsage()
        let clients = [1, 2, 2].map { DRMClient(FDInfo.amdgpu(client: $0, vram: 1024)) }
        #expect(usage.fold(device, clients, at: second).memory == 2 << 20)
        #expect(usage.fold(device, [DRMClient(FDInfo.msm)], at: second).memory == nil)
    }

    @Test func `a look at no time can tell nothing, and a device that was forgotten begins anew`() {
        var usage = DRMUsage()
        let client = DRMClient(FDInfo.amdgpu(client: 1, gfx: 1))
        _ = usage.fold(device, [client], at: second)
        #expect(usage.fold(device, [client], at: second).busyPermille == nil)
        #expect(usage.fold(device, [client], at: 2 * second).busyPermille == 0)
        usage.keep([DeviceID("b")])
        #expect(usage.fold(device, [client], at: 3 * second).busyPermille == nil)
    }
}

@Suite("What the kernel tells of a PCI device")
struct PCIFolderTests {
    private let sys = TemporaryFolder()
    private let address = "0000:3b:00.0"

    private func write(_ name: String, _ text: String) { sys.write("bus/pci/devices/\(address)/\(name)", text) }

    @Test func `amdgpu's own counts are read`() {
        write("gpu_busy_percent", "37\n")
        write("mem_info_vram_used", "1048576\n")
        write("mem_info_vram_total", "68702699520\n")
        let folder = PCIFolder(address: address, sys: sys.path)
        #expect(folder.isThere && folder.busyPermille == 370)
        #expect(
            folder.memoryUsed == ByteCount(bytes: 1 << 20) && folder.memoryTotal == ByteCount(bytes: 68_702_699_520))
    }

    @Test(arguments: ["", "101\n", "-1\n", "x\n", "12"])
    func `what is no share is not taken for one`(text: String) {
        write("gpu_busy_percent", text)
        #expect(PCIFolder(address: address, sys: sys.path).busyPermille == nil)
    }

    @Test func `a device that the bus does not show is gone, and without a bus nobody can tell`() {
        #expect(PCIFolder(address: address, sys: sys.path).isThere)
        sys.makeFolder("bus/pci/devices")
        #expect(!PCIFolder(address: address, sys: sys.path).isThere)
        #expect(PCIFolder(address: "../../../etc", sys: sys.path).isThere)
        sys.write("bus/pci/devices/\(address)", "")
        #expect(PCIFolder(address: address, sys: sys.path).isThere)
    }
}
