/// What is read of the kernel's files at most.
enum Limits {
    /// Bytes of one file of a control group; `cpu.stat` has some 300.
    static let fileBytes = 16 << 10
}
