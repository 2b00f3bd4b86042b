extension OpenAPI.NamedSchema {
    static let hostView = view(
        "HostView", "The machine, as hwloc sees it.",
        [
            .required("name", .text("Its name.")),
            .required("packages", .array("Its packages (sockets).", of: .reference("HostPackage"))),
            .required("numaNodes", .array("Its NUMA nodes.", of: .reference("HostNUMANode"))),
            .required("cores", .quantity("Physical cores.")),
            .required("processingUnits", .quantity("Hardware threads.")),
            .required(
                "coreKinds", .array("Its kinds of cores; empty where there is one.", of: .reference("HostCoreKind"))),
            .required("memoryBytes", .quantity("Its memory.")),
            .required(
                "devices",
                .array(
                    "Devices, in the order of their `index`, which each keeps for good: what is gone leaves a gap.",
                    of: .reference("DeviceView"), count: 0...APILimits.devices)),
        ])

    static let hostPackage = view(
        "HostPackage", "A package of the machine.",
        [
            .required("index", .quantity("Its number.")),
            .optional("model", .text("The processor's name.")),
            .required("cores", .numbers("Its cores, by index, as a list.")),
        ])

    static let hostNUMANode = view(
        "HostNUMANode", "A NUMA node; it may have no cores, or no memory.",
        [
            .required("index", .quantity("The operating system's number.")),
            .required("memoryBytes", .quantity("Its memory.")),
            .required("cores", .numbers("Its cores, by index, as a list.")),
        ])

    static let hostCoreKind = view(
        "HostCoreKind", "Cores that are alike.",
        [
            .required("efficiency", .integer("Higher is faster; −1 where unknown.")),
            .required("cores", .numbers("The cores, by index, as a list.")),
        ])

    static let deviceView = view(
        "DeviceView", "A device, and who holds it.",
        [
            .required("index", .integer("Its number on the host.", 0...Int64(APILimits.devices - 1))),
            .required("id", .text("Its stable id: the UUID, else the PCI address.")),
            .required("vendor", .text("Who makes it, by its PCI vendor id.", choices: APIWords.vendors)),
            .required("model", .text("Its model's name.", examples: ["NVIDIA H200"])),
            .optional("memoryBytes", .quantity("Its memory; absent where nothing tells.")),
            .required("pciAddress", .text("Domain, bus, device, function.", examples: ["0000:3b:00.0"])),
            .optional("numaNode", .quantity("The operating system's number of the NUMA node that it hangs on.")),
            .required("localCores", .numbers("Cores that are near, by index, as a list.")),
            .required("files", .array("The files that a holder opens.", of: .text("A path."))),
            .optional("partitionOf", .text("The whole device that it is a part of; absent for a whole one.")),
            .optional("partitionProfile", .text("The kind of part.", examples: ["1g.10gb"])),
            .required(
                "links",
                .array(
                    "Its direct links to other devices.", of: .reference("DeviceLink"), count: 0...APILimits.devices)),
            .required(
                "state", .choice(DeviceView.State.self, "Whether reservations hold it now, or it is out of the plan.")
            ),
            .required(
                "health",
                .choice(
                    DeviceView.Health.self,
                    "Whether it is in the plan: `draining` where it is out of it and still held, `drained` where it is "
                        + "out of it and nobody holds it.")),
            .optional("healthReason", .text("Why it is not healthy, or will be drained; absent where nobody said.")),
            .optional("drainsFrom", .time("When a drain that is announced begins; absent where none is.")),
            .optional("reservation", .reservationID("The reservation that holds it whole.")),
            .optional(
                "department",
                .text("The department's id of what holds it; absent where departments share it.")),
            .optional("until", .time("When the last holder's time, or the drain, is over.")),
            .optional(
                "shares", .array("Where it is shared: who holds which part of it.", of: .reference("DeviceShare"))),
        ])

    static let deviceShare = view(
        "DeviceShare", "One reservation's part of a device.",
        [
            .required("reservation", .reservationID("The reservation.")),
            .required("department", .text("Its department's id.")),
            .required("gpuShare", .decimal("Its part of the device.")),
            .required("until", .time("When its time is over.")),
        ])

    static let drainView = view(
        "DrainView", "What is out of the plan, and for how long.",
        [
            .required(
                "devices",
                .array("The devices' ids.", of: .text("A device's id."), count: 0...APILimits.devices)),
            .required("isHost", .flag("The whole host, its cores and memory too.")),
            .required("from", .time("When it begins, or began.")),
            .optional("until", .time("When it ends; absent: when it is resumed.")),
            .required("hasFailed", .flag("It has failed; otherwise it is maintenance.")),
            .required("reason", .text("Why.")),
            .required(
                "running",
                .array(
                    "What still holds something of it, or will when it begins: these run to their end.",
                    of: .reference("ExplanationHolder"))),
        ])

    static let drainPage = page("DrainPage", of: "DrainView", "What is out of the plan, by its beginning.")

    static let deviceLink = view(
        "DeviceLink", "A direct link to another device.",
        [
            .required("device", .integer("The other one's index.", 0...Int64(APILimits.devices - 1))),
            .required("kind", .text("What kind of link.", examples: ["NVLink", "XGMI", "XeLink"])),
            .required("bandwidth", .quantity("MB/s, as hwloc tells it.")),
        ])

    static let devicePage = page("DevicePage", of: "DeviceView", "Devices, ordered by index.")
}
