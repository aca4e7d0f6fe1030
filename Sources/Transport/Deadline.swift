// SPDX-License-Identifier: Apache-2.0

/// Runs work that must end before an instant, and cancels it otherwise.
///
/// - Throws: `TransportFailure.timedOut` when the instant passed, `CancellationError` when the caller was cancelled,
///   and every error of the work.
func withDeadline<Value: Sendable>(
    _ deadline: ContinuousClock.Instant, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        defer { group.cancelAll() }
        group.addTask(operation: work)
        group.addTask {
            try await Task.sleep(until: deadline, clock: .continuous)
            throw TransportFailure.timedOut
        }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
