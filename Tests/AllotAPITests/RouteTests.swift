import AllotAPI
import Testing
import Units

@Suite("Paths of the API")
struct RouteTests {
    @Test("Every path has its version and its parameters")
    func paths() {
        let id = ReservationID(1042)
        #expect(Route.reservation(id) == "/v1/reservations/r-1042")
        #expect(Route.extend(id) == "/v1/reservations/r-1042/extend")
        #expect(Route.logs(id, follow: true) == "/v1/reservations/r-1042/logs?follow=true")
        #expect(Route.events(follow: false) == "/v1/events?follow=false")
        #expect(Route.reservations() == "/v1/reservations?scope=own&state=live&limit=1000")
        #expect(
            Route.audit(AuditQuery(user: "a b", outcome: .denied)) == "/v1/audit?user=a%20b&outcome=denied&limit=1000")
        #expect(Route.devices() == "/v1/devices?limit=1000")
    }

    @Test("A cursor is percent-encoded, whatever is in it")
    func cursor() {
        #expect(Route.plan(limit: 5, cursor: "a b/?&=+ü") == "/v1/plan?limit=5&cursor=a%20b%2F%3F%26%3D%2B%C3%BC")
    }
}
