import CHwloc
import Units

/// A PCI function with what decides whether it is an accelerator.
struct PCIFunction {
    var address: PCIAddress
    /// Base class and subclass: 0x0302 is a 3D controller.
    var classID: UInt16
    var vendorID: UInt16
    var deviceID: UInt16
    /// hwloc or another source lists a compute device on it (CUDA, Level Zero, …).
    var hasCoprocessor: Bool

    var vendor: Device.Vendor {
        switch vendorID {
        case 0x10DE: .nvidia
        case 0x1002: .amd
        case 0x8086: .intel
        default: .other
        }
    }

    var ids: String { "\(PCIAddress.hex(vendorID, 4)):\(PCIAddress.hex(deviceID, 4))" }

    /// Whether it is one by its class and vendor, or because somebody who knows the machine says so.
    func isAccelerator(named: Set<PCIKind>) -> Bool {
        isAccelerator || named.contains(PCIKind(vendor: vendorID, device: deviceID))
    }

    /// Whether work can be given to it. Class alone does not tell: an MI50 is 0380, an MI300A 1200, a workstation's
    /// RTX 0300, and so is nearly every server's remote console.
    var isAccelerator: Bool {
        if PCIFunction.consoleVendors.contains(vendorID) || PCIFunction.consoles.contains(ids) { return false }
        switch classID {
        case 0x1200: return true
        case 0x0302: return !isIntegratedGraphics
        // Function 1 and up of an older card is its second display output, not a second GPU.
        case 0x0380: return !isIntegratedGraphics && vendorID != 0x19E5 && address.function == 0
        case 0x0300: return !isIntegratedGraphics && (vendor != .other || hasCoprocessor)
        // Cryptography and compression engines share the class with Xeon Phi and vector engines.
        case 0x0B40: return hasCoprocessor
        default: return false
        }
    }

    /// Graphics within the processor, there to drive a display.
    private var isIntegratedGraphics: Bool {
        if vendor == .intel { return address.domain == 0 && address.bus == 0 && address.device == 2 }
        return PCIFunction.integratedGraphics.contains(ids)
    }

    /// ASPEED, Matrox, Silicon Motion, XGI, Cirrus, QEMU, QXL, virtio, VMware, VirtualBox, Hyper-V: consoles.
    private static let consoleVendors: Set<UInt16> = [
        0x1A03, 0x102B, 0x126F, 0x18CA, 0x1013, 0x1234, 0x1B36, 0x1AF4, 0x15AD, 0x80EE, 0x1414,
    ]

    /// ATI's console chips of older servers: ES1000, Rage XL.
    private static let consoles: Set<String> = ["1002:515e", "1002:5969", "1002:4750", "1002:4752"]

    /// The two display units that AMD puts into desktop processors beside a card: Raphael, Granite Ridge.
    private static let integratedGraphics: Set<String> = ["1002:164e", "1002:13c0"]
}

extension PCIFunction {
    init?(_ object: HwlocObject) {
        guard object.type == HWLOC_OBJ_PCI_DEVICE, let attributes = object.pointer.pointee.attr else { return nil }
        let pci = attributes.pointee.pcidev
        self.init(
            address: PCIAddress(domain: UInt32(pci.domain), bus: pci.bus, device: pci.dev, function: pci.func),
            classID: pci.class_id, vendorID: pci.vendor_id, deviceID: pci.device_id,
            hasCoprocessor: object.osDevices.contains {
                $0.pointer.pointee.attr?.pointee.osdev.type == HWLOC_OBJ_OSDEV_COPROC
            })
    }
}
