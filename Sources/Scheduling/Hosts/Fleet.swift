import Policy
import Topology
import Units

/// The hosts that are decided over, by position; those that are alike share what is worked out of them.
struct Fleet: Sendable {
    let hosts: [Host]
    /// One for each kind of host.
    let models: [HostModel]
    /// Of each host, by position in `models`.
    let kinds: [Int]
    let sharing: Sharing

    init(_ hosts: [Host], policy: Policy, live: [Reservation] = []) {
        precondition(!hosts.isEmpty, "there is a host to decide over")
        var models: [HostModel] = []
        var known: [Host: Int] = [:]
        kinds = hosts.map { host in
            let kind = known[host.anonymous] ?? models.count
            if kind == models.count {
                known[host.anonymous] = kind
                models.append(HostModel(host: host))
            }
            return kind
        }
        self.hosts = hosts
        self.models = models
        sharing = Sharing(policy, models: models, kinds: kinds, live: live)
    }

    subscript(host: Int) -> HostModel { models[kinds[host]] }

    /// All of each host.
    var capacities: [Capacity] { kinds.map { models[$0].capacity } }

    /// Of the devices of all hosts, each once, in order.
    var modelNames: [String] { modelNames(of: models.map(\.allDevices)) }

    /// Of devices that are given by kind of host.
    func modelNames(of devices: [DeviceSet]) -> [String] {
        Set(zip(models, devices).flatMap { model, own in own.map { model.host.devices[$0].model } }).sorted()
    }
}

extension Host {
    /// The same without what tells like hosts apart.
    fileprivate var anonymous: Host {
        var host = self
        host.name = ""
        for index in host.devices.indices {
            host.devices[index].id = DeviceID("")
            host.devices[index].pciAddress = ""
            host.devices[index].files = []
            host.devices[index].uuid = nil
        }
        return host
    }
}

extension HostModel {
    /// All of the host.
    var capacity: Capacity { Capacity(devices: DeviceRoom(allDevices), cores: coreCount, memory: memory.bytes) }
}
