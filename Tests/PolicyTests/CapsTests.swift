import Policy
import Testing
import Units

@Suite struct CapsTests {
    private let policy: Policy

    init() throws {
        policy = try Policy.read(yaml: wholePolicy, name: "p")
    }

    @Test func `of the policy's, the department's and the team's caps the tightest holds`() {
        let team = policy.caps(for: Account(department: DepartmentID("research"), team: TeamID("language")))
        #expect(
            team
                == Caps(
                    devicesPerTeam: 6, devicesPerUser: 4, duration: .hours(8), horizon: .days(90), waiting: 0,
                    deviceHours: 5000))
    }

    @Test func `a looser cap further down loosens nothing`() {
        var policy = policy
        policy.departments[0].caps = Caps(devicesPerUser: 100, duration: .days(300), deviceHours: 6000)
        policy.departments[0].teams[0].caps = Caps(devicesPerTeam: 100)
        let caps = policy.caps(for: Account(department: DepartmentID("research"), team: TeamID("language")))
        #expect(caps == policy.caps)
    }

    @Test func `who is in no team has no cap on a team's devices`() {
        let caps = policy.caps(for: Account(department: DepartmentID("research"), team: nil))
        #expect(caps.devicesPerTeam == nil)
        #expect(caps.devicesPerUser == 4 && caps.waiting == 50 && caps.duration == .days(14))
    }

    @Test func `an account that the policy no longer has keeps to the policy's caps`() {
        let gone = Account(department: DepartmentID("gone"), team: TeamID("language"))
        #expect(policy.caps(for: gone) == policy.caps)
        #expect(Policy.unconfigured.caps(for: gone) == Caps())
    }
}
