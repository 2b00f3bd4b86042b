import Glibc

/// `allot-plan-bench [HOSTS:WAITING …]`: what a pass over the queue takes, and a submission, on one thread. What is
/// measured where none is named is what docs/benchmarks.md shows.
let standard = ["1:1000", "64:1000", "64:10000", "64:99000", "1000:1000", "1000:10000", "1000:99000"]
let named = Array(CommandLine.arguments.dropFirst())
print(Measurement.head)
for name in named.isEmpty ? standard : named {
    let numbers = name.split(separator: ":").compactMap { Int($0) }
    guard numbers.count == 2, numbers[0] > 0, numbers[1] > 0 else {
        print("allot-plan-bench [HOSTS:WAITING …]")
        exit(64)
    }
    print(try Measurement(hosts: numbers[0], waiting: numbers[1]).row)
    fflush(nil)
}
