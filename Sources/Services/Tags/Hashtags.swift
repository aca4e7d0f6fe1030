// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Markup
public import Model
public import Storage

extension Services {
    /// Returns the normalized spelling under which a hashtag is stored. Text that is no hashtag is returned unchanged;
    /// no stored hashtag equals it.
    public func foldedTag(_ name: String) -> String {
        let plain = name.hasPrefix("#") ? String(name.dropFirst()) : name
        return Hashtag.normalForm(of: plain) ?? plain
    }

    /// Whether the text is a valid hashtag.
    func isTag(_ name: String) -> Bool { name.utf8.count <= 200 && Hashtag.normalForm(of: name) != nil }

    /// Returns the hashtags as a viewer sees them; `viewer` is nil for a stranger.
    public func tags(_ names: [String], viewer: ID<Account>?) async throws -> [TagView] {
        let names = names.map(foldedTag)
        return try await database.read { db in try Tags.views(names, viewer: viewer, at: now(), in: db) }
    }

    /// Returns the normalized hashtag, or throws when the text is no hashtag.
    func tag(_ name: String) throws(ServiceError) -> String {
        let tag = foldedTag(name)
        guard isTag(tag) else { throw .invalid("name", "not_a_hashtag") }
        return tag
    }
}
