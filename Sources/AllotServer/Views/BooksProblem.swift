import AllotAPI
import Chargeback
import Policy
import Storage
import Units

extension BooksRefusal {
    /// What the client is told.
    var problem: Problem {
        switch self {
        case .closed(let period, let open): Problems.periodClosed(period, open: open)
        case .beforeFirst(let period, let first):
            Problems.unknownPeriod(period, first: first, last: nil)
        case .ahead(let period, let current):
            Problems.invalidField("period", "at the latest \(current), which is under way; \(period) has not begun")
        case .notOver(let period, let ends):
            Problems.periodNotSettled(
                period, ["it is not over before \(RFC3339.string(ends))"],
                members: ["ends": .text(RFC3339.string(ends))])
        case .earlierIsOpen(let period, let open):
            Problems.periodNotSettled(
                period, ["\(open) is open, and comes first"], members: ["earlier": .text(open.description)])
        case .hindered(let period, let hindrances): Problems.periodNotSettled(period, hindrances)
        case .zeroAmount: Problems.invalidField("amount", "some amount, not zero")
        case .hundredths(let amount):
            Problems.invalidField("amount", "two decimals at most; \(amount) has more")
        case .amount(_, let limit): Problems.invalidField("amount", "at most \(limit) either way")
        case .tooManyAdjustments(let limit):
            Problems.tooManyProposals(
                limit, "There may be \(limit) adjustments of open periods; close what is over")
        case .price(_, let limit): Problems.invalidField("perHour", "from 0 to \(limit)")
        case .emptyInterval: Problems.invalidField("to", "behind 'from'")
        case .correctionAhead(_, let until):
            Problem(
                type: "/problems/not-metered", title: "Not metered yet", status: 422,
                detail: "to: everything is written down up to \(RFC3339.string(until)); what comes later is the price "
                    + "book's", field: "to", members: ["until": .text(RFC3339.string(until))])
        case .correctionSpan(_, let limit):
            Problems.invalidField("to", "at most \(limit.wholeSeconds / 86_400) days behind 'from'")
        case .tooManyPending(let limit):
            Problems.tooManyProposals(limit, "\(limit) proposals wait for a second person, which is the limit")
        case .unknownProposal(let number): Problems.unknownFinanceProposal(number)
        case .decided(let number):
            Problem(
                type: "/problems/proposal-decided", title: "Decided already", status: 409,
                detail: "\(FinanceViews.id(number)) waits for nobody's word any more",
                members: ["proposal": .number(number)])
        case .ownProposal(let number):
            Problem(
                type: "/problems/own-proposal", title: "One's own proposal", status: 403,
                detail: "\(FinanceViews.id(number)) is your own: somebody else has to approve it",
                members: ["proposal": .number(number)])
        }
    }
}

extension Broker.FinanceFailure {
    /// What the client is told.
    var problem: Problem {
        switch self {
        case .refused(let refusal): refusal.problem
        case .invoicing(let refusal): refusal.problem
        case .tooManyRecords(let limit): Problems.tooManyItems(limit)
        case .notStored(let problem): problem
        }
    }
}

extension InvoicingRefusal {
    var problem: Problem {
        switch self {
        case .beyond: Problems.beyondExact()
        case .oversold(let sku, _, let owned, let sold):
            Problems.invalidField(
                "period",
                "in it \(sku) was held for \(sku.hours(of: sold)) h and owned for \(sku.hours(of: owned)) h, so that "
                    + "the cost of what nobody held can not be shared; with 'unsold: {distribute: none}' it is not")
        }
    }
}

extension Problems {
    static func periodClosed(_ period: Period, open: Period) -> Problem {
        Problem(
            type: "/problems/period-closed", title: "The period is closed", status: 409,
            detail: "Nothing in \(period) changes any more; the earliest open period is \(open)",
            members: ["period": .text(period.description), "open": .text(open.description)])
    }

    static func unknownPeriod(_ period: Period, first: Period, last: Period?) -> Problem {
        let last = last ?? first
        return Problem(
            type: "/problems/unknown-period", title: "No such period", status: 404,
            detail: "There is no period \(period); there are those from \(first) to \(last)",
            members: [
                "period": .text(period.description), "first": .text(first.description), "last": .text(last.description),
            ])
    }

    static func unknownInvoice(_ number: String) -> Problem {
        Problem(
            type: "/problems/unknown-invoice", title: "No such invoice", status: 404,
            detail: "There is no invoice '\(number.prefix(80))' that is yours to see; they look like "
                + "INV-2026-11-vision, and 'allot invoice list' has them", members: ["invoice": .text(number)])
    }

    static func unknownFinanceProposal(_ number: Int64) -> Problem {
        Problem(
            type: "/problems/unknown-proposal", title: "No such proposal", status: 404,
            detail: "There is no adjustment or correction \(FinanceViews.id(number)) among those that wait and the "
                + "last ones", members: ["proposal": .number(number)])
    }

    static func unknownDepartment(_ field: String, _ text: String, known: [String]) -> Problem {
        Problem(
            type: "/problems/unknown-department", title: "No such department", status: 422,
            detail:
                "\(field): there is no '\(text.prefix(80))' in the policy; there is \(known.joined(separator: ", "))",
            field: field, members: ["known": .texts(known)])
    }

    static func tooManyProposals(_ limit: Int, _ detail: String) -> Problem {
        Problem(
            type: "/problems/too-many-proposals", title: "Too many proposals", status: 422, detail: detail,
            members: ["limit": .number(Int64(limit))])
    }

    static func periodNotSettled(_ period: Period, _ hindrances: [Hindrance]) -> Problem {
        var reasons: [String] = []
        var members: [String: [String]] = [:]
        for hindrance in hindrances {
            switch hindrance {
            case .unrated(let sku, let quantity):
                let hours = "\(sku), \(sku.hours(of: quantity)) h"
                members["unrated", default: []].append(hours)
                reasons.append("without a price: \(hours)")
            case .unsettled(let until, let reservations):
                members["unsettled"] = reservations.map(\.description)
                reasons.append(
                    "not written down behind \(RFC3339.string(until)): "
                        + reservations.map(\.description).joined(separator: ", "))
            case .pending(let numbers):
                let ids = numbers.map { FinanceViews.id($0) }
                members["pending"] = ids
                reasons.append("waits for a second person: \(ids.joined(separator: ", "))")
            }
        }
        return periodNotSettled(period, reasons, members: members.mapValues { .texts($0) })
    }

    static func periodNotSettled(
        _ period: Period, _ reasons: [String], members: [String: Problem.Member]
    ) -> Problem {
        var members = members
        members["period"] = .text(period.description)
        return Problem(
            type: "/problems/period-not-settled", title: "The period can not be closed yet", status: 409,
            detail: "\(period): \(reasons.joined(separator: "; "))", members: members)
    }
}
