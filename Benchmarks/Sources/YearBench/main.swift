import Glibc

/// `allot-year-bench [--folder DIR] [--reservations N] [--seed N]`: makes a year of reservations in simulated time and
/// prints, as Markdown, how fast it is metered, rated, stored, asked and exported. The folder is made, and what is left
/// in it removed.
var folder = "allot-year-data"
var reservations: Int64 = 1_000_000
var seed: UInt64 = 7
var arguments = CommandLine.arguments.dropFirst().makeIterator()
while let option = arguments.next() {
    switch (option, arguments.next()) {
    case ("--folder", let path?): folder = path
    case ("--reservations", let text?): reservations = Int64(text) ?? reservations
    case ("--seed", let text?): seed = UInt64(text) ?? seed
    default:
        print("allot-year-bench [--folder DIR] [--reservations N] [--seed N]")
        exit(64)
    }
}
let data = Folder(path: folder)
data.remove()
mkdir(folder, 0o700)
try YearReport(folder: folder, reservations: reservations, seed: seed).run()
data.remove()
