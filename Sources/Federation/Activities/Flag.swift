// SPDX-License-Identifier: Apache-2.0

public import Database
internal import Markup
public import Model
public import Storage
internal import Vocabulary

/// Handles `Flag`: a report from another node, stored for the moderators. At most fifty reported objects are stored.
enum FlagHandler: ActivityHandler {
    static let types = ["Flag"]

    static func gather(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> [IRI] {
        let objects = incoming.activity.document.iris("object").filter { incoming.identifiers.isLocal($0) }
        guard !objects.isEmpty else { throw .ignored(.notForUs) }
        return Array(objects.prefix(50))
    }

    static func apply(
        _ objects: [IRI], of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard let id = incoming.activity.id else { return .ignored(.malformed) }
        var target: ID<Account>?
        for object in objects where target == nil {
            target = try Accounts.byIRI(object, in: tx)?.id
            if target == nil { target = try Posts.byIRI(object, in: tx)?.author }
        }
        let text = incoming.activity.document.string("content") ?? incoming.activity.document.string("summary") ?? ""
        let comment = Excerpt.plainText(of: Sanitizer.sanitize(text), limit: 2_000)
        let report = Report(
            id: incoming.outbox.ids.make(at: incoming.now), activity: id, reporter: incoming.actor.id, target: target,
            objects: objects.map(\.string), comment: comment, createdAt: incoming.now)
        let isNew = try Reports.insert(report, in: tx)
        if isNew { try incoming.outbox.notify(.report(report), in: tx) }
        return isNew ? .applied : .duplicate
    }
}

extension Outbox {
    /// Forwards a report to the node of the reported account. The sender is the actor for reports: PieFed and Lemmy take
    /// no report from an `Application`. The name of the reporter is not told.
    ///
    /// - Returns: the activity that is sent; nil when the account has no inbox or is gone.
    @discardableResult
    public func flag(
        _ report: Report, about target: Account, in tx: Transaction
    ) throws(DatabaseError) -> ID<SentActivity>? {
        guard !target.isLocal, target.deletedAt == nil, let inbox = target.inbox else { return nil }
        guard try Peers.state(of: inbox.authority, in: tx)?.policy != .blocked else { return nil }
        var sender = try Accounts.byIRI(identifiers.person(Community.reporter), in: tx)
        if sender == nil { sender = try Accounts.byIRI(identifiers.instanceActor, in: tx) }
        guard let node = sender else { return nil }
        let id = newActivityID()
        var flag = activity(
            .flag, id, by: node, object: .array(report.objects.map { .string($0) }), about: target.iri, to: target)
        flag.content = report.comment
        try enqueue(flag, in: tx)
        return id
    }
}
