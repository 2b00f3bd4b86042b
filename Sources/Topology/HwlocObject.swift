import CHwloc
import Units

/// An object of a hwloc topology, with safe access to what is read here.
struct HwlocObject: Hashable {
    let pointer: hwloc_obj_t

    init(_ pointer: hwloc_obj_t) {
        self.pointer = pointer
    }

    var type: hwloc_obj_type_t { pointer.pointee.type }
    /// nil where hwloc does not know it.
    var osIndex: Int? { pointer.pointee.os_index == UInt32.max ? nil : Int(pointer.pointee.os_index) }
    var logicalIndex: Int { Int(pointer.pointee.logical_index) }
    var name: String? { HwlocText.of(pointer.pointee.name) }
    var subtype: String? { HwlocText.of(pointer.pointee.subtype) }
    var cpus: BitSet { BitSet(pointer.pointee.cpuset) }
    var nodes: BitSet { BitSet(pointer.pointee.nodeset) }
    var parent: HwlocObject? { pointer.pointee.parent.map { HwlocObject($0) } }

    func ancestor(_ wanted: hwloc_obj_type_t) -> HwlocObject? {
        var next = parent
        while let object = next, object.type != wanted { next = object.parent }
        return next
    }

    /// The closest ancestor that is made of CPUs, not of I/O.
    var place: HwlocObject? {
        var next = parent
        while let object = next, hwloc_obj_type_is_normal(object.type) == 0 { next = object.parent }
        return next
    }

    /// What hwloc tells about the object under a name, without blanks around it; nil where empty.
    func info(_ name: String) -> String? {
        HwlocText.of(hwloc_obj_get_info_by_name(pointer, name))
    }

    /// All values under one name.
    func infos(_ name: String) -> [String] {
        (0..<Int(pointer.pointee.infos_count)).compactMap { index in
            let info = pointer.pointee.infos[index]
            return HwlocText.of(info.name) == name ? HwlocText.of(info.value) : nil
        }
    }

    /// The OS devices below it, those below another OS device included (tiles of an Intel GPU).
    var osDevices: [HwlocObject] {
        var found: [HwlocObject] = []
        var next = pointer.pointee.io_first_child
        while let child = next {
            let object = HwlocObject(child)
            if object.type == HWLOC_OBJ_OS_DEVICE { found += [object] + object.osDevices }
            next = child.pointee.next_sibling
        }
        return found
    }
}

/// Texts from hwloc and from the machine, made fit to be shown.
enum HwlocText {
    static func of(_ text: UnsafePointer<CChar>?) -> String? {
        text.flatMap { clean(String(cString: $0)) }
    }

    static func of(_ text: UnsafeMutablePointer<CChar>?) -> String? {
        of(text.map { UnsafePointer($0) })
    }

    /// Without control characters and blanks around it, at most `Limits.nameLength` long; nil where nothing is left.
    static func clean(_ text: String) -> String? {
        let shown = text.unicodeScalars.filter { !($0.value < 32 || (127..<160).contains($0.value)) }
        var cut = Substring(String(String.UnicodeScalarView(shown)))
        while cut.first == " " { cut.removeFirst() }
        cut = cut.prefix(Limits.nameLength)
        while cut.last == " " { cut.removeLast() }
        return cut.isEmpty ? nil : String(cut)
    }
}

extension BitSet {
    /// The numbers of a hwloc bitmap below `BitSet.limit`; empty for none.
    init(_ bitmap: hwloc_const_bitmap_t?) {
        self.init()
        guard let bitmap else { return }
        var number = hwloc_bitmap_next(bitmap, -1)
        while number >= 0 && number < BitSet.limit {
            insert(Int(number))
            number = hwloc_bitmap_next(bitmap, number)
        }
    }
}
