import AllotAPI
import Hummingbird
import Scheduling
import Units

extension API {
    func addDrainRoutes(to routes: RouterGroup<AllotRequestContext>) {
        routes.get("drains") { _, context in
            _ = try await caller(context, .listDrains)
            return try await drains()
        }
        routes.post("drains") { request, context in
            let caller = try await caller(context, .drain)
            let asked = try JSONBody.decode(AllotAPI.DrainRequest.self, from: request, context)
            let wanted = Scheduling.DrainRequest(
                devices: try devices(asked.devices, host: asked.host), from: asked.from?.timestamp,
                until: asked.until?.timestamp, hasFailed: asked.failed ?? false, reason: asked.reason)
            return try await change(.drain(wanted, by: caller.subject), caller)
        }
        routes.post("drains/resume") { request, context in
            let caller = try await caller(context, .resume)
            let asked = try JSONBody.decode(ResumeRequest.self, from: request, context)
            let wanted = try devices(asked.devices, host: asked.host)
            return try await change(.resume(wanted, by: caller.subject), caller)
        }
    }

    private func change(_ command: Command, _ caller: Caller) async throws -> Response {
        let call = Call(command: command, actor: caller.subject.user, caller: caller.reference) { result in
            switch result {
            case .failure(let rejection): rejection.problem.reply
            case .success: Reply(status: 200, body: [])
            }
        }
        let reply = await broker.perform(call)
        guard reply.status == 200 else { return reply.response }
        return try await drains()
    }

    private func drains() async throws -> Response {
        let views = HostViews(engine: await broker.snapshot().engine)
        return try JSONReply.response(Page(items: views.drains()))
    }

    /// The devices that are named; nil for the whole host.
    private func devices(_ names: [String]?, host: Bool?) throws(Problem) -> DeviceSet? {
        let names = names ?? []
        guard names.isEmpty == (host ?? false) else {
            throw Problems.invalidField("devices", "name devices, or the host, and not both")
        }
        guard !names.isEmpty else { return nil }
        let known = broker.host.devices
        var devices = DeviceSet()
        for name in names.prefix(DeviceSet.limit + 1) {
            // In the place of one that is gone another may be.
            let named = known.firstIndex { $0.id.text == name }
            guard let index = named ?? known.firstIndex(where: { $0.pciAddress == name && $0.isPresent }) else {
                throw Problem(
                    type: "/problems/unknown-device", title: "No such device", status: 404,
                    detail: "There is no device '\(name.prefix(64))' here; 'allot devices' lists them",
                    field: "devices",
                    members: ["known": .texts(known.filter(\.isPresent).map(\.id.text))])
            }
            devices.insert(index)
        }
        return devices
    }
}
