import Policy
import Units

// What a large policy costs: reading and checking its text, and finding a user's accounts at each submission.

let size = (departments: 500, teamsEach: 10, membersEach: 10)
let text = LargePolicy.text(size.departments, size.teamsEach, size.membersEach)
let bytes = Array(text.utf8)
print(
    "\(size.departments) departments, \(size.departments * size.teamsEach) teams, "
        + "\(size.departments * size.teamsEach * size.membersEach) users, \(bytes.count / 1024) KiB")

let now = Timestamp(milliseconds: 1_793_620_800_000)
let before = try PolicyText(yaml: bytes, name: "before")
let change = try PolicyText(yaml: Array(text.replacing("weight: 7", with: "weight: 8").utf8), name: "change")
let inventory = Inventory(
    devices: (0..<16).map { Inventory.Device(model: "Model \($0 % 4)", numaNode: $0 / 8, island: $0 / 4) })

try Measure.rounds("read", 5) { _ = try PolicyText(yaml: bytes, name: "large") }
try Measure.rounds("read and check against a machine and the policy before", 5) {
    _ = try PolicyText(yaml: bytes, name: "large").check(
        inventory: inventory, before: before, now: now, isKnown: { _ in true })
}
Measure.rounds("compare with another", 5) { _ = before.changes(to: change) }
Measure.rounds("make the directory", 5) { _ = AccountDirectory(before.policy) }

let directory = AccountDirectory(before.policy)
let groups: Set<String> = ["users", "docker", "video", "render", "group-17"]
let users = (0..<1000).map { "user-\($0 * 49)" }
Measure.each("a user's accounts, by the policy", users.prefix(20)) {
    before.policy.accounts(user: $0, groups: groups).count
}
Measure.each("a user's accounts, by the directory", users[...]) { directory.accounts(user: $0, groups: groups).count }
Measure.each("an account's caps", users[...]) { user in
    directory.accounts(user: user, groups: groups).first.map { before.policy.caps(for: $0).waiting ?? 0 } ?? 0
}
