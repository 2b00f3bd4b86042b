import AllotAPI
import AllotClient
import Testing

@testable import allot

@Suite("Exit codes")
struct ExitStatusTests {
    @Test(
        "The status of a problem has its exit code",
        arguments: [
            (400, 64), (403, 77), (404, 3), (409, 2), (410, 3), (413, 64), (414, 64), (415, 64), (422, 2), (429, 1),
            (431, 64),
            (500, 1), (503, 1), (507, 1),
        ] as [(Int, Int32)])
    func status(status: Int, code: Int32) {
        let problem = Problem(type: "about:blank", title: "Title", status: status, detail: "Detail")
        #expect(Failure(ClientError.problem(problem))?.code.rawValue == code)
    }

    @Test(
        "What keeps the daemon from answering has its exit code",
        arguments: [
            (.socketMissing(path: "/s"), 69), (.connectionRefused(path: "/s"), 69), (.permissionDenied(path: "/s"), 77),
            (.pathTooLong(path: "/s"), 64), (.cannotConnect(path: "/s", reason: "x"), 69), (.timedOut(seconds: 1), 69),
            (.disconnected, 69), (.notHTTP("x"), 69), (.replyTooLarge(limitBytes: 1), 1), (.unreadable("x"), 1),
        ] as [(ClientError, Int32)])
    func client(error: ClientError, code: Int32) {
        #expect(Failure(error)?.code.rawValue == code)
    }

    @Test("A problem is told as title and detail, with the next step where there is one")
    func message() {
        let problem = Problem(type: "/problems/exceeds-host", title: "Too much", status: 422, detail: "8 of 4 GPUs")
        let failure = Failure(ClientError.problem(problem))
        #expect(failure?.message == "Too much: 8 of 4 GPUs")
        #expect(failure?.hint == "What there is: allot host --tree")
        #expect(Failure(ClientError.socketMissing(path: "/run/s"))?.message?.contains("/run/s") == true)
        #expect(Failure(ClientError.socketMissing(path: "/run/s"))?.hint?.contains("Is the daemon running?") == true)
    }
}
