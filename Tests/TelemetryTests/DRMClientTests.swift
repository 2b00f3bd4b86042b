import Testing

@testable import Telemetry

/// What drivers write, by their pages of the kernel's documentation; not recorded on such hardware.
enum FDInfo {
    static func amdgpu(client: Int, gfx: UInt64? = nil, compute: UInt64? = nil, vram: Int = 0) -> String {
        let engines = [("gfx", gfx), ("compute", compute)].compactMap { name, time in
            time.map { "drm-engine-\(name):\t\($0) ns\n" }
        }
        return """
            pos:\t0
            flags:\t02100002
            mnt_id:\t28
            ino:\t1042
            drm-driver:\tamdgpu
            drm-client-id:\t\(client)
            drm-pdev:\t0000:03:00.0
            pasid:\t32770
            drm-memory-vram:\t\(vram) KiB
            drm-memory-gtt: \t2048 KiB
            drm-memory-cpu: \t0 KiB
            amd-evicted-vram:\t0 KiB\n
            """ + engines.joined()
    }

    static func i915(client: Int, render: UInt64, video: UInt64) -> String {
        """
        drm-driver:\ti915
        drm-client-id:\t\(client)
        drm-pdev:\t0000:00:02.0
        drm-total-system0:\t6044 KiB
        drm-resident-system0:\t6044 KiB
        drm-total-local0:\t24 MiB
        drm-resident-local0:\t16 MiB
        drm-engine-render:\t\(render) ns
        drm-engine-copy:\t0 ns
        drm-engine-video:\t\(video) ns
        drm-engine-capacity-video:\t2
        drm-engine-video-enhance:\t0 ns\n
        """
    }

    static func xe(client: Int, rcs: UInt64, ccs: UInt64, total: UInt64) -> String {
        """
        drm-driver:\txe
        drm-client-id:\t\(client)
        drm-pdev:\t0000:03:00.0
        drm-total-vram0:\t23992 KiB
        drm-resident-vram0:\t23992 KiB
        drm-resident-gtt:\t192 KiB
        drm-cycles-rcs:\t\(rcs)
        drm-total-cycles-rcs:\t\(total)
        drm-cycles-ccs:\t\(ccs)
        drm-total-cycles-ccs:\t\(total)
        drm-engine-capacity-ccs:\t4\n
        """
    }

    static let msm = """
        drm-driver:\tmsm
        drm-client-id:\t7
        drm-engine-gpu:\t900 ns
        drm-cycles-gpu:\t5000
        drm-maxfreq-gpu:\t800000000 Hz
        drm-total-memory:\t64 MiB
        drm-resident-memory:\t48 MiB\n
        """

    static let panfrost = """
        drm-driver:\tpanfrost
        drm-client-id:\t20
        drm-engine-fragment:\t1846584880 ns
        drm-cycles-fragment:\t1424359409
        drm-maxfreq-fragment:\t799999987 Hz
        drm-curfreq-fragment:\t799999987 Hz
        drm-engine-vertex-tiler:\t71932239 ns
        drm-cycles-vertex-tiler:\t52617357\n
        """
}

@Suite("What DRM drivers tell of a client")
struct DRMClientTests {
    @Test func `amdgpu is read`() throws {
        let client = try #require(DRMClient(FDInfo.amdgpu(client: 12, gfx: 34, vram: 512)))
        #expect(client.driver == "amdgpu" && client.id == 12 && client.memory == 512 << 10)
        #expect(client.engines == ["gfx": .init(nanoseconds: 34)])
    }

    @Test func `i915 is read`() throws {
        let client = try #require(DRMClient(FDInfo.i915(client: 39, render: 346_249, video: 8)))
        #expect(client.engines["render"] == .init(nanoseconds: 346_249))
        #expect(client.engines["video"] == .init(nanoseconds: 8, capacity: 2))
        #expect(client.engines["video-enhance"] == .init(nanoseconds: 0))
        #expect(client.memory == 16 << 20)
    }

    @Test func `xe is read`() throws {
        let client = try #require(DRMClient(FDInfo.xe(client: 3, rcs: 28_257_900, ccs: 0, total: 7_655_183_225)))
        #expect(client.engines["rcs"] == .init(cycles: 28_257_900, totalCycles: 7_655_183_225))
        #expect(client.engines["ccs"] == .init(cycles: 0, totalCycles: 7_655_183_225, capacity: 4))
        #expect(client.memory == 23_992 << 10)
    }

    @Test func `drivers of smaller devices are read, and have no memory of their own`() throws {
        let msm = try #require(DRMClient(FDInfo.msm))
        #expect(msm.engines == ["gpu": .init(nanoseconds: 900, cycles: 5000)] && msm.memory == nil)
        let panfrost = try #require(DRMClient(FDInfo.panfrost))
        #expect(panfrost.engines["vertex-tiler"] == .init(nanoseconds: 71_932_239, cycles: 52_617_357))
        #expect(panfrost.engines.count == 2 && panfrost.memory == nil)
    }

    @Test(arguments: ["", "pos:\t0\nflags:\t02\n", "drm-client-id:\t7\ndrm-engine-gfx:\t1 ns\n", "drm-driver:\t\n"])
    func `a file that is no client's is none`(text: String) {
        #expect(DRMClient(text) == nil)
    }

    @Test(
        arguments: [
            "drm-client-id:\tseven", "drm-client-id:\t-1", "drm-client-id:\t1 2", "drm-engine-gfx:\t12",
            "drm-engine-gfx:\t1 ms",
            "drm-engine-gfx:\t-1 ns", "drm-engine-gfx:\t99999999999999999999 ns", "drm-engine-capacity-gfx:\t0",
            "drm-engine-capacity-gfx:\t4096", "drm-cycles-rcs:\tx", "drm-total-cycles-rcs:\t", "drm-memory-vram:\t1 GB",
            "drm-resident-vram0:\t-5 KiB", "drm-memory-vram:\t9223372036854775807 KiB",
        ])
    func `what is not as documented makes the client unknown`(line: String) {
        #expect(DRMClient("drm-driver:\tamdgpu\n\(line)\n") == nil)
    }

    @Test func `more classes of engines than any device has make the client unknown`() {
        let lines = (0...DRMClient.engineLimit).map { "drm-engine-e\($0):\t1 ns\n" }
        #expect(DRMClient("drm-driver:\ti915\n" + lines.joined()) == nil)
        #expect(DRMClient("drm-driver:\ti915\n" + lines.dropLast().joined())?.engines.count == DRMClient.engineLimit)
    }
}
