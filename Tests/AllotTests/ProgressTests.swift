import AllotAPI
import Testing
import Units

@testable import allot

@Suite("The progress of a wait")
struct ProgressTests {

    /// What a run of views writes.
    private func written(isTerminal: Bool, width: Int? = nil, _ steps: [(ReservationView, Int64)]) async -> String {
        let (texts, continuation) = AsyncStream.makeStream(of: String.self)
        let progress = Progress(isTerminal: isTerminal, width: width, style: Sample.style()) { continuation.yield($0) }
        for (view, seconds) in steps { await progress.show(view, now: Sample.now + .seconds(seconds)) }
        await progress.finish()
        continuation.finish()
        return await texts.reduce(into: "") { $0 += $1 }
    }

    @Test("On a terminal one line is written over, with the time that is left")
    func terminal() async {
        let view = Sample.reservation(3)
        let text = await written(isTerminal: true, [(view, 0), (view, 0), (view, 60), (view, 3600)])
        #expect(
            text
                == "\rr-3: 3 before it, start planned 2026-11-23 10:30Z, 1h left\u{1B}[K"
                + "\rr-3: 3 before it, start planned 2026-11-23 10:30Z, 59m left\u{1B}[K"
                + "\rr-3: 3 before it, start planned 2026-11-23 10:30Z, any moment now\u{1B}[K" + "\r\u{1B}[K")
    }

    @Test("Elsewhere there is a line when something changed, and none when only time passed")
    func plain() async {
        let text = await written(
            isTerminal: false, [(Sample.reservation(3), 0), (Sample.reservation(3), 60), (Sample.reservation(0), 60)])
        #expect(
            text
                == "r-3: 3 before it, start planned 2026-11-23 10:30Z\n"
                + "r-0: next in line, start planned 2026-11-23 10:30Z\n"
        )
    }

    @Test("The line is never wider than the terminal")
    func narrow() async {
        let text = await written(isTerminal: true, width: 20, [(Sample.reservation(3), 0)])
        #expect(text.hasPrefix("\rr-3: 3 before it, …\u{1B}[K"))
    }
}
