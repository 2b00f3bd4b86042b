import ArgumentParser
import Units

/// So many GPUs, or a part of one.
struct GPUCount: Sendable, Hashable {
    var devices: Int
    /// Less than 1; nil for whole ones.
    var share: Ratio?

    /// Reads `2` or `0.5`.
    static func argument(_ text: String) throws -> GPUCount {
        guard let amount = Ratio(text) else {
            throw ValidationError("'\(text)' is no number of GPUs, 0 or more. Write 2, or 0.5 for half of one.")
        }
        if amount.thousandths % 1000 == 0 { return GPUCount(devices: Int(amount.thousandths / 1000), share: nil) }
        guard amount < .one else {
            throw ValidationError("'\(text)': a part is of one GPU. Write 2, or 0.5 for half of one.")
        }
        return GPUCount(devices: 1, share: amount)
    }

    /// As a person reads it: `2`, `0.5`.
    static func text(_ devices: Int, share: String?) -> String { share ?? String(devices) }
}
