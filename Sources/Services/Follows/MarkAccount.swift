// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Writes something down about an account, for nobody else; an empty text takes it back.
    public func note(_ text: String, about target: ID<Account>, as person: ID<Account>) async throws {
        let note = text.trimmed
        guard note.count <= 2_000 else { throw ServiceError.invalid("comment", "too_long") }
        try await database.write { tx in
            let (actor, account) = try pair(person, target, in: tx)
            try AccountNotes.set(note, about: account.id, by: actor.id, in: tx)
        }
    }

    /// Recommends an account that one follows on one's profile, or no longer.
    public func endorse(_ target: ID<Account>, _ isEndorsed: Bool, as person: ID<Account>) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(person, target, in: tx)
            guard isEndorsed else { return try Endorsements.remove(account.id, by: actor.id, in: tx) }
            guard try Follows.find(by: actor.id, of: account.id, in: tx)?.state == .accepted else {
                throw ServiceError.conflict("you_must_be_already_following_the_person_you_want_to_endorse")
            }
            try Endorsements.add(account.id, by: actor.id, in: tx)
        }
    }

    /// Suggests an account no more.
    public func dismissSuggestion(_ target: ID<Account>, as person: ID<Account>) async throws {
        try await database.write { tx in
            let (actor, account) = try pair(person, target, in: tx)
            try Suggestions.dismiss(account.id, for: actor.id, in: tx)
        }
    }
}
