// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Markup
public import Model
public import Storage

extension Services {
    /// The one spelling under which a hashtag is kept; what is no hashtag stays as it is and is found nowhere.
    public func foldedTag(_ name: String) -> String {
        let plain = name.hasPrefix("#") ? String(name.dropFirst()) : name
        return Hashtag.normalForm(of: plain) ?? plain
    }

    /// Whether text could be a hashtag.
    func isTag(_ name: String) -> Bool { name.utf8.count <= 200 && Hashtag.normalForm(of: name) != nil }

    /// The hashtags as a viewer sees them; nil for a stranger.
    public func tags(_ names: [String], viewer: ID<Account>?) async throws -> [TagView] {
        let names = names.map(foldedTag)
        return try await database.read { db in try Tags.views(names, viewer: viewer, at: now(), in: db) }
    }

    /// The hashtag that text names.
    func tag(_ name: String) throws(ServiceError) -> String {
        let tag = foldedTag(name)
        guard isTag(tag) else { throw .invalid("name", "not_a_hashtag") }
        return tag
    }
}
