import Foundation

@testable import Topology

/// A folder that stands for `/`, with the files that a test puts there.
struct FakeMachine {
    let root: URL

    var files: MachineFiles { MachineFiles(root: root.path) }

    func write(_ path: String, _ text: String) throws {
        let file = root.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data((text + "\n").utf8).write(to: file)
    }

    func link(_ path: String, to target: String) throws {
        let file = root.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: target)
    }

    /// A PCI function in sysfs.
    func addFunction(_ address: String, classID: String, ids: String, more: [String: String] = [:]) throws {
        let path = "sys/bus/pci/devices/\(address)"
        try write("\(path)/class", "0x\(classID)00")
        try write("\(path)/vendor", "0x\(ids.prefix(4))")
        try write("\(path)/device", "0x\(ids.suffix(4))")
        for (name, text) in more { try write("\(path)/\(name)", text) }
    }

    /// A node of the AMD compute driver's topology.
    func addNode(_ number: Int, location: UInt32, minor: Int, unique: UInt64, links: [Int: Int] = [:]) throws {
        let path = "sys/class/kfd/kfd/topology/nodes/\(number)"
        try write(
            "\(path)/properties",
            """
            cpu_cores_count 0
            simd_count \(minor > 0 ? 152 : 0)
            location_id \(location)
            domain 0
            drm_render_minor \(minor)
            unique_id \(unique)
            """)
        try write("\(path)/mem_banks/0/properties", "heap_type 1\nsize_in_bytes 68702699520\nflags 0")
        for (index, link) in links.sorted(by: { $0.key < $1.key }).enumerated() {
            try write(
                "\(path)/io_links/\(index)/properties",
                "type 11\nnode_from \(number)\nnode_to \(link.key)\nmax_bandwidth \(link.value)")
        }
        try write("\(path)/io_links/9/properties", "type 2\nnode_from \(number)\nnode_to 0\nmax_bandwidth 64000")
    }
}
