import Testing
import Units

@Suite("Whose accounts are people's own")
struct UserAccountsTests {
    @Test(arguments: [1000, 1001, 60_513, 61_183, 65_520, 65_533, 65_536, 100_000, 1_000_000_000] as [UInt32])
    func `a person's`(uid: UInt32) {
        #expect(UserID(uid).isUserAccount(from: UserID(1000)))
    }

    @Test(arguments: [0, 1, 999, 61_184, 63_000, 65_519, 65_534, 65_535, .max] as [UInt32])
    func `the system's`(uid: UInt32) {
        #expect(!UserID(uid).isUserAccount(from: UserID(1000)))
    }

    @Test func `where people's begin is the machine's to say`() {
        #expect(UserID(500).isUserAccount(from: UserID(500)) && !UserID(499).isUserAccount(from: UserID(500)))
    }
}
