// SPDX-License-Identifier: Apache-2.0

import Limits
import Synchronization
import Testing

/// Numbers that tasks record, in order.
private final class Numbers: Sendable {
    private let numbers = Mutex<[Int]>([])

    var all: [Int] { numbers.withLock { $0 } }

    func add(_ number: Int) { numbers.withLock { $0.append(number) } }
}

@Suite("Semaphore", .timeLimit(.minutes(10)))
struct AsyncSemaphoreTests {
    @Test("no more tasks have a place than may, and all of them get one")
    func limit() async throws {
        let semaphore = AsyncSemaphore<Unkeyed>(limit: 3, waiterLimit: 1_000)
        let seen = Numbers()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await semaphore.withPlace(.all) {
                        seen.add(semaphore.load.open)
                        await Task.yield()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(seen.all.count == 200 && seen.all.max() == 3)
        #expect(semaphore.load == (0, 0))
    }

    @Test("those who wait get a place in the order in which they came")
    func fair() async throws {
        let semaphore = AsyncSemaphore<Unkeyed>(limit: 1, waiterLimit: 100)
        let order = Numbers()
        try await semaphore.acquire(.all)
        var tasks: [Task<Void, any Error>] = []
        for number in 0..<20 {
            tasks.append(
                Task { try await semaphore.withPlace(.all) { order.add(number) } })
            try await waiting(number + 1, semaphore)
        }
        semaphore.release(.all)
        for task in tasks { try await task.value }
        #expect(order.all == Array(0..<20))
    }

    @Test("who waits for a busy key holds up nobody else")
    func keys() async throws {
        let semaphore = AsyncSemaphore<String>(limit: 8, perKey: 2, waiterLimit: 100)
        try await semaphore.acquire("slow")
        try await semaphore.acquire("slow")
        let third = Task { try await semaphore.acquire("slow") }
        try await waiting(1, semaphore)
        try await semaphore.acquire("quick")
        #expect(semaphore.load == (3, 1))
        semaphore.release("quick")
        #expect(semaphore.load == (2, 1), "a place of another key is no place for it")
        semaphore.release("slow")
        try await third.value
        #expect(semaphore.load == (2, 0))
    }

    @Test("those who wait for one key leave room for those who wait for another")
    func waitersPerKey() async throws {
        let semaphore = AsyncSemaphore<String>(limit: 1, waiterLimit: 100, waitersPerKey: 2)
        try await semaphore.acquire("slow")
        var tasks = (1...2).map { _ in Task { try await semaphore.acquire("slow") } }
        try await waiting(2, semaphore)
        await #expect(throws: SemaphoreError.tooManyWaiting) { try await semaphore.acquire("slow") }
        tasks.append(Task { try await semaphore.acquire("quick") })
        try await waiting(3, semaphore)
        tasks[0].cancel()
        await #expect(throws: SemaphoreError.cancelled) { try await tasks[0].value }
        tasks.append(Task { try await semaphore.acquire("slow") })
        try await waiting(3, semaphore)
        for key in ["slow", "slow", "quick", "slow"] { semaphore.release(key) }
        for task in tasks.dropFirst() { try await task.value }
        #expect(semaphore.load == (0, 0))
    }

    @Test("the limit of all counts for keys too")
    func both() async throws {
        let semaphore = AsyncSemaphore<Int>(limit: 3, perKey: 2, waiterLimit: 100)
        for key in 0..<3 { try await semaphore.acquire(key) }
        let fourth = Task { try await semaphore.acquire(3) }
        try await waiting(1, semaphore)
        semaphore.release(1)
        try await fourth.value
        #expect(semaphore.load == (3, 0))
    }

    @Test("a task that is cancelled stops waiting, and its place in the queue goes to the next")
    func cancelled() async throws {
        let semaphore = AsyncSemaphore<Unkeyed>(limit: 1, waiterLimit: 100)
        try await semaphore.acquire(.all)
        let first = Task { try await semaphore.acquire(.all) }
        try await waiting(1, semaphore)
        let second = Task { try await semaphore.acquire(.all) }
        try await waiting(2, semaphore)
        first.cancel()
        await #expect(throws: SemaphoreError.cancelled) { try await first.value }
        #expect(semaphore.load == (1, 1))
        semaphore.release(.all)
        try await second.value
        #expect(semaphore.load == (1, 0))
    }

    @Test("a task that was cancelled before it asked does not wait")
    func cancelledBefore() async throws {
        let semaphore = AsyncSemaphore<Unkeyed>(limit: 1, waiterLimit: 100)
        try await semaphore.acquire(.all)
        let late = Task {
            while !Task.isCancelled { await Task.yield() }
            try await semaphore.acquire(.all)
        }
        late.cancel()
        await #expect(throws: SemaphoreError.cancelled) { try await late.value }
        #expect(semaphore.load == (1, 0))
    }

    @Test("beyond the bound nobody waits")
    func bounded() async throws {
        let semaphore = AsyncSemaphore<Unkeyed>(limit: 1, waiterLimit: 2)
        try await semaphore.acquire(.all)
        let tasks = (0..<2).map { _ in Task { try await semaphore.acquire(.all) } }
        try await waiting(2, semaphore)
        await #expect(throws: SemaphoreError.tooManyWaiting) { try await semaphore.acquire(.all) }
        for task in tasks {
            semaphore.release(.all)
            _ = task
        }
        for task in tasks { try await task.value }
        #expect(semaphore.load == (1, 0))
    }

    @Test("a body that fails gives its place back")
    func failing() async throws {
        struct Failure: Error {}
        let semaphore = AsyncSemaphore<Unkeyed>(limit: 1, waiterLimit: 0)
        for _ in 0..<3 {
            await #expect(throws: Failure.self) { try await semaphore.withPlace(.all) { throw Failure() } }
        }
        #expect(semaphore.load == (0, 0))
    }

    @Test("no place is lost, whenever tasks are cancelled", arguments: 0..<5)
    func storm(round: Int) async throws {
        let semaphore = AsyncSemaphore<Int>(limit: 4, perKey: 2, waiterLimit: 10_000)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let task = Task {
                        try await semaphore.withPlace(number % 5) { for _ in 0..<(number % 3) { await Task.yield() } }
                    }
                    for _ in 0..<(number % 7) { await Task.yield() }
                    if number.isMultiple(of: 2) { task.cancel() }
                    _ = await task.result
                }
            }
        }
        #expect(semaphore.load == (0, 0))
    }

    private func waiting(_ count: Int, _ semaphore: AsyncSemaphore<some Hashable & Sendable>) async throws {
        while semaphore.load.waiting != count { await Task.yield() }
    }
}
