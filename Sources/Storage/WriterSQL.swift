/// What the writer says to SQLite. Benchmarks say the same from C.
enum WriterSQL {
    static let insertEvent = """
        INSERT INTO journal (sequence, at, actor, kind, reservation, payload, personal, hash, caller)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """
    static let insertPersonal = """
        INSERT INTO personal (reservation, sequence, name, salt, value) VALUES (?1, ?2, ?3, ?4, ?5)
        """
    static let erasePersonal = "DELETE FROM personal WHERE reservation = ?1 AND name IN (?2, ?3)"
    static let eraseAllPersonal = "DELETE FROM personal WHERE reservation = ?1"
    static let erasePersonalOfEvent = "DELETE FROM personal WHERE reservation = 0 AND sequence = ?1"
    static let putReservation = """
        INSERT INTO reservation (id, owner, department, submitted_at, ended_at, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (id) DO UPDATE SET owner = ?2, department = ?3, submitted_at = ?4, ended_at = ?5, body = ?6
        """
    static let putUsage = """
        INSERT INTO usage (department, team, user, amount, at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (department, team, user) DO UPDATE SET amount = ?4, at = ?5
        """
    static let putDocument = """
        INSERT INTO document (name, body) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET body = ?2
        """
    /// Changes no row where there is another reply that has not expired.
    static let putReply = """
        INSERT INTO reply (user, key, digest, status, content_type, body, stored_at, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (user, key) DO UPDATE
        SET digest = ?3, status = ?4, content_type = ?5, body = ?6, stored_at = ?7, expires_at = ?8
        WHERE expires_at <= ?7
        """
    /// Among the oldest only: without an index by time, which each request would have to pay for.
    static let expireReplies = """
        DELETE FROM reply WHERE expires_at <= ?1 AND number IN (SELECT number FROM reply ORDER BY number LIMIT ?2)
        """
    static let insertTariff = "INSERT INTO tariff (id, body) VALUES (?1, ?2)"
    static let insertRecord = """
        INSERT INTO usage_record (number, day, month, reservation, department, team, user, devices, from_at, to_at,
            quantity, tariff, original)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        """
    /// Change no row where the sum is beyond the range: SQLite would go on with a floating-point number.
    static let addDay = """
        INSERT INTO usage_day (day, department, tariff, team, user, quantity) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (day, department, tariff, team, user) DO UPDATE SET quantity = quantity + ?6
        WHERE typeof(quantity + ?6) = 'integer'
        """
    static let addMonth = """
        INSERT INTO usage_month (month, department, team, tariff, quantity) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (month, department, team, tariff) DO UPDATE SET quantity = quantity + ?5
        WHERE typeof(quantity + ?5) = 'integer'
        """
    static let insertInvoice = "INSERT INTO invoice (number, month, department, body) VALUES (?1, ?2, ?3, ?4)"
    static let putMeta = "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2"
}
