import Testing
import Units

@testable import Enforcement

@Suite("What the enforcer refuses")
struct OrderRulesTests {
    private let rules = OrderRules(lowestUser: 1000)

    @Test(arguments: [
        "/dev/nvidia0", "/dev/nvidia127", "/dev/dri/renderD128", "/dev/dri/card0", "/dev/kfd", "/dev/nvidiactl",
        "/dev/nvidia-uvm", "/dev/nvidia-caps/nvidia-cap12", "/dev/accel/accel3",
    ])
    func `an accelerator's device file is known`(path: String) {
        #expect(DeviceFile.kind(of: path) != nil)
    }

    @Test(arguments: [
        "", "/", "/dev", "/dev/", "/dev/sda", "/dev/mem", "/dev/kmsg", "/dev/nvidia", "/dev/nvidia-", "/dev/nvidia0/",
        "/dev/nvidia0/../mem", "/dev/../etc/shadow", "/dev/dri/../mem", "/dev/dri/renderD", "/dev/dri/renderD128x",
        "/dev/dri/renderD-1", "/dev/dri/by-path/pci-0000:81:00.0-render", "dev/nvidia0", "/DEV/nvidia0",
        "/dev/nvidia00000", "/dev/nvidia٣", "/dev/nvidia0\n", "/dev/nvidia0\0", "/dev/kfd ", "/dev/nvidia0 /dev/mem",
        "/dev/nvidia-caps/../nvidia0", "/dev//nvidia0", "/proc/self/root/dev/nvidia0",
    ])
    func `no other path is`(path: String) {
        #expect(DeviceFile.kind(of: path) == nil)
        expectRefused(.holding(grant(owner: 1000, devices: [device("a", files: [path])])), naming: "device file")
    }

    @Test(arguments: [0, 1, 999, 61_184, 65_519, 65_534, 65_535, UInt32.max])
    func `an account of the system's holds nothing`(uid: UInt32) {
        expectRefused(.holding(grant(owner: uid)), naming: "uid \(uid)")
        var shared = grant(owner: 1000)
        shared.sharedWith = [UserID(uid)]
        expectRefused(.holding(shared), naming: "uid \(uid)")
    }

    @Test(arguments: [Int64.min, -1, 0, 1_000_000_000_000_000, Int64.max])
    func `a reservation has a number that a unit's name can have`(number: Int64) {
        expectRefused(.holding(grant(number, owner: 1000)), naming: "reservation")
    }

    @Test(arguments: [
        device("a", vendor: "acme"), device("a", ordinal: -1), device("a", ordinal: 10_000), device(""),
        device("a b"), device("a,b"), device("a\n"), device("é"), device(String(repeating: "a", count: 129)),
        device("a", uuid: "GPU 1"), device("a", uuid: ""), device("a", files: .init(repeating: "/dev/kfd", count: 17)),
    ])
    func `a device is described by plain words`(held: HeldDevice) {
        expectRefused(.holding(grant(owner: 1000, devices: [held])), naming: "devices")
    }

    @Test func `there are limits to how much a grant names`() {
        let many = (0..<129).map { device("d\($0)") }
        expectRefused(.holding(grant(owner: 1000, devices: many)), naming: "129")
        expectRefused(.holding(grant(owner: 1000, devices: [device("a"), device("a")])), naming: "twice")
        expectRefused(.holding(grant(owner: 1000, memory: -1)), naming: "memory")
        var shared = grant(owner: 1000)
        shared.sharedWith = (0..<65).map { UserID(1001 + $0) }
        expectRefused(.holding(shared), naming: "65")
    }

    @Test func `a process is taken in for the grant's own users only`() throws {
        var shared = grant(owner: 1000)
        shared.sharedWith = [UserID(1001)]
        try rules.check(.attach(PeerProcess(pid: 50, user: UserID(1001)), shared))
        expectRefused(.attach(PeerProcess(pid: 50, user: UserID(1002)), shared), naming: "neither owns")
        for pid: Int32 in [.min, -1, 0, 1] {
            expectRefused(.attach(PeerProcess(pid: pid, user: UserID(1000)), shared), naming: "pid")
        }
    }

    static let commands: [(BatchCommand, String)] = [
        (BatchCommand(arguments: [], environment: [:], directory: nil), "arguments"),
        (command(""), "arguments"),
        (command("/bin/"), "arguments"),
        (command("true", "a\0b"), "character 0"),
        (command("true", environment: ["A": "\0"]), "character 0"),
        (command("true", environment: ["": "x"]), "variable"),
        (command("true", environment: ["1A": "x"]), "variable"),
        (command("true", environment: ["A=B": "x"]), "variable"),
        (command("true", environment: ["A B": "x"]), "variable"),
        (command("true", environment: ["É": "x"]), "variable"),
        (command("true", directory: "relative"), "directory"),
        (command("true", directory: ""), "directory"),
        (command("true", directory: "/tmp/../root"), "directory"),
        (command("true", directory: "/./tmp"), "directory"),
        (command("true", directory: "/\(String(repeating: "a", count: 4095))"), "directory"),
        (BatchCommand(arguments: .init(repeating: "a", count: 4097), environment: [:], directory: nil), "4097"),
        (
            BatchCommand(
                arguments: ["a"], environment: .init(uniqueKeysWithValues: (0..<1025).map { ("A\($0)", "") }),
                directory: nil), "1025"
        ),
    ]

    @Test(arguments: commands)
    func `a command is a program with plain texts`(command: BatchCommand, word: String) {
        expectRefused(.command(command, grant(owner: 1000)), naming: word)
    }

    @Test func `a good order passes`() throws {
        let held = [device("GPU-1", uuid: "GPU-1", files: ["/dev/nvidia0", "/dev/dri/renderD128"])]
        try rules.check(.holding(grant(owner: 1000, devices: held, processors: [0], nodes: [0], memory: 1)))
        try rules.check(
            .command(
                command("./run.sh", "$HOME \n *", environment: ["A_1": "x\ny"], directory: "/home/a b"),
                grant(owner: 1000)))
    }

    /// Files of one grant, files of another, and what of it they cannot both have.
    static let conflicts: [([HeldDevice], [HeldDevice], String?)] = [
        ([device("a", files: ["/dev/nvidia0"])], [device("b", files: ["/dev/nvidia1"])], nil),
        ([device("a", files: ["/dev/nvidia0"])], [device("b", files: ["/dev/nvidia0"])], "/dev/nvidia0"),
        ([device("a", files: ["/dev/kfd"])], [device("b", files: ["/dev/kfd"])], nil),
        (
            [device("a", files: ["/dev/nvidia0", "/dev/nvidia-caps/nvidia-cap3"])],
            [device("b", files: ["/dev/nvidia0", "/dev/nvidia-caps/nvidia-cap12"])], nil
        ),
        (
            [device("a", files: ["/dev/nvidia0", "/dev/nvidia-caps/nvidia-cap3"])],
            [device("b", files: ["/dev/nvidia0", "/dev/nvidia-caps/nvidia-cap3"])], "/dev/nvidia-caps/nvidia-cap3"
        ),
        (
            [device("a", files: ["/dev/nvidia0"])],
            [device("b", files: ["/dev/nvidia0", "/dev/nvidia-caps/nvidia-cap12"])], "/dev/nvidia0"
        ),
    ]

    @Test(arguments: conflicts)
    func `a device file is in one grant, save for what parts share`(
        first: [HeldDevice], second: [HeldDevice], file: String?
    ) {
        #expect(grant(1, devices: first).conflict(with: grant(2, devices: second)) == file)
        #expect(grant(2, devices: second).conflict(with: grant(1, devices: first)) == file)
    }

    private func expectRefused(
        _ order: StartOrder, naming word: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(sourceLocation: sourceLocation) {
            try rules.check(order)
        } throws: { error in
            guard case .refused(let reason) = error as? ExecutorFailure else { return false }
            return reason.contains(word)
        }
    }
}
