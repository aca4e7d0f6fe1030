// SPDX-License-Identifier: Apache-2.0

import Limits
import Testing

@Suite("Deadlines")
struct DeadlineTests {
    private struct Failure: Error {}

    @Test("work that ends before its deadline gives its result and its errors")
    func inTime() async throws {
        let deadline = ContinuousClock.now + .seconds(600)
        #expect(try await withDeadline(deadline) { 7 } == 7)
        await #expect(throws: Failure.self) { try await withDeadline(deadline) { throw Failure() } }
    }

    @Test("work is cancelled at its deadline, also when others with later deadlines wait")
    func tooLate() async throws {
        let others = Task { try await withDeadline(.now + .seconds(600)) { try await Task.sleep(for: .seconds(600)) } }
        await #expect(throws: DeadlinePassed.self) {
            try await withDeadline(.now + .milliseconds(20)) { try await Task.sleep(for: .seconds(600)) }
        }
        await #expect(throws: DeadlinePassed.self) {
            try await withDeadline(.now - .seconds(1)) { try await Task.sleep(for: .seconds(600)) }
        }
        others.cancel()
        await #expect(throws: CancellationError.self) { try await others.value }
    }

    @Test("the work of a cancelled caller is cancelled")
    func cancelled() async throws {
        let (steps, step) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await withDeadline(.now + .seconds(600)) {
                step.yield()
                try await Task.sleep(for: .seconds(600))
            }
        }
        for await _ in steps { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("many deadlines are watched together")
    func many() async throws {
        let count = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<2_000 {
                group.addTask {
                    do {
                        let deadline = ContinuousClock.now + (number % 2 == 0 ? .seconds(600) : .milliseconds(10))
                        try await withDeadline(deadline) {
                            if number % 2 == 1 { try await Task.sleep(for: .seconds(600)) }
                        }
                        return false
                    } catch is DeadlinePassed {
                        return true
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(count == 1_000)
    }
}
