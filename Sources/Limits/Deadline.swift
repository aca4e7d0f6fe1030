// SPDX-License-Identifier: Apache-2.0

/// Runs work that must end before an instant, and cancels it otherwise. The work must return soon after it was
/// cancelled, because the caller waits for it.
///
/// - Throws: ``DeadlinePassed`` when the instant passed, `CancellationError` when the caller was cancelled, and every
///   error of the work.
public func withDeadline<Value: Sendable>(
    _ deadline: ContinuousClock.Instant, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        defer { group.cancelAll() }
        group.addTask(operation: work)
        group.addTask {
            try await Task.sleep(until: deadline, clock: .continuous)
            throw DeadlinePassed()
        }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}

/// The work did not end before its deadline.
public struct DeadlinePassed: Error {
    /// Creates the error.
    public init() {}
}
