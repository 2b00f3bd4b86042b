import AllotAPI
import Storage
import Units

/// The row that a restore begins its epoch with.
struct RestoreRecord: Sendable, Hashable {
    /// From 2 on: the database that was never restored is epoch 1.
    var epoch: Int64
    /// The backup's end.
    var backup: JournalHead
    /// The end of the database that it took the place of; nil where that was not there or could not be read.
    var replaced: JournalHead?
    /// The newest anchor that the restore was told of.
    var anchor: JournalHead?
    /// Reservations are numbered on from here.
    var nextReservation: Int64

    var payload: [UInt8] {
        var writer = JSONWriter()
        writer.openObject()
        writer.field("epoch", epoch)
        writer.field("backup", backup.description)
        writer.field("replaced", replaced?.description)
        writer.field("anchor", anchor?.description)
        writer.field("nextReservation", nextReservation)
        writer.closeObject()
        return writer.bytes
    }

    init(
        epoch: Int64, backup: JournalHead, replaced: JournalHead?, anchor: JournalHead?, nextReservation: Int64
    ) {
        self.epoch = epoch
        self.backup = backup
        self.replaced = replaced
        self.anchor = anchor
        self.nextReservation = nextReservation
    }

    init(_ payload: [UInt8]) throws(AllotAPI.JSONFault) {
        var reader = JSONReader(payload)
        var (epoch, next): (Int64?, Int64?)
        var (backup, replaced, anchor): (JournalHead?, JournalHead?, JournalHead?)
        try reader.object { name, reader throws(AllotAPI.JSONFault) in
            switch name {
            case "epoch": epoch = try reader.integer()
            case "nextReservation": next = try reader.integer()
            case "backup": backup = JournalHead(try reader.string())
            case "replaced": replaced = JournalHead(try reader.string())
            case "anchor": anchor = JournalHead(try reader.string())
            default: try reader.skip()
            }
        }
        self.epoch = try reader.required(epoch, "epoch")
        self.backup = try reader.required(backup, "backup")
        self.replaced = replaced
        self.anchor = anchor
        nextReservation = try reader.required(next, "nextReservation")
    }
}
