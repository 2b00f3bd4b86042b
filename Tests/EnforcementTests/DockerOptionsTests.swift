import Testing
import Units

@testable import Enforcement

@Suite struct DockerOptionsTests {
    private let holding = Holding(
        reservation: ReservationID(5), owner: UserID(1000),
        devices: [
            HeldDevice(
                id: DeviceID("GPU-a"), vendor: "nvidia", uuid: "GPU-5c1e0000-0000-0000-0000-000000000001", ordinal: 3,
                files: ["/dev/nvidia3"])
        ],
        processors: BitSet([0, 1, 2, 6]), memoryNodes: BitSet([1]), memory: .gibibytes(2))

    @Test func `a container is put below the slice, with the files that are there`() {
        let there: Set<String> = ["/dev/nvidia3", "/dev/nvidiactl", "/dev/nvidia0", "/dev/sda"]
        let options = holding.dockerOptions(isThere: there.contains)
        #expect(
            options.prefix(6) == [
                "--cgroup-parent=allot-r5.slice", "--device=/dev/nvidia3", "--device=/dev/nvidiactl",
                "--cpuset-cpus=0-2,6", "--cpuset-mems=1", "--memory=2147483648",
            ])
        #expect(options.contains("--env=CUDA_VISIBLE_DEVICES=GPU-5c1e0000-0000-0000-0000-000000000001"))
        #expect(options.contains("--env=ALLOT_RESERVATION=r-5"))
        #expect(options.dropFirst(6).allSatisfy { $0.hasPrefix("--env=") })
    }

    @Test func `what is not held is left out`() {
        var bare = holding
        (bare.devices, bare.processors, bare.memoryNodes, bare.memory) = ([], BitSet(), BitSet(), .zero)
        let options = bare.dockerOptions { _ in true }
        #expect(options.first == "--cgroup-parent=allot-r5.slice")
        #expect(options.dropFirst().allSatisfy { $0.hasPrefix("--env=") })
    }
}
