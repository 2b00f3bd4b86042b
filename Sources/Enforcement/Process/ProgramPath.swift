import Glibc

/// Finds the file that a command names, as execvp(3) would, without a shell.
enum ProgramPath {
    /// Where a program is looked for when the command's environment has no PATH.
    static let standard = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"

    /// The absolute path of `program`: itself, or beside `directory`, or the first in `path` that this user may run.
    /// - Throws: `ExecutorFailure.refused`, saying what is missing.
    static func find(_ program: String, path: String, directory: String) throws(ExecutorFailure) -> String {
        if program.contains("/") {
            let absolute = absolutePath(program, directory: directory)
            guard access(absolute, F_OK) == 0 else { throw .refused("\(absolute): \(errorText(errno))") }
            guard isProgram(absolute) else { throw .refused("\(absolute): not a program that may be run") }
            return absolute
        }
        for folder in folders(path) {
            let candidate = "\(folder)/\(program)"
            if isProgram(candidate) { return candidate }
        }
        throw .refused("\(program): no such program in \(path)")
    }

    /// `program` itself where it is absolute, else beside `directory`.
    static func absolutePath(_ program: String, directory: String) -> String {
        program.hasPrefix("/") ? program : "\(directory == "/" ? "" : directory)/\(program)"
    }

    /// The folders of a PATH in order; those that are not absolute, or go through `.` or `..`, are left out.
    static func folders(_ path: String?) -> [String] {
        (path ?? standard).split(separator: ":").map(String.init).filter { folder in
            folder.hasPrefix("/") && !folder.split(separator: "/").contains { $0 == "." || $0 == ".." }
        }
    }

    private static func isProgram(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }
}
