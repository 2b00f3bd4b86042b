import Glibc

/// Where the year's database lies, and the copy of it.
struct Folder {
    let path: String

    /// Removes what a run, of before or of now, has made.
    func remove() {
        for folder in [path + "/copy", path] {
            for name in ["allot.db", "allot.db-wal", "allot.db-shm", "allot.db.lock", "allot.db.reserve"] {
                unlink("\(folder)/\(name)")
            }
            rmdir(folder)
        }
    }
}
