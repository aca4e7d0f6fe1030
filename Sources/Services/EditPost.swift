// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Markup
public import Model
internal import Storage

extension Services {
    /// Changes the words of one's own post; its readers are told.
    public func editPost(_ id: ID<Post>, title: String, text: String, as author: ID<Account>) async throws {
        var check = Check()
        check.text(title, "title", limit: PostLimits.title, isNeeded: false)
        check.text(text, "text", limit: PostLimits.text)
        try check.finish()
        let text = text.trimmed
        let known = try await mentioned(in: text)
        try await database.write { tx in
            let actor = try member(author, in: tx).account
            guard var post = try Posts.byID(id, in: tx), post.author == actor.id, post.isLocal else {
                throw ServiceError.notFound
            }
            let composition = compose(text, known: known)
            var parts = parts(of: composition, known: known)
            // Somebody who was answered stays named: the edit must reach whoever got the first version.
            parts.mentions = Array(Set(parts.mentions + (try Posts.parts(of: id, in: tx).mentions))).sorted()
            post.title = post.isTopLevel ? title.trimmed : ""
            post.content = composition.html
            post.source = text
            // Times have whole seconds on the wire: without a later one the edit looks like the version before.
            post.editedAt = max(now(), (post.editedAt ?? post.publishedAt) + .seconds(1))
            let named = try Posts.update(post, parts, in: tx)
            try outbox.update(id, named: named, in: tx)
        }
    }

    /// Deletes a post: one's own, or, as a moderator, one in the node.
    public func deletePost(_ id: ID<Post>, as person: ID<Account>) async throws {
        try await database.write { tx in
            let local = try member(person, in: tx)
            guard let post = try Posts.byID(id, in: tx) else { throw ServiceError.notFound }
            let isOwn = post.author == person
            guard isOwn || (local.role >= .moderator && post.isLocal) else { throw ServiceError.notFound }
            try outbox.delete(post, in: tx)
            _ = try Posts.delete(id, in: tx)
        }
    }

    /// What the member typed, for the form in which it is changed.
    public func source(of id: ID<Post>, as author: ID<Account>) async throws -> (title: String, text: String) {
        try await database.read { db in
            guard let post = try Posts.byID(id, in: db), post.author == author, post.isLocal else {
                throw ServiceError.notFound
            }
            return (post.title, post.source ?? Excerpt.plainText(of: post.content, limit: PostLimits.text))
        }
    }
}
