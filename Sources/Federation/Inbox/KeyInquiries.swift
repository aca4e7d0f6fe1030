// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage

/// Asks the owners of keys: once for all who wait for the answer, and not again for a while, whatever it was.
///
/// A signature in somebody's name costs its maker nothing. Without this each of them would cost that somebody's host a
/// request.
actor KeyInquiries {
    private struct Inquiry {
        var freshUntil: Timestamp
        let answer: Task<Result<StoredKey, Refusal>, Never>
    }

    /// Inquiries that are remembered, at the most.
    private static let limit = 4_096
    /// How soon a host is asked again that could not answer.
    private static let pauseAfterFailure = Duration.seconds(30)

    private var inquiries: [String: Inquiry] = [:]

    /// The owner's answer: the last one while it is fresh, else a new one.
    func ask(
        _ keyID: String, at now: Timestamp, _ question: @escaping @Sendable () async throws(Refusal) -> StoredKey
    ) async throws(Refusal) -> StoredKey {
        if let last = inquiries[keyID], last.freshUntil > now { return try await last.answer.value.get() }
        makeRoom(at: now)
        let answer = Task { () async -> Result<StoredKey, Refusal> in
            do throws(Refusal) {
                return .success(try await question())
            } catch {
                return .failure(error)
            }
        }
        inquiries[keyID] = Inquiry(freshUntil: now + ActorResolver.keyRefreshPause, answer: answer)
        let result = await answer.value
        if case .failure(let refusal) = result, refusal.isTemporary {
            inquiries[keyID]?.freshUntil = now + Self.pauseAfterFailure
        }
        return try result.get()
    }

    private func makeRoom(at now: Timestamp) {
        guard inquiries.count >= Self.limit else { return }
        inquiries = inquiries.filter { $0.value.freshUntil > now }
        if inquiries.count >= Self.limit { inquiries.removeAll() }
    }
}
