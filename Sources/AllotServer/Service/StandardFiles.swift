import Glibc

/// The files that every process is to have open: standard input, output and error.
public enum StandardFiles {
    /// Opens /dev/null in the place of each that is closed. Otherwise the next file that the daemon opens, such as its
    /// database, takes that number, and is written to by whatever logs. To be called before anything else is opened.
    public static func ensureOpen() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) == -1 {
            // The lowest number that is free is this one, since those below are open.
            _ = open("/dev/null", O_RDWR)
        }
    }
}
