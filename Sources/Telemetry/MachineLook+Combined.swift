import Units

extension MachineLook {
    /// One look of what the kernel and NVIDIA's library have told.
    static func combined(_ devices: [WatchedDevice], _ seen: MachineAnswer, _ nvml: NVMLLook) -> MachineLook {
        let open = Set(seen.scan.openers.flatMap(\.devices))
        let unseen = Set(seen.scan.unseen)
        let readings = devices.map { device in
            let told = nvml.readings[device.id] ?? NVMLReading()
            let isOpen = open.contains(device.id) || !told.pids.isEmpty
            let isFree = !isOpen && seen.scan.isComplete && !unseen.contains(device.id)
            let (busy, source) = busy(device, seen, told, isFree: isFree)
            let folder = seen.folders[device.id]
            let drm = seen.drm[device.id]?.memory.map(ByteCount.init(bytes:))
            return DeviceReading(
                id: device.id, busyPermille: busy, source: source,
                memoryUsed: told.memoryUsed ?? folder?.memoryUsed ?? drm,
                memoryTotal: told.memoryTotal ?? folder?.memoryTotal,
                fault: (seen.faults[device.id] ?? told.fault).map {
                    Words.printable($0, limitBytes: TelemetryLimits.sentenceBytes)
                })
        }
        return MachineLook(
            at: seen.at, devices: readings, groups: seen.groups, openers: seen.scan.openers, isCut: seen.scan.isCut,
            blind: Array((seen.scan.blind + seen.blind + nvml.blind).prefix(TelemetryLimits.blindLines)))
    }

    /// By who counts best; where nobody does, a device that is proven free was idle.
    private static func busy(
        _ device: WatchedDevice, _ seen: MachineAnswer, _ told: NVMLReading, isFree: Bool
    ) -> (Int?, DeviceReading.Source) {
        if let busy = told.busyPermille { return (busy, .nvml) }
        let whole = seen.folders[device.id]?.busyPermille
        var clients = seen.drm[device.id]?.busyPermille
        // Work of clients that nobody saw, and of AMD's compute queues, is not counted for clients: 0 proves nothing.
        if clients == 0, !seen.scan.isComplete || device.vendor == "amd" { clients = nil }
        if let whole { return clients ?? 0 > whole ? (clients, .fdinfo) : (whole, .sysfs) }
        if let clients { return (clients, .fdinfo) }
        return (isFree ? 0 : nil, .none)
    }
}
