import CLinux
import Glibc

/// What has to be so before a process opens its first file and starts its first thread.
public enum ProcessStart {
    /// Sees to the standard files and to the memory's arenas; the first thing in `main`.
    public static func prepare() {
        openStandardFiles()
        // One arena for all threads (mallopt(3)): what a burst of requests has taken can be used again by every thread.
        // Small blocks come from a cache of each thread's own anyway.
        mallopt(M_ARENA_MAX, 1)
        // A large block is the system's again as soon as it is free: glibc would raise this by itself up to 32 MiB, and
        // what a pass over a long queue has taken would stay.
        mallopt(M_MMAP_THRESHOLD, largeBlock)
    }

    /// Bytes.
    private static let largeBlock: Int32 = 256 << 10

    /// Opens /dev/null in the place of each standard file that is closed. Otherwise the next file that the daemon
    /// opens, such as its database, takes that number, and is written to by whatever logs.
    private static func openStandardFiles() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) == -1 {
            // The lowest number that is free is this one, since those below are open.
            _ = open("/dev/null", O_RDWR)
        }
    }
}
