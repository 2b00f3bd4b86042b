import Units

extension Holding {
    /// What `docker run` is to be given so that a container lands in the grant: below its slice, with its devices'
    /// files, and with what programs inside are told. The slice holds it; the rest is how the inside looks.
    /// - Parameter isThere: whether the machine has a file: a vendor's control files differ by driver.
    public func dockerOptions(isThere: (String) -> Bool) -> [String] {
        var options = ["--cgroup-parent=\(UnitNames(reservation: reservation).slice)"]
        options += openableFiles.filter(isThere).map { "--device=\($0)" }
        if !processors.isEmpty { options.append("--cpuset-cpus=\(processors.list)") }
        if !memoryNodes.isEmpty { options.append("--cpuset-mems=\(memoryNodes.list)") }
        if memory > .zero { options.append("--memory=\(memory.bytes)") }
        return options + environment(numbering: .held).sorted { $0.key < $1.key }.map { "--env=\($0.key)=\($0.value)" }
    }
}
