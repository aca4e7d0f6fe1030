// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// What is left of a deleted object.
public struct StoredTombstone: Sendable, Hashable {
    /// The object's id on the wire.
    public var iri: IRI
    /// Who deleted it.
    public var actor: IRI
    /// What it was: `Note`, `Event` and so on.
    public var formerType: String
    /// When.
    public var deletedAt: Timestamp
}

/// Deleted objects: ours are answered with 410, theirs are not taken in again.
public enum Tombstones {
    /// Records that an object is gone. The first record stays.
    public static func record(
        _ iri: IRI, actor: IRI, formerType: String, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO tombstone (iri, actor_iri, former_type, deleted_at)
            VALUES (\(iri), \(actor), \(formerType), \(now))
            ON CONFLICT (iri) DO NOTHING
            """)
    }

    /// What is left of an object.
    public static func find(_ iri: IRI, in db: some Queryable) throws(DatabaseError) -> StoredTombstone? {
        let row = try db.row("SELECT iri, actor_iri, former_type, deleted_at FROM tombstone WHERE iri = \(iri)")
        guard let row else { return nil }
        return StoredTombstone(
            iri: try row.iri("iri"), actor: try row.iri("actor_iri"), formerType: try row.text("former_type"),
            deletedAt: try row.time("deleted_at"))
    }
}
