// SPDX-License-Identifier: Apache-2.0

import Database
import HTTPSignatures
import Model
import Storage
import Vocabulary

@testable import Federation

/// A request as it arrives at the inbox.
struct InboxRequest: Sendable {
    var head: RequestHead
    var mediaType: String? = "application/activity+json"
    var body: [UInt8]
}

/// A sent activity with the inboxes to which it is delivered.
struct Sending: Sendable {
    let type: String
    let body: JSON
    let text: String
    let inboxes: [String]

    /// The document without the ids of our activities, which differ in each run, and without the context.
    var essence: JSON {
        ["inboxes": JSON(inboxes), "activity": body.setting("@context", nil).maskingActivities().setting("id", nil)]
    }
}

extension JSON {
    /// The document with `…` in place of the ids of our activities, which contain the time and a counter.
    func maskingActivities() -> JSON {
        switch self {
        case .string(let text):
            let prefix = FederationWorld.origin + "/activities/"
            guard text.hasPrefix(prefix), text.dropFirst(prefix.count).allSatisfy(\.isNumber) else { return self }
            return .string(prefix + "…")
        case .array(let elements): return .array(elements.map { $0.maskingActivities() })
        case .object(let object):
            return .object(JSON.Object(object.map { ($0.key, $0.value.maskingActivities()) }))
        default: return self
        }
    }
}

// MARK: - Incoming

extension FederationWorld {
    /// Signs a POST of an activity to the shared inbox with its actor's key, at the current time.
    func request(
        _ activity: JSON, signedBy signer: String? = nil, keyID: String? = nil, scheme: SignatureScheme = .cavage
    ) throws -> InboxRequest {
        try request(
            bytes: activity.serialized(), signedBy: signer ?? activity["actor"]?.string ?? "", keyID: keyID,
            scheme: scheme)
    }

    /// The same for any bytes.
    func request(
        bytes: [UInt8], signedBy signer: String, keyID: String? = nil, scheme: SignatureScheme = .cavage
    ) throws -> InboxRequest {
        var head = RequestHead(
            method: "POST", target: "/inbox", authority: "cafe.example", scheme: "https",
            headers: [("content-type", "application/activity+json")])
        try Signer.sign(
            &head, body: bytes, keyID: keyID ?? nodes.keyID(of: signer), key: try nodes.key(of: signer),
            scheme: scheme, now: clock.now.milliseconds)
        return InboxRequest(head: head, body: bytes)
    }

    /// Passes a request to the authenticator.
    ///
    /// - Returns: the rejection; nil when the request was accepted.
    func submit(_ request: InboxRequest) async -> InboxRejection? {
        do throws(InboxRejection) {
            _ = try await authenticator.accept(request.head, mediaType: request.mediaType, body: request.body)
            return nil
        } catch {
            return error
        }
    }

    /// Submits an activity and processes everything in the queue.
    ///
    /// - Returns: the outcome of the activity; `refused:` and the code when it was rejected, `waiting` when it will be
    ///   retried, nil when nothing was stored.
    @discardableResult
    func receive(_ activity: JSON, signedBy signer: String? = nil) async throws -> String? {
        if let refusal = await submit(try request(activity, signedBy: signer)) { return "refused:\(refusal.code)" }
        try await settle()
        guard let id = activity["id"]?.string else { return nil }
        return try await outcome(of: id)
    }

    /// The outcome of an accepted activity; nil when it was never accepted.
    func outcome(of id: String) async throws -> String? {
        let id = try address(id)
        return try await database.read { db in try InboxQueue.outcome(of: id, in: db) }
    }

    /// Processes the due activities in order.
    func settle() async throws {
        while true {
            let due = try await lease()
            guard !due.isEmpty else { return }
            for activity in due { await processor.process(activity) }
        }
    }

    /// Leases the due activities, as the processor does.
    func lease() async throws -> [ReceivedActivity] {
        let now = clock.now
        return try await database.write { tx in
            try InboxQueue.lease(signers: 500, Lease(now: now, until: now + .minutes(2)), in: tx)
        }
    }
}

// MARK: - Outgoing

extension FederationWorld {
    /// The newest id so far. Activities that are sent after this call have larger ids.
    func marker() -> Int64 { (ids.make(at: clock.now) as ID<SentActivity>).rawValue }

    /// The activities that local actors sent after the marker, in order. Those whose text was dropped are left out.
    func sent(after marker: Int64 = 0) async throws -> [Sending] {
        try await database.read { db in
            var found: [(id: Int64, sending: Sending)] = []
            let rows = try db.rows(
                """
                SELECT a.id, a.type, a.body, d.inbox FROM activity a LEFT JOIN delivery d ON d.activity_id = a.id
                WHERE a.id > \(marker) AND a.body <> '' ORDER BY a.id, d.inbox
                """)
            for row in rows {
                let id = try row.int("id")
                var inboxes = found.last?.id == id ? found.removeLast().sending.inboxes : []
                if let inbox = try row.textOrNil("inbox") { inboxes.append(inbox) }
                let text = try row.text("body")
                let body = try JSON.parse(Array(text.utf8))
                found.append((id, Sending(type: try row.text("type"), body: body, text: text, inboxes: inboxes)))
            }
            return found.map(\.sending)
        }
    }

    /// The number of rows in each table. A test compares it to show that nothing has changed.
    func rowCounts() async throws -> [String: Int64] {
        let tables = [
            "account", "local_account", "actor_key", "peer", "tombstone", "setting", "post", "mention", "hashtag",
            "attachment", "boost", "post_like", "follow", "block", "group_role", "report", "move", "event", "guest",
            "event_share", "received", "seen_signature", "activity", "delivery", "abandoned_delivery",
        ]
        return try await database.read { db in
            var counts: [String: Int64] = [:]
            for table in tables {
                counts[table] = try db.row("SELECT count(*) AS n FROM \(SQL(stringLiteral: table))")?.int("n")
            }
            return counts
        }
    }
}
