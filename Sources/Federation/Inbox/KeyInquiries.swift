// SPDX-License-Identifier: Apache-2.0

internal import Limits
internal import Model
internal import Storage

/// Asks the owners of keys: once for all who wait for the answer, and not again for a while, whatever it was.
///
/// A signature in somebody's name costs its maker nothing. Without this each of them would cost that somebody's host a
/// request.
actor KeyInquiries {
    /// How soon a host is asked again that could not answer.
    private static let pauseAfterFailure = Duration.seconds(30)

    /// The answers, and until when they are fresh.
    private var inquiries = ExpiringCache<String, Task<Result<StoredKey, Refusal>, Never>, Timestamp>(capacity: 4_096)

    /// The owner's answer: the last one while it is fresh, else a new one.
    func ask(
        _ keyID: String, at now: Timestamp, _ question: @escaping @Sendable () async throws(Refusal) -> StoredKey
    ) async throws(Refusal) -> StoredKey {
        if let last = inquiries.value(for: keyID, at: now) { return try await last.value.get() }
        let answer = Task { () async -> Result<StoredKey, Refusal> in
            do throws(Refusal) {
                return .success(try await question())
            } catch {
                return .failure(error)
            }
        }
        inquiries.insert(answer, for: keyID, until: now + ActorResolver.keyRefreshPause)
        let result = await answer.value
        if case .failure(let refusal) = result, refusal.isTemporary {
            inquiries.update(keyID) { $0.until = now + Self.pauseAfterFailure }
        }
        return try result.get()
    }
}
