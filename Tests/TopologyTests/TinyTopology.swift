@testable import Topology

/// Writes small topology exports for tests: NUMA nodes with one core each, and PCI functions below them.
struct TinyTopology {
    struct Function {
        var address: String
        var type = "0302 [10de:2335] [10de:0000] a1"
        var node = 0
        var infos: [(String, String)] = []
        /// Name, OS device type (1 GPU, 5 co-processor) and infos.
        var osDevices: [(name: String, type: Int, infos: [(String, String)])] = []
        /// Names of OS devices below the first one (tiles).
        var tiles: [String] = []
    }

    struct Matrix {
        var name: String?
        /// OS devices by name, PCI functions by address, `Package` for the package.
        var objects: [String]
        var values: [Int]
    }

    var nodes = 1
    var memory: UInt64 = 1 << 30
    /// Processor numbers start here.
    var firstProcessor = 0
    var functions: [Function] = []
    var matrices: [Matrix] = []
    /// Put in before the end of the machine object.
    var more = ""
    var version = "2.0"

    func host(named name: String = "tiny") throws -> Host {
        try Host(xml: Array(xml.utf8), fallbackName: name)
    }

    var xml: String {
        var objects: [String: (type: String, number: Int)] = ["Package": ("Package", 2)]
        var number = 100
        var body = ""
        let places = (0..<nodes).map { node in
            let cpus = TinyTopology.mask(firstProcessor + node)
            let sets = TinyTopology.sets(cpus, TinyTopology.mask(node))
            var text = """
                <object type="Group" \(sets) gp_index="\(10 + node * 4)" kind="1001" subkind="0">
                <object type="NUMANode" os_index="\(node)" \(sets) gp_index="\(11 + node * 4)" \
                local_memory="\(memory)"/>
                <object type="Core" os_index="\(node)" \(sets) gp_index="\(12 + node * 4)">
                <object type="PU" os_index="\(firstProcessor + node)" \(sets) gp_index="\(13 + node * 4)"/>
                </object>

                """
            for function in functions where function.node == node {
                text += TinyTopology.text(function, &number, &objects)
            }
            return text + "</object>\n"
        }
        let all = (0..<nodes).map { firstProcessor + $0 }
        let sets = TinyTopology.sets(TinyTopology.mask(all), TinyTopology.mask(Array(0..<nodes)))
        body = """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE topology SYSTEM "hwloc2.dtd">
            <topology version="\(version)">
            <object type="Machine" os_index="0" \(sets) gp_index="1">
            <object type="Package" os_index="0" \(sets) gp_index="2">
            \(places.joined())</object>
            \(more)</object>

            """
        return body + matrices.map { TinyTopology.text($0, objects) }.joined() + "</topology>\n"
    }

    private static func text(
        _ function: Function, _ number: inout Int, _ objects: inout [String: (type: String, number: Int)]
    ) -> String {
        func infos(_ infos: [(String, String)]) -> String {
            infos.map { "<info name=\"\($0.0)\" value=\"\($0.1)\"/>\n" }.joined()
        }
        func next(_ name: String, _ type: String) -> Int {
            number += 1
            objects[name] = (type, number)
            return number
        }
        var text = "<object type=\"PCIDev\" gp_index=\"\(next(function.address, "PCIDev"))\""
        text += " pci_busid=\"\(function.address)\" pci_type=\"\(function.type)\" pci_link_speed=\"0.0\">\n"
        text += infos(function.infos)
        for (index, device) in function.osDevices.enumerated() {
            text += "<object type=\"OSDev\" gp_index=\"\(next(device.name, "OSDev"))\" name=\"\(device.name)\""
            text += " osdev_type=\"\(device.type)\">\n" + infos(device.infos)
            for tile in index == 0 ? function.tiles : [] {
                text += "<object type=\"OSDev\" gp_index=\"\(next(tile, "OSDev"))\" name=\"\(tile)\""
                text += " osdev_type=\"\(device.type)\"/>\n"
            }
            text += "</object>\n"
        }
        return text + "</object>\n"
    }

    private static func text(_ matrix: Matrix, _ objects: [String: (type: String, number: Int)]) -> String {
        let indexes = matrix.objects.compactMap { objects[$0].map { "\($0.type):\($0.number)" } }.joined(separator: " ")
        let values = matrix.values.map(String.init).joined(separator: " ")
        let name = matrix.name.map { " name=\"\($0)\"" } ?? ""
        return """
            <distances2hetero nbobjs="\(matrix.objects.count)" kind="25"\(name)>
            <indexes length="\(indexes.utf8.count + 1)">\(indexes) </indexes>
            <u64values length="\(values.utf8.count + 1)">\(values) </u64values>
            </distances2hetero>

            """
    }

    private static func sets(_ cpus: String, _ nodes: String) -> String {
        "cpuset=\"\(cpus)\" complete_cpuset=\"\(cpus)\" nodeset=\"\(nodes)\" complete_nodeset=\"\(nodes)\""
    }

    /// hwloc's notation: words of 32 bits, highest first.
    static func mask(_ numbers: [Int]) -> String {
        var words = [UInt32](repeating: 0, count: (numbers.max() ?? 0) / 32 + 1)
        for number in numbers { words[number / 32] |= 1 << UInt32(number % 32) }
        return words.reversed().map { "0x" + PCIAddress.hex($0, 8) }.joined(separator: ",")
    }

    static func mask(_ number: Int) -> String { mask([number]) }
}
