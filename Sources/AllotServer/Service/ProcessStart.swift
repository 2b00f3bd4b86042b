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
    }

    /// Opens /dev/null in the place of each standard file that is closed. Otherwise the next file that the daemon
    /// opens, such as its database, takes that number, and is written to by whatever logs.
    private static func openStandardFiles() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) == -1 {
            // The lowest number that is free is this one, since those below are open.
            _ = open("/dev/null", O_RDWR)
        }
    }
}
