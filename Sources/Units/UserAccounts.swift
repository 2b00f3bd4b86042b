extension UserID {
    /// Whether this is somebody's own account, and none of the system's: what may hold a reservation, and what is ended
    /// where it uses a device without one.
    ///
    /// After "Users, Groups, UIDs and GIDs on systemd Systems": below `lowest` are accounts that packages make, from
    /// 61184 to 65519 those that systemd gives to services with `DynamicUser=` for as long as they run, 65534 is
    /// `nobody`, and 65535 and the highest number mean "no user" to the kernel. The numbers of users' containers
    /// (subuid(5)) are above all of these, and are users'.
    ///
    /// - Parameter lowest: the first uid that people get on this machine.
    public func isUserAccount(from lowest: UserID) -> Bool {
        self >= lowest && !(61_184...65_519).contains(uid) && ![65_534, 65_535, .max].contains(uid)
    }
}
