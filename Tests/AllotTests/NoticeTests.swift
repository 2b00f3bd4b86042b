import AllotAPI
import Testing
import Units

@testable import allot

@Suite("Notices on the terminal")
struct NoticeTests {
    private func lines(_ view: ReservationView) -> [String] {
        Notice.current(of: view).map { $0.text(of: view.id, Sample.style()) }
    }

    @Test("What stands has nothing to tell until its end is announced, or nobody uses it")
    func active() {
        var view = Sample.reservation(3, .active)
        #expect(lines(view) == [])
        view.endsSoon = true
        #expect(
            lines(view) == [
                "r-3 ends at 2026-11-23 13:30Z (in 4h), and what runs in it is stopped then; "
                    + "for more time: allot extend r-3 --for 1h"
            ])
        view.endsSoon = nil
        view.unused = .idle
        #expect(lines(view) == ["r-3 is idle"])
        view.releaseAt = DateTime(Sample.now + .minutes(15))
        #expect(
            lines(view) == [
                "r-3 is idle, and is released at 2026-11-23 09:45Z (in 15m); to keep it, use it, or: "
                    + "allot extend r-3 --for 1h --reason '...'"
            ])
    }

    @Test("An end that has moved is told anew, and one that stands is not")
    func moved() {
        var view = Sample.reservation(3, .active)
        view.endsSoon = true
        let first = Notice.current(of: view)
        view.unusedSince = DateTime(Sample.now)
        #expect(Notice.current(of: view) == first)
        view.endsAt = DateTime(Sample.now + .hours(5))
        #expect(Notice.current(of: view) != first)
    }

    @Test("Why it is over, or waits again")
    func over() {
        var view = Sample.reservation(3, .ending)
        view.endReason = .preempted
        #expect(
            lines(view) == ["r-3 is ending, it had to give way to a higher class: what runs in it is being stopped"])
        view.state = .ended
        #expect(lines(view) == ["r-3 has ended: it had to give way to a higher class"])
        view.state = .waiting
        #expect(lines(view) == ["r-3 is over for now, and waits for its next turn: allot show r-3"])
    }
}
