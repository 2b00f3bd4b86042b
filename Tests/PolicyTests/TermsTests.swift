import Foundation
import Policy
import Testing
import Units

/// The terms of a policy: what is reserved for whom, what is too much, what has a price.
@Suite struct TermsTests {
    @Test func `what the text says of terms is read whole`() throws {
        let policy = try Policy.read(yaml: wholePolicy, name: "p")
        #expect(policy.timeZone == Zone("Europe/Berlin"))
        #expect(policy.licences == [Licence(name: "matlab", count: 10), Licence(name: "3ds.max_2026+", count: 1)])
        #expect(
            policy.shareable == [
                Shareable(model: ModelPattern("NVIDIA L4"), betweenDepartments: true, most: 4),
                Shareable(model: .every, most: 2),
            ])
        #expect(
            policy.preemption
                == PreemptionRules(minimumRunTime: .minutes(30), grace: .zero, warningSignal: .terminate, perHour: 0))
        #expect(policy.fairShare == FairShareRules(halfLife: .days(14)))
        #expect(
            policy.caps
                == Caps(
                    devicesPerTeam: 8, devicesPerUser: 4, duration: .days(14), horizon: .days(90), waiting: 50,
                    deviceHours: 5000))
        #expect(policy.classes.map(\.priceMultiplier) == [Ratio(thousandths: 1500), .one])
        #expect(policy.classes.map(\.mayPreempt) == [true, false])
    }

    @Test func `what the text says of a department's share is read whole`() throws {
        let research = try #require(try Policy.read(yaml: wholePolicy, name: "p").departments.first)
        #expect(
            research.quotas == [
                Quota(model: ModelPattern("H100"), nominal: 4, borrowing: 2, lending: 1),
                Quota(model: .every, nominal: 0),
            ])
        #expect(
            research.cells == [
                Cell(together: .numa, size: 2, count: 3),
                Cell(model: ModelPattern("H100"), together: .nvlink, size: 4, count: 1),
            ])
        #expect(research.caps == Caps(devicesPerTeam: 6))
        #expect(research.teams[0].caps == Caps(duration: .hours(8), waiting: 0))
        #expect(research.quotas.map(\.most) == [6, nil])
        #expect(research.quotas.map(\.lendable) == [1, 0])
    }

    @Test func `what the text says of prices is read whole`() throws {
        let book = try #require(try Policy.read(yaml: wholePolicy, name: "p").priceBook)
        #expect(book.currency == "EUR")
        #expect(book.rates.map(\.sku) == [.device("NVIDIA H100 80GB HBM3"), .core, .core, .memory, .licence("matlab")])
        #expect(book.rates.map(\.perHour.description) == ["2.50", "0.02", "0.03", "0.000001", "0.00"])
        // Midnight of a day is that of Berlin: an hour ahead of UTC in winter.
        #expect(
            book.rates.map { RFC3339.string($0.from) }.prefix(3)
                == ["2025-12-31T23:00:00Z", "2025-12-31T23:00:00Z", "2026-07-01T04:30:00Z"])
        #expect(book.rates[1].to == book.rates[2].from)
        #expect(book.rates[2].to == .distantFuture)
        let windows = book.rates[0].windows
        #expect(windows.map(\.name) == ["night", "weekend"])
        #expect(windows.map(\.perHour.description) == ["1.25", "1.00"])
        #expect(windows[0].days == [.monday, .wednesday])
        #expect(windows.map { "\($0.from)-\($0.to)" } == ["20:00-08:00", "08:00-24:00"])
    }

    @Test func `a text from before there were terms has none`() throws {
        let policy = try Policy.read(yaml: "version: 1\ndepartments: [{id: a, teams: [{id: b}]}]", name: "p")
        #expect(policy.timeZone == .utc)
        #expect(policy.priceBook == nil)
        #expect(policy.caps == Caps())
        #expect(policy.licences.isEmpty && policy.shareable.isEmpty)
        #expect(policy.preemption.warningSignal == .user1 && policy.preemption.perHour == 20)
        #expect(policy.preemption.minimumRunTime == .minutes(10) && policy.preemption.grace == .minutes(1))
        #expect(policy.fairShare.halfLife == .days(7))
        #expect(policy.departments[0].quotas.isEmpty && policy.departments[0].cells.isEmpty)
    }

    @Test func `a policy written as JSON and read again is the same`() throws {
        let policy = try Policy.read(yaml: wholePolicy, name: "p")
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(policy)
        let again = try JSONDecoder().decode(Policy.self, from: data)
        #expect(again == policy)
        #expect(try encoder.encode(again) == data)
    }

    @Test func `JSON of what there is not is refused`() {
        let decoder = JSONDecoder()
        #expect(throws: DecodingError.self) { try decoder.decode(Zone.self, from: Data("\"Europe/Nowhere\"".utf8)) }
        #expect(throws: DecodingError.self) { try decoder.decode(SKU.self, from: Data("\"gpu:\"".utf8)) }
        #expect(throws: DecodingError.self) { try decoder.decode(TimeOfDay.self, from: Data("\"24:01\"".utf8)) }
    }
}
