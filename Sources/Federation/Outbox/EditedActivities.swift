// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

// The outbox and `/activities/ID` show the activities as they were sent. What an author took away by an edit must not
// stay there, so the stored activities get the text of the edited object.
extension Outbox {
    /// Gives the stored activities about an edited object its present text. An older `Update` and its announcements are
    /// dropped: the new one replaces them, also for servers that have not got them yet.
    ///
    /// Call it before the new `Update` is stored.
    ///
    /// - Parameter object: the object as it is now, or its id when no document of it is at hand.
    func rewriteEarlier(about iri: IRI, to object: JSON, in tx: Transaction) throws(DatabaseError) {
        var outdated: [ID<SentActivity>] = []
        for sent in try SentActivities.quoting(iri, in: tx) {
            guard var activity = (try? JSON.parse(Array(sent.body.utf8)))?.object else { continue }
            if sent.type == "Announce" {
                guard var inner = activity["object"]?.object, Self.isAbout(iri, inner) else { continue }
                switch inner["type"]?.string {
                case "Create": inner["object"] = object
                case "Update":
                    outdated.append(sent.id)
                    continue
                default: continue
                }
                activity["object"] = .object(inner)
            } else if sent.type == "Update" {
                outdated.append(sent.id)
                continue
            } else {
                activity["object"] = object
            }
            let body = String(decoding: JSON.object(activity).serialized(), as: UTF8.self)
            try SentActivities.rewrite(sent.id, body: body, in: tx)
        }
        try SentActivities.retire(outdated, in: tx)
    }

    private static func isAbout(_ iri: IRI, _ activity: JSON.Object) -> Bool {
        let object = activity["object"]
        return (object?.string ?? object?["id"]?.string).flatMap { IRI($0) } == iri
    }
}

extension ActivityDocument {
    /// A `Delete` of another server as our group relays it. Some servers embed the deleted object with its words. Then only
    /// its id stays, in a tombstone. Any other `Delete` stays as it was sent.
    var deletionWithoutWords: JSON {
        let known: Set = ["@context", "id", "type", "formerType", "deleted", "atomUri", "published", "updated"]
        guard let deleted = object?.document, let id = deleted.id,
            !deleted.types.contains("Tombstone") || !deleted.json.allSatisfy({ known.contains($0.key) })
        else { return .object(document.json) }
        var members = JSON.Object()
        for key in ["@context", "id", "type", "actor", "published", "to", "cc", "audience", "summary"] {
            if let value = document[key] { members[key] = value }
        }
        members["object"] = ["id": JSON(id), "type": "Tombstone"]
        return .object(members)
    }
}
