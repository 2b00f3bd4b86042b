import Units

extension Batch {
    /// Refuses what is larger than `StorageLimits` allow, before anything is written.
    func check() throws(StoreError) {
        let sizes = [
            ("events", events.count), ("rows", rows.count), ("usage", usage.count), ("replies", replies.count),
            ("eraseAtEnd", eraseAtEnd.count), ("erasePersonal", erasePersonal.count),
            ("erasePersonalOfEvents", erasePersonalOfEvents.count), ("tariffs", tariffs.count),
            ("records", records.count), ("invoices", invoices.count),
        ]
        for (field, count) in sizes { try check(field, count, StorageLimits.batchItems) }
        try check("scalars", scalars.count, StorageLimits.scalars)
        for name in scalars.keys {
            precondition(!name.hasPrefix("journal."), "names from `journal.` on are the store's own")
            try check("name of a scalar", name.utf8.count, StorageLimits.scalarNameBytes)
        }
        for event in events { try check(event) }
        for row in rows {
            try check("department", row.department.text.utf8.count, StorageLimits.departmentBytes)
            try check("body", row.body.count, StorageLimits.bodyBytes)
        }
        for row in usage {
            precondition(row.amount >= 0, "what was used is not negative")
            try check("department", row.department.text.utf8.count, StorageLimits.departmentBytes)
            try check("team", row.team?.text.utf8.count ?? 0, StorageLimits.departmentBytes)
        }
        for reply in replies {
            precondition(reply.digest.count == Chain.hashBytes, "a SHA-256 digest has 32 bytes")
            try check("idempotency key", reply.key.key.utf8.count, StorageLimits.keyBytes)
            try check("content type", reply.contentType.utf8.count, StorageLimits.contentTypeBytes)
            try check("reply", reply.body.count, StorageLimits.replyBytes)
        }
        for tariff in tariffs { try check("tariff", tariff.body.count, StorageLimits.tariffBytes) }
        for record in records { try check(record) }
        for invoice in invoices {
            try check("invoice's number", invoice.number.utf8.count, StorageLimits.invoiceNumberBytes)
            try check("department", invoice.department.text.utf8.count, StorageLimits.departmentBytes)
            try check("invoice", invoice.body.count, StorageLimits.invoiceBytes)
        }
    }

    private func check(_ record: UsageRecordRow) throws(StoreError) {
        precondition(record.reservation.number > 0, "a reservation's number is from 1 up")
        precondition(record.from <= record.to, "an interval does not end before its beginning")
        precondition(record.original.map { 1..<record.number ~= $0 } ?? true, "an original is an earlier record")
        precondition(record.quantity > .min, "a quantity can be taken back")
        try check("department", record.department.text.utf8.count, StorageLimits.departmentBytes)
        try check("team", record.team?.text.utf8.count ?? 0, StorageLimits.departmentBytes)
    }

    private func check(_ event: JournalEvent) throws(StoreError) {
        precondition(event.reservation.map { $0.number > 0 } ?? true, "a reservation's number is from 1 up")
        try check("kind", event.kind.utf8.count, StorageLimits.kindBytes)
        try check("payload", event.payload.count, StorageLimits.payloadBytes)
        try check("personal fields", event.personal.count, StorageLimits.personalFields)
        for field in event.personal {
            try check("name of a personal field", field.name.rawValue.utf8.count, StorageLimits.personalNameBytes)
            try check(field.name.rawValue, field.value.count, StorageLimits.personalValueBytes)
        }
    }

    private func check(_ field: String, _ size: Int, _ limit: Int) throws(StoreError) {
        guard size <= limit else { throw .limitExceeded(field: field, limit: limit) }
    }
}
