// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Stores a private note about an account. An empty text deletes the note.
    public func note(_ text: String, about target: ID<Account>, as principal: Principal) async throws {
        let note = text.trimmed
        guard note.count <= 2_000 else { throw ServiceError.invalid("comment", "too_long") }
        try await database.write { tx in
            let (actor, account) = try pair(principal, target, in: tx)
            try AccountNotes.set(note, about: account.id, by: actor.id, in: tx)
        }
    }
}
