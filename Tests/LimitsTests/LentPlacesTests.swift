// SPDX-License-Identifier: Apache-2.0

import Limits
import Testing

@Suite("Places that are lent", .timeLimit(.minutes(10)))
struct LentPlacesTests {
    /// Work that does not end before it is cancelled.
    private static func silence() async throws { try await Task.sleep(for: .seconds(86_400)) }

    @Test("tasks that never end leave their places to those that do")
    func silent() async throws {
        let places = LentPlaces<String>(
            AsyncSemaphore(limit: 2, waiterLimit: 100), overtime: .init(after: .milliseconds(1), limit: 4, perKey: 4))
        let silent = (0..<4).map { number in
            Task { try await places.withPlace("silent \(number)") { try await Self.silence() } }
        }
        while places.load.overtime < 4 { await Task.yield() }
        let answer = try await places.withPlace("quick") { places.load }
        #expect(answer == (1, 4, 0))
        for task in silent { task.cancel() }
        for task in silent { _ = await task.result }
        while places.load != (0, 0, 0) { await Task.yield() }
    }

    @Test("their number is bounded, in total and for one key")
    func bounded() async throws {
        let places = LentPlaces<String>(
            AsyncSemaphore(limit: 3, perKey: 2, waiterLimit: 100),
            overtime: .init(after: .milliseconds(1), limit: 2, perKey: 1))
        let silent = ["a", "a", "a", "a", "b", "b", "b", "c", "c"].map { key in
            Task { try await places.withPlace(key) { try await Self.silence() } }
        }
        // Two are in overtime, three have a place that nobody takes from them, and four wait.
        while places.load != (3, 2, 4) { await Task.yield() }
        for task in silent { task.cancel() }
        for task in silent { _ = await task.result }
        while places.load != (0, 0, 0) { await Task.yield() }
    }
}
