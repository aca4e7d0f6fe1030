// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Limits
internal import Markup
internal import Model
internal import Storage
internal import Vocabulary

/// The accounts that a text mentions.
struct Mentions: Sendable {
    /// The accounts that were found.
    var known: [Handle: Account] = [:]
    /// The handles whose servers have not answered yet.
    var pending: [Handle] = []
}

extension Services {
    /// How long a person who publishes waits for the servers of unknown people.
    private static let patience = Duration.seconds(5)
    /// How many posts are completed after their publication at once, and how many more may wait for that.
    static func makeMentionLimit() -> AsyncSemaphore<Unkeyed> { AsyncSemaphore(limit: 8, waiterLimit: 200) }

    /// Returns the accounts that a text mentions, for at most twenty handles. Known accounts are read from the database.
    /// The servers of all others are asked at the same time, for five seconds.
    func mentioned(in text: String) async throws -> Mentions {
        let handles = Composer.compose(text, mentions: { _ in nil }, hashtagURL: { $0 }).mentions
            .prefix(PostLimits.mentions)
        guard !handles.isEmpty else { return Mentions() }
        let handlesOfText = Array(handles)
        var found = Mentions()
        found.known = try await database.read { db in try federation.handles.known(handlesOfText, in: db) }
        let unknown = handlesOfText.filter { found.known[$0] == nil && federation.handles.isElsewhere($0) }
        let (looked, pending) = await lookUp(unknown, for: Self.patience)
        found.known.merge(looked) { known, _ in known }
        found.pending = pending
        return found
    }

    /// Asks the servers of these handles side by side.
    ///
    /// - Returns: the accounts, and the handles whose servers did not answer in time. A handle whose server says that
    ///   it does not exist is in neither.
    private func lookUp(
        _ handles: [Handle], for patience: Duration
    ) async -> (found: [Handle: Account], pending: [Handle]) {
        guard !handles.isEmpty else { return ([:], []) }
        return await withTaskGroup(of: (Handle, Account?)?.self) { group in
            for handle in handles {
                group.addTask { (handle, try? await federation.handles.resolve(handle)) }
            }
            group.addTask {
                try? await Task.sleep(for: patience)
                return nil
            }
            var (found, pending) = ([Handle: Account](), handles)
            while !pending.isEmpty, let result = await group.next(), let (handle, account) = result {
                found[handle] = account
                pending.removeAll { $0 == handle }
            }
            group.cancelAll()
            return (found, pending)
        }
    }

    /// Looks up the handles that were not found in time, and then sends the post to these people.
    ///
    /// This runs after the response and lives in memory only: when the process ends, the post stays as it was published.
    func lookUp(_ handles: [Handle], for post: ID<Post>) {
        guard !handles.isEmpty else { return }
        Task {
            try? await lateMentions.withPlace(.all) {
                let (found, _) = await lookUp(handles, for: .minutes(2))
                if !found.isEmpty { try await add(found, to: post) }
            }
        }
    }

    /// Mentions people in a post that was published before they were found. Nothing happens when the post was edited or
    /// deleted meanwhile.
    private func add(_ found: [Handle: Account], to id: ID<Post>) async throws {
        try await database.write { tx in
            guard var post = try Posts.byID(id, in: tx), let text = post.source else { return }
            let before = try Posts.parts(of: id, in: tx)
            let handles = Composer.compose(text, mentions: { _ in nil }, hashtagURL: { $0 }).mentions
            var known = try federation.handles.known(Array(handles.prefix(PostLimits.mentions)), in: tx)
            known.merge(found) { known, _ in known }
            let composition = compose(text, known: known)
            var parts = before
            parts.mentions = Array(Set(self.parts(of: composition, known: known).mentions + before.mentions)).sorted()
            guard parts.mentions != before.mentions else { return }
            post.content = composition.html
            let named = try Posts.update(post, parts, in: tx)
            try outbox.introduce(id, to: named, in: tx)
        }
    }

    // MARK: - Text

    func compose(_ text: String, known: [Handle: Account]) -> Composition {
        Composer.compose(
            text,
            mentions: { handle in
                guard let account = known[handle] else { return nil }
                return ((account.url ?? account.iri).string, account.username)
            },
            hashtagURL: { identifiers.hashtag($0).string })
    }

    func parts(of composition: Composition, known: [Handle: Account]) -> PostParts {
        var parts = PostParts()
        parts.mentions = Array(Set(composition.mentions.compactMap { known[$0]?.id })).sorted()
        parts.hashtags = Array(composition.hashtags.prefix(PostLimits.hashtags))
        return parts
    }
}
