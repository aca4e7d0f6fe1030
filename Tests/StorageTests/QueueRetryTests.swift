// SPDX-License-Identifier: Apache-2.0

import Model
import Storage
import Testing

/// The retry schedule of each queue. A change of one of these numbers must be deliberate.
@Suite("What failed in a queue is tried again")
struct QueueRetryTests {
    @Test(
        "a received activity after 10, 40, 160 … seconds, six hours at most, eight times in all",
        arguments: [
            (0, 10), (1, 10), (2, 40), (3, 160), (4, 640), (5, 2_560), (6, 10_240), (7, 21_600), (8, nil), (99, nil),
        ] as [(Int, Int?)])
    func received(attempts: Int, seconds: Int?) {
        #expect(Self.wait(InboxQueue.queue, attempts) == seconds.map { .seconds($0) })
    }

    @Test(
        "a mail after longer each time, eight hours at most",
        arguments: [(1, 60), (2, 300), (3, 900), (4, 3_600), (5, 7_200), (6, 14_400), (7, 28_800), (99, 28_800)])
    func mail(attempts: Int, seconds: Int) {
        #expect(MailQueue.queue.retry.wait(afterFailures: attempts, chance: 0.5) == .seconds(seconds))
    }

    @Test("a mail for three days, whatever the number of its attempts")
    func mailEnds() {
        let retry = MailQueue.queue.retry
        let start = Timestamp.start
        var (now, attempts) = (start, 0)
        while true {
            attempts += 1
            guard let next = retry.nextTry(afterAttempts: attempts, since: start, now: now, chance: 0.5) else { break }
            now = next
        }
        #expect(now - start < .days(3) && now - start > .hours(63))
        #expect((12...16).contains(attempts))
    }

    @Test(
        "a conversion after a minute, three times in all; a post that is due after five minutes, eight times in all",
        arguments: [(1, 60, 300), (2, 60, 300), (3, nil, 300), (7, nil, 300), (8, nil, nil)] as [(Int, Int?, Int?)])
    func others(attempts: Int, media: Int?, scheduled: Int?) {
        #expect(Self.wait(Uploads.queue, attempts) == media.map { .seconds($0) })
        #expect(Self.wait(Scheduled.queue, attempts) == scheduled.map { .seconds($0) })
    }

    @Test(
        "pushes wait longer each time, up to half a day",
        arguments: [
            (1, .seconds(15)), (2, .minutes(1)), (3, .minutes(5)), (4, .minutes(30)), (5, .hours(2)), (6, .hours(6)),
            (7, .hours(12)), (8, .hours(12)), (500, .hours(12)), (0, .seconds(15)), (.min, .seconds(15)),
        ] as [(Int, Duration)])
    func pushes(failures: Int, wait: Duration) {
        #expect(PushQueue.queue.retry.wait(afterFailures: failures, chance: 0.5) == wait)
    }

    @Test(
        "deliveries wait longer each time, and never longer than an hour",
        arguments: [
            (1, .seconds(15)), (2, .minutes(1)), (3, .minutes(5)), (4, .minutes(15)), (5, .minutes(30)),
            (6, .minutes(50)), (7, .minutes(50)), (500, .minutes(50)), (0, .seconds(15)), (.min, .seconds(15)),
        ] as [(Int, Duration)])
    func deliveries(failures: Int, wait: Duration) {
        let policy = OutboxQueue.queue.retry
        #expect(policy.wait(afterFailures: failures, chance: 0.5) == wait)
        #expect(policy.wait(afterFailures: failures, chance: 1) <= .hours(1))
        #expect(policy.wait(afterFailures: failures, retryAfter: .days(1), chance: 1) == .hours(1))
    }

    @Test("chance moves the wait of a delivery by a fifth")
    func chance() {
        let policy = OutboxQueue.queue.retry
        #expect(policy.wait(afterFailures: 2, chance: 0).milliseconds == 48_000)
        #expect(policy.wait(afterFailures: 2, chance: 1).milliseconds == 72_000)
    }

    @Test("a peer may ask for a longer wait than ours, up to a bound, and never for a shorter one")
    func retryAfter() {
        let (deliveries, pushes) = (OutboxQueue.queue.retry, PushQueue.queue.retry)
        #expect(deliveries.wait(afterFailures: 1, retryAfter: .minutes(3), chance: 0.5) == .minutes(3))
        #expect(deliveries.wait(afterFailures: 9, retryAfter: .minutes(3), chance: 0.5) == .minutes(50))
        #expect(deliveries.wait(afterFailures: 1, retryAfter: .zero, chance: 0.5) == .seconds(15))
        #expect(deliveries.wait(afterFailures: 1, retryAfter: .seconds(-9), chance: 0.5) == .seconds(15))
        #expect(deliveries.wait(afterFailures: 1, retryAfter: .days(30), chance: 0.5) == .hours(1))
        #expect(pushes.wait(afterFailures: 1, retryAfter: .days(30), chance: 0.5) == .hours(6))
    }

    @Test("a push is given up when its next try would come after two days, a delivery after fourteen")
    func patience() {
        for (queue, days, wait) in [
            (PushQueue.queue, 2, .hours(12)), (OutboxQueue.queue, 14, .minutes(50)),
        ] as [(LeasedQueue, Int, Duration)] {
            let (start, last) = (Timestamp.start, Timestamp.start + .days(days) - wait)
            let early = queue.retry.nextTry(
                afterAttempts: 9, since: start, now: last - .milliseconds(1), chance: 0.5)
            #expect(early == .start + .days(days) - .milliseconds(1))
            #expect(queue.retry.nextTry(afterAttempts: 9, since: start, now: last, chance: 0.5) == nil)
        }
    }

    private static func wait(_ queue: LeasedQueue, _ attempts: Int) -> Duration? {
        queue.retry.nextTry(afterAttempts: attempts, since: .start, now: .start, chance: 0).map { $0 - .start }
    }
}
