import AllotAPI
import Scheduling
import Units

/// What users have had of devices in the months that a cap looks at, as JSON, in its projection.
enum DeviceTimesRecord {
    /// Its name among the store's documents.
    static let name = "deviceTimes"

    static func bytes(_ times: DeviceTimes) -> [UInt8] {
        var writer = JSONWriter(capacity: 64 * times.ofUser.count + 2)
        writer.openObject()
        for (user, months) in times.ofUser.sorted(by: { $0.key.uid < $1.key.uid }) {
            writer.name(String(user.uid))
            let sorted = months.sorted { $0.key < $1.key }
            ReservationRecord.writeMonths(sorted.map { ($0.key, $0.value) }, to: &writer)
        }
        writer.closeObject()
        return writer.bytes
    }

    static func read(_ bytes: [UInt8]) throws(AllotAPI.JSONFault) -> DeviceTimes {
        var reader = JSONReader(bytes)
        var ofUser: [UserID: [Timestamp: Int64]] = [:]
        try reader.object { name, reader throws(AllotAPI.JSONFault) in
            guard let uid = UInt32(name.text) else { throw reader.fault("a uid before it") }
            let months = try ReservationRecord.readMonths(from: &reader)
            ofUser[UserID(uid)] = Dictionary(months.map { ($0.start, $0.amount) }) { first, _ in first }
        }
        return DeviceTimes(ofUser: ofUser)
    }
}
