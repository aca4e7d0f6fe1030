// SPDX-License-Identifier: Apache-2.0

import Model
import Storage
import Testing

@testable import Transport

@Suite("Delivery plan")
struct DeliveryPlanTests {
    private let start = Timestamp(1_800_000_000_000)

    private func plan(
        _ outcome: DeliveryOutcome, attempts: Int = 1, age: Duration = .zero, hostFailures: Int = 0,
        isHostSuspect: Bool = false
    ) -> DeliveryPlan {
        var situation = DeliveryPlan.Situation(
            attempts: attempts, createdAt: start, hostFailures: hostFailures, now: start + age, chance: 0.5)
        situation.isHostSuspect = isHostSuspect
        return DeliveryPlan(after: outcome, situation, policy: OutboxQueue.queue.retry)
    }

    @Test(
        "a status is final or not",
        arguments: [
            (200, .delivered), (202, .delivered), (204, .delivered), (410, .gone), (400, .refused(status: 400)),
            (403, .refused(status: 403)), (404, .refused(status: 404)), (405, .refused(status: 405)),
            (413, .refused(status: 413)), (422, .refused(status: 422)), (401, .later(status: 401, retryAfter: nil)),
            (408, .later(status: 408, retryAfter: nil)), (425, .later(status: 425, retryAfter: nil)),
            (429, .later(status: 429, retryAfter: nil)), (301, .later(status: 301, retryAfter: nil)),
            (500, .later(status: 500, retryAfter: nil)), (501, .later(status: 501, retryAfter: nil)),
            (503, .later(status: 503, retryAfter: nil)), (599, .later(status: 599, retryAfter: nil)),
        ] as [(Int, DeliveryOutcome)])
    func statuses(status: Int, outcome: DeliveryOutcome) {
        #expect(DeliveryOutcome(status: status, retryAfter: nil) == outcome)
    }

    @Test("what was delivered is finished and its host works")
    func delivered() {
        let plan = plan(.delivered, attempts: 9, hostFailures: 4)
        #expect(plan.step == .finish)
        #expect(plan.host == .recover)
    }

    @Test(
        "what will never be taken is given up at once, with a reason",
        arguments: [
            (.refused(status: 404), "http_404"), (.gone, "inbox_gone"), (.hostBlocked, "host_blocked"),
            (.unsigned, "no_key"),
        ] as [(DeliveryOutcome, String)])
    func givenUp(outcome: DeliveryOutcome, reason: String) {
        let plan = plan(outcome)
        #expect(plan.step == .abandon(reason: reason))
        #expect(plan.inboxIsGone == (outcome == .gone))
    }

    @Test("a host that does not answer rests, and its delivery waits for it", arguments: [0, 3])
    func unanswered(hostFailures: Int) {
        let plan = plan(.unanswered(.unreachable), attempts: 6, hostFailures: hostFailures)
        let until = start + (hostFailures == 0 ? .seconds(15) : .minutes(15))
        #expect(plan.host == .rest(until: until))
        #expect(plan.step == .postpone(until: until))
    }

    @Test("an error about one activity lets the host's others go", arguments: [500, 401, 408, 425])
    func oneActivity(status: Int) {
        let plan = plan(.later(status: status, retryAfter: nil), attempts: 3)
        #expect(plan.host == .keep)
        #expect(plan.step == .postpone(until: start + .minutes(5)))
    }

    @Test("a host that fails for several deliveries rests", arguments: [301, 307, 500, 501, 599])
    func suspect(status: Int) {
        let outcome = DeliveryOutcome.later(status: status, retryAfter: nil)
        #expect(plan(outcome).host == .keep)
        let plan = plan(outcome, attempts: 3, isHostSuspect: true)
        #expect(plan.host == .rest(until: start + .seconds(15)))
        #expect(plan.step == .postpone(until: start + .seconds(15)))
    }

    @Test("what may be about one activity says nothing about its host", arguments: [401, 408, 425])
    func notSuspect(status: Int) {
        #expect(plan(.later(status: status, retryAfter: nil), isHostSuspect: true).host == .keep)
    }

    @Test("a busy host that asks for less than our own wait, or for a time in the past, gets our own wait")
    func hasty() {
        for wait in [.zero, .seconds(1), .seconds(-60)] as [Duration] {
            let plan = plan(.later(status: 503, retryAfter: wait), attempts: 2, hostFailures: 3)
            #expect(plan.host == .rest(until: start + .minutes(15)))
        }
        let patient = plan(.later(status: 503, retryAfter: .days(2)))
        #expect(patient.host == .rest(until: start + .hours(1)))
    }

    @Test("a busy host rests for as long as it asks", arguments: [429, 502, 503, 504])
    func busy(status: Int) {
        let plan = plan(.later(status: status, retryAfter: .minutes(7)))
        #expect(plan.host == .rest(until: start + .minutes(7)))
        #expect(plan.step == .postpone(until: start + .minutes(7)))
    }

    @Test("tried for fourteen days, and once more at their end")
    func patience() {
        let late = plan(.unanswered(.timedOut), attempts: 30, age: .days(14) - .minutes(30), hostFailures: 30)
        #expect(late.step == .postpone(until: start + .days(14)))
        let last = plan(.unanswered(.timedOut), attempts: 31, age: .days(14), hostFailures: 31)
        #expect(last.step == .abandon(reason: "expired"))
        #expect(plan(.delivered, attempts: 31, age: .days(15)).step == .finish)
    }

    @Test("a stop gives back, and a failure of ours blames nobody")
    func ours() {
        #expect(plan(.stopped).step == .release)
        let plan = plan(.postponedByUs)
        #expect(plan.step == .postpone(until: start + .seconds(15)))
        #expect(plan.host == .keep)
    }
}
