// SPDX-License-Identifier: Apache-2.0

/// How many documents are fetched at once: a stranger who names a thousand addresses must not make us open a thousand
/// connections, nor two dozen to one victim.
actor FetchGate {
    private struct Waiter {
        let ticket: Int
        let host: String
        let continuation: CheckedContinuation<Void, any Error>
    }

    private let limit: Int
    private let hostLimit: Int
    private let queueLimit: Int
    private var open: [String: Int] = [:]
    private var openCount = 0
    private var waiters: [Waiter] = []
    private var lastTicket = 0

    init(limit: Int = 32, hostLimit: Int = 2, queueLimit: Int = 256) {
        self.limit = limit
        self.hostLimit = hostLimit
        self.queueLimit = queueLimit
    }

    /// Runs a fetch when there is a place for it.
    ///
    /// - Throws: `TransportFailure.unreachable` when too many wait already, `CancellationError`, what `body` throws.
    func run<Value: Sendable>(_ host: String, _ body: @Sendable () async throws -> Value) async throws -> Value {
        try await enter(host)
        defer { leave(host) }
        return try await body()
    }

    private func enter(_ host: String) async throws {
        // Nobody is passed by: a waiter gets a place as soon as there is one for its host.
        if hasPlace(host) { return take(host) }
        guard waiters.count < queueLimit else { throw TransportFailure.unreachable }
        lastTicket += 1
        let ticket = lastTicket
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                waiters.append(Waiter(ticket: ticket, host: host, continuation: continuation))
            }
        } onCancel: {
            Task { await self.giveUp(ticket) }
        }
    }

    /// Gives the place to the first who waits and may have it.
    private func leave(_ host: String) {
        openCount -= 1
        open[host] = (open[host] ?? 1) > 1 ? (open[host] ?? 1) - 1 : nil
        while let next = waiters.firstIndex(where: { hasPlace($0.host) }) {
            let waiter = waiters.remove(at: next)
            take(waiter.host)
            waiter.continuation.resume()
        }
    }

    private func hasPlace(_ host: String) -> Bool {
        openCount < limit && open[host, default: 0] < hostLimit
    }

    private func take(_ host: String) {
        openCount += 1
        open[host, default: 0] += 1
    }

    private func giveUp(_ ticket: Int) {
        guard let position = waiters.firstIndex(where: { $0.ticket == ticket }) else { return }
        waiters.remove(at: position).continuation.resume(throwing: CancellationError())
    }
}
