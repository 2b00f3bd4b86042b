import Units

/// A unit that exists only while it is wanted: systemd's name for it, and its properties (systemd.directives(7)).
struct TransientUnit: Sendable, Hashable {
    var name: String
    var properties: [Property]

    /// One property by its name on the bus.
    struct Property: Sendable, Hashable {
        var name: String
        var value: Value

        init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// The types that the used properties have.
    enum Value: Sendable, Hashable {
        case text(String)
        case texts([String])
        case number(UInt64)
        case flag(Bool)
        /// A mask of processors or NUMA nodes: bit n of byte n / 8.
        case mask(BitSet)
        case processes([UInt32])
        /// Device files, each to be read and written.
        case devices([String])
        /// Files that have to be there.
        case files([String])
        /// A program, its arguments, and the flags of `ExecStartEx`.
        case program(path: String, arguments: [String], flags: [String])
    }

    /// Without one of its properties: for a systemd that does not know it.
    func without(_ name: String) -> TransientUnit {
        TransientUnit(name: self.name, properties: properties.filter { $0.name != name })
    }

    /// Itself without what is fixed once it is there. A list is added to by being set, so it is emptied first.
    var changeable: TransientUnit {
        let properties = properties.filter { $0.name != "Description" }
        return TransientUnit(
            name: name,
            properties: properties.flatMap { property in
                if case .devices = property.value {
                    [Property(property.name, .devices([])), property]
                } else {
                    [property]
                }
            })
    }

    /// Writes what StartTransientUnit takes: name, mode, properties, no further units.
    func write(to message: BusMessage) throws(BusError) {
        try message.append(name)
        try message.append("fail")
        try writeProperties(to: message)
        try message.array("(sa(sv))") { () throws(BusError) in }
    }

    func writeProperties(to message: BusMessage) throws(BusError) {
        try message.array("(sv)") { () throws(BusError) in
            for property in properties {
                try message.record("sv") { () throws(BusError) in
                    try message.append(property.name)
                    try property.value.write(to: message)
                }
            }
        }
    }
}

extension TransientUnit.Value {
    fileprivate func write(to message: BusMessage) throws(BusError) {
        try message.variant(signature) { () throws(BusError) in
            switch self {
            case .text(let text): try message.append(text)
            case .texts(let texts): try message.append(texts: texts)
            case .number(let number): try message.append(number)
            case .flag(let flag): try message.append(flag)
            case .mask(let set): try message.append(bytes: TransientUnit.Value.bytes(of: set))
            case .processes(let numbers): try message.append(numbers: numbers)
            case .devices(let paths):
                try message.array("(ss)") { () throws(BusError) in
                    for path in paths {
                        try message.record("ss") { () throws(BusError) in
                            try message.append(path)
                            try message.append("rw")
                        }
                    }
                }
            case .files(let paths):
                try message.array("(sb)") { () throws(BusError) in
                    for path in paths {
                        try message.record("sb") { () throws(BusError) in
                            try message.append(path)
                            try message.append(false)
                        }
                    }
                }
            case .program(let path, let arguments, let flags):
                try message.array("(sasas)") { () throws(BusError) in
                    try message.record("sasas") { () throws(BusError) in
                        try message.append(path)
                        try message.append(texts: arguments)
                        try message.append(texts: flags)
                    }
                }
            }
        }
    }

    private var signature: String {
        switch self {
        case .text: "s"
        case .texts: "as"
        case .number: "t"
        case .flag: "b"
        case .mask: "ay"
        case .processes: "au"
        case .devices: "a(ss)"
        case .files: "a(sb)"
        case .program: "a(sasas)"
        }
    }

    /// Lowest first, without empty bytes at the end.
    static func bytes(of set: BitSet) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in set {
            while bytes.count <= number / 8 { bytes.append(0) }
            bytes[number / 8] |= 1 << UInt8(number % 8)
        }
        return bytes
    }
}
