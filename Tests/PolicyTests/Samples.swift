import Glibc
import Policy
import Testing

/// The text of a file of the repository, by its path from the top.
func repositoryText(_ path: String) throws -> String {
    let top = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    let file = try #require(fopen("\(top)/\(path)", "r"), "\(path) cannot be opened")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk.prefix(count) }
    return String(decoding: bytes, as: UTF8.self)
}

/// What is wrong with a policy's text, as lines; empty for a good one.
func faults(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> [String] {
    do throws(DocumentFaults) {
        _ = try Policy.read(yaml: text, name: "p")
        return []
    } catch {
        return error.lines
    }
}

/// A text that is right but for what is put in.
func policy(department: String = "", top: String = "") -> String {
    """
    version: 1
    departments:
      - id: research
        weight: 2
    \(department.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
    \(top)
    """
}

/// A text with every field that there is.
let wholePolicy = """
    version: 1
    timeZone: Europe/Berlin
    departments:
      - id: research
        name: Research
        weight: 2
        members: ["*"]
        quotas:
          - {model: H100, nominal: 4, borrowing: 2, lending: 1}
          - {model: "*", nominal: 0}
        cells:
          - {together: numa, size: 2, count: 3}
          - {together: nvlink, size: 4, count: 1, model: H100}
        caps: {devicesPerTeam: 6}
        managers: [grace, "@leads"]
        budget: {perMonth: 50000, thresholds: [50, 90], hardStop: false}
        teams:
          - {id: language, name: Language, weight: 1, members: [ada], caps: {duration: 8h, waiting: 0}}
    classes:
      - {id: urgent, rank: 2, preemptible: false, maximumWait: 1d, priceMultiplier: 1.5, mayPreempt: true}
      - {id: standard, rank: 1}
    caps:
      devicesPerTeam: 8
      devicesPerUser: 4
      duration: 14d
      horizon: 90d
      waiting: 50
      deviceHours: 5000
    licences:
      - {name: matlab, count: 10}
      - {name: 3ds.max_2026+, count: 1}
    shareable:
      - {model: NVIDIA L4, betweenDepartments: true, most: 4}
      - {model: "*", most: 2}
    preemption: {minimumRunTime: 30m, grace: 0s, warningSignal: SIGTERM, perHour: 0}
    fairShare: {halfLife: 14d}
    roles: {admin: [root, "@admins"], finance: ["@finance"], auditor: [otto]}
    budgets: {idleFactor: 0.5, atHardStop: stop, grace: 1h}
    approvals:
      changes: {secondPerson: [prices, roles], managers: [members, caps]}
      requests:
        - {devicesOver: 4, class: urgent, approver: admin}
        - {priceOver: 1000.50}
      requestHold: 8h
    idle: {after: 30m, utilizationBelow: 3, action: release, grace: 10m}
    noShow: {after: 1h}
    unreserved: {action: end, grace: 30s}
    endWarning: {lead: 5m, signal: SIGUSR2}
    retention: {personal: 90d}
    defaultDepartments: {ada: research}
    priceBook:
      currency: EUR
      rates:
        - {sku: cpu, from: 2026-07-01T06:30:00+02:00, perHour: "0.03"}
        - {sku: cpu, from: 2026-01-01, to: 2026-07-01T04:30:00Z, perHour: 0.02}
        - {sku: memory, from: 2026-01-01, perHour: 0.000001}
        - {sku: "licence:matlab", from: 2026-01-01, perHour: 0}
        - sku: gpu:NVIDIA H100 80GB HBM3
          from: 2026-01-01
          perHour: 2.50
          windows:
            - {name: night, days: [wed, mon], from: 20:00, to: 08:00, multiplier: 0.5}
            - {name: weekend, days: [sun, sat], from: 08:00, to: 24:00, perHour: 1.00}
    """
