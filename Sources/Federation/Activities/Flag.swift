// SPDX-License-Identifier: Apache-2.0

public import Database
internal import Markup
public import Model
public import Storage
internal import Vocabulary

/// `Flag`: a complaint from another node, kept for the moderators. At most fifty objects of it are kept.
enum FlagHandler: ActivityHandler {
    static let types = ["Flag"]

    static func gather(_ activity: ActivityDocument, from actor: Account, in world: Federation) async throws -> [IRI] {
        let objects = activity.document.iris("object").filter { world.identifiers.isLocal($0) }
        guard !objects.isEmpty else { throw NothingToApply.ignored(.notForUs) }
        return Array(objects.prefix(50))
    }

    static func apply(_ objects: [IRI], _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        guard let id = said.activity.id else { return .ignored(.malformed) }
        var target: ID<Account>?
        for object in objects where target == nil {
            target = try Accounts.byIRI(object, in: tx)?.id ?? Posts.byIRI(object, in: tx)?.author
        }
        let words = said.activity.document.string("content") ?? said.activity.document.string("summary") ?? ""
        let comment = Excerpt.plainText(of: Sanitizer.sanitize(words), limit: 2_000)
        let report = Report(
            id: said.world.ids.make(at: said.now), activity: id, reporter: said.actor.id, target: target,
            objects: objects.map(\.string), comment: comment, createdAt: said.now)
        let isNew = try Reports.insert(report, in: tx)
        if isNew { try said.outbox.notify(.report(report), in: tx) }
        return isNew ? .applied : .duplicate
    }
}

extension Outbox {
    /// Passes a complaint on to the node of the account that it is about, in the node's own name.
    ///
    /// - Returns: whether it went anywhere.
    @discardableResult
    public func flag(_ report: Report, about target: Account, in tx: Transaction) throws(DatabaseError) -> Bool {
        guard !target.isLocal, let node = try Accounts.byIRI(identifiers.instanceActor, in: tx) else { return false }
        var saying = Saying(
            "Flag", by: node, object: .array(report.objects.map { .string($0) }), about: target.iri, to: [target.iri])
        saying.content = report.comment
        try say(saying, to: [.account(target)], in: tx)
        return true
    }
}
