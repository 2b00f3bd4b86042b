import Glibc
import Synchronization
import Testing

@testable import Telemetry

@Suite("A thread for work that may never return")
struct LookThreadTests {
    @Test func `requests are answered one after the other, with a state of their own`() async {
        let thread = LookThread<Int, Int> {
            var sum = 0
            return { number in
                sum += number
                return sum
            }
        }
        var answers: [Int?] = []
        for number in 1...4 { answers.append(await thread.ask(number, within: .seconds(60))) }
        #expect(answers == [1, 3, 6, 10])
    }

    @Test func `who asks does not wait for what does not return`() async throws {
        let gate = try Gate()
        let thread = LookThread<Int, Int> {
            { number in
                if number < 0 { gate.wait() }
                return number
            }
        }
        #expect(await thread.ask(-1, within: .milliseconds(20)) == nil)
        #expect(await thread.ask(2, within: .milliseconds(20)) == nil)
        gate.open()
        #expect(await thread.ask(3, within: .seconds(60)) == 3)
    }

    @Test func `nobody waits in a line that is full`() async throws {
        let gate = try Gate()
        let thread = LookThread<Int, Int> {
            { number in
                gate.wait()
                return number
            }
        }
        let given = await withTaskGroup(of: Int?.self) { group in
            for number in 0..<40 { group.addTask { await thread.ask(number, within: .seconds(60)) } }
            var refused = 0
            for await answer in group {
                if answer == nil { refused += 1 }
                // One is being worked on, or none yet, and sixteen wait.
                if refused >= 23 { gate.open() }
            }
            return 40 - refused
        }
        #expect((16...17).contains(given))
    }

    @Test func `the thread ends with who has it`() async throws {
        let ended = try Gate()
        do {
            let thread = LookThread<Int, Int> {
                let token = Token(ended)
                return { number in number + token.zero }
            }
            #expect(await thread.ask(1, within: .seconds(60)) == 1)
        }
        ended.wait()
    }
}

/// Opens its gate when it goes.
private final class Token: Sendable {
    let zero = 0
    private let gate: Gate

    init(_ gate: Gate) { self.gate = gate }

    deinit { gate.open() }
}

/// Holds up a thread until it is opened, for good.
private final class Gate: Sendable {
    private let ends: (read: Int32, write: Int32)
    private let isOpen = Mutex(false)

    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        self.ends = (ends[0], ends[1])
    }

    deinit {
        open()
        close(ends.read)
    }

    func wait() {
        var byte: UInt8 = 0
        _ = read(ends.read, &byte, 1)
    }

    func open() {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = true }
            return isOpen
        }
        if !wasOpen { close(ends.write) }
    }
}
