import AllotAPI
import ArgumentParser

extension Session {
    /// The time that an option names, by the person's clock and zone; nil where the option is not there.
    /// - Throws: what is wrong with it, with the option's name.
    func time(_ text: String?, _ option: String) throws -> DateTime? {
        guard let text else { return nil }
        do {
            return DateTime(try TimeArgument.read(text, now: output.style.now, zone: zone))
        } catch {
            throw ValidationError("\(option): \(error).")
        }
    }
}
