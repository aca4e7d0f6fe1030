// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Markup
internal import Model
public import Storage

/// The text of a push notification.
public struct PushText: Sendable, Hashable {
    /// The language: `en` or `fr`.
    public var language: String
    /// Who did what.
    public var title: String
    /// The beginning of the post or the title of the event; empty for a follow.
    public var body: String
    /// The avatar of the account that caused it; nil when there is none.
    public var icon: String?
}

extension Services {
    /// Returns the text of a push notification; nil when its sender or its status no longer exists, or when the reader
    /// may no longer see it.
    public func text(for push: QueuedPush) async throws -> PushText? {
        let reader = push.subscription.account
        let found = try await database.read { db -> (sender: Account, view: StatusView?, language: String?)? in
            guard let sender = try Accounts.byID(push.sender, in: db), sender.isActive,
                try !Blocks.exists(between: reader, sender.id, in: db)
            else { return nil }
            let language = try LocalAccounts.byID(reader, in: db)?.language
            guard let id = push.item else { return (sender, nil, language) }
            guard let item = try TimelineItems.byID(id, in: db) else { return nil }
            guard let view = try StatusViews.load([item], viewer: reader, in: db).first else { return nil }
            return (sender, view, language)
        }
        guard let found else { return nil }
        let isFrench = found.language?.hasPrefix("fr") == true
        return PushText(
            language: isFrench ? "fr" : "en",
            title: PushTitles.title(push.type, found.sender.shownName, isFrench: isFrench),
            body: found.view.map(Self.text) ?? "", icon: found.sender.icon.map { String(describing: $0) })
    }

    /// Returns the text of a status. A content warning replaces the text on a locked screen too.
    private static func text(of view: StatusView) -> String {
        switch view.subject {
        case .post(let status):
            let post = status.post
            if !post.warning.isEmpty { return post.warning }
            let words = Excerpt.plainText(of: post.content, limit: 240)
            return post.title.isEmpty ? words : "\(post.title) – \(words)"
        case .event(let status): return status.event.title
        }
    }
}

private enum PushTitles {
    static func title(_ type: String, _ name: String, isFrench: Bool) -> String {
        switch type {
        case "mention": isFrench ? "\(name) te mentionne" : "\(name) mentioned you"
        case "status": isFrench ? "\(name) vient d’écrire" : "\(name) just posted"
        case "reblog": isFrench ? "\(name) partage ce que tu as écrit" : "\(name) boosted your post"
        case "follow": isFrench ? "\(name) te suit" : "\(name) followed you"
        case "follow_request": isFrench ? "\(name) voudrait te suivre" : "\(name) wants to follow you"
        case "favourite": isFrench ? "\(name) aime ce que tu as écrit" : "\(name) favourited your post"
        case "poll": isFrench ? "Un sondage est terminé" : "A poll has ended"
        case "update": isFrench ? "\(name) a modifié un texte" : "\(name) edited a post"
        case "quote": isFrench ? "\(name) te cite" : "\(name) quoted your post"
        case "admin.sign_up": isFrench ? "\(name) vient de s’inscrire" : "\(name) signed up"
        case "admin.report": isFrench ? "\(name) fait un signalement" : "\(name) filed a report"
        default: name
        }
    }
}
