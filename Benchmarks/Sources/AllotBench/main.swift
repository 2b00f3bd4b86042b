import Glibc

/// `allot-bench [--folder DIR] [journal] [start]`: all, where none is named. The folder is made, and removed.
var names = Array(CommandLine.arguments.dropFirst())
var folder = Folder(path: "allot-bench-data")
if let index = names.firstIndex(of: "--folder"), index + 1 < names.count {
    folder = Folder(path: names[index + 1])
    names.removeSubrange(index...(index + 1))
}
let known = ["journal", "start"]
guard names.allSatisfy({ known.contains($0) }) else {
    print("allot-bench [--folder DIR] [\(known.joined(separator: "] ["))]")
    exit(64)
}
for name in names.isEmpty ? known : names {
    switch name {
    case "journal": try Journal(folder: folder).run()
    default: try await Start(folder: folder).run()
    }
}
folder.remove()
