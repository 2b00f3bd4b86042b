import Units

/// The names of a reservation's units. Nothing else in systemd is ever touched.
struct UnitNames: Sendable {
    let reservation: ReservationID

    /// Its place in the name makes it a child of `allot.slice`.
    var slice: String { "allot-r\(reservation.number).slice" }
    var service: String { "allot-r\(reservation.number).service" }

    func scope(of process: ProcessIdentity) -> String {
        "allot-r\(reservation.number)-run-\(process.pid)-\(process.startTime).scope"
    }

    /// All units of the reservation, as systemd matches names.
    var patterns: [String] { [slice, service, "allot-r\(reservation.number)-run-*.scope"] }

    static let everySlice = "allot-r*.slice"
    static let everyService = "allot-r*.service"

    /// Whose a slice or service is; nil for a name that is not made here.
    static func reservation(of name: String) -> ReservationID? {
        for ending in [".slice", ".service"] where name.hasPrefix("allot-r") && name.hasSuffix(ending) {
            return ReservationID("r-\(name.dropFirst(7).dropLast(ending.count))")
        }
        return nil
    }

    /// The object path of every unit of Allot's begins so (`-` is written `_2d`).
    static let pathPrefix = "/org/freedesktop/systemd1/unit/allot_2dr"

    /// Where the kernel shows the slice, under cgroup v2.
    var sliceFolder: String { "/sys/fs/cgroup/allot.slice/\(slice)" }
}
