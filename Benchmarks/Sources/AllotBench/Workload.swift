import CCeiling
import Storage
import Units

/// What one submission writes: about as many bytes as a real one.
struct Workload {
    let name: String
    let command: ceiling_command

    static let all = [
        Workload(
            name: "event and row",
            command: ceiling_command(payload_bytes: 320, body_bytes: 360, reply_bytes: 0, personal_bytes: 0)),
        Workload(
            name: "event, row, command line, reply",
            command: ceiling_command(payload_bytes: 320, body_bytes: 360, reply_bytes: 480, personal_bytes: 80)),
    ]

    func batch(first: Int64, count: Int) -> Batch {
        var batch = Batch(scalars: ["nextReservation": first + Int64(count), "engineTime": first])
        for number in first..<(first + Int64(count)) {
            let id = ReservationID(number)
            let now = Timestamp(milliseconds: 1_700_000_000_000)
            batch.events.append(
                JournalEvent(
                    at: now, actor: UserID(1000), kind: "reservation.submitted", payload: bytes(command.payload_bytes),
                    reservation: id, personal: personal))
            batch.rows.append(
                ReservationRow(
                    id: id, owner: UserID(1000), department: DepartmentID("physics"), submittedAt: now, endedAt: nil,
                    body: bytes(command.body_bytes)))
            if command.reply_bytes > 0 { batch.replies.append(reply(number, now)) }
        }
        return batch
    }

    private var personal: [PersonalField] {
        command.personal_bytes > 0 ? [PersonalField(name: .command, value: bytes(command.personal_bytes))] : []
    }

    private func reply(_ number: Int64, _ now: Timestamp) -> StoredReply {
        // Clients choose keys at random: they come in no order.
        let key = String(UInt64(bitPattern: number) &* 0x9e37_79b9_7f4a_7c15, radix: 16) + "-\(number)"
        return StoredReply(
            key: ReplyKey(user: UserID(1000), key: key), digest: bytes(32), status: 201,
            contentType: "application/json", body: bytes(command.reply_bytes), storedAt: now, expiresAt: now + .days(1))
    }

    private func bytes(_ count: Int32) -> [UInt8] { [UInt8](repeating: 0, count: Int(count)) }
}
