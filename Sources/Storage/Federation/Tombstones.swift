// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The tombstone of a deleted object.
public struct StoredTombstone: Sendable, Hashable {
    /// The object's IRI.
    public var iri: IRI
    /// The actor that deleted it.
    public var actor: IRI
    /// Its former type: `Note`, `Event` and so on.
    public var formerType: String
    /// When it was deleted.
    public var deletedAt: Timestamp
    /// Who could read the object: accounts and followers collections. Nobody else is told that it existed. Nil when
    /// everybody could read it.
    public var readers: [IRI]?
}

/// The table `tombstone`: deleted local objects get the response 410, deleted remote objects are not stored again.
public enum Tombstones {
    /// Records that an object was deleted. A second record changes nothing.
    ///
    /// - Parameter readers: who could read it: accounts and followers collections; nil for everybody.
    public static func record(
        _ iri: IRI, actor: IRI, formerType: String, readers: [IRI]? = nil, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        // An IRI contains no space.
        let text = readers.map { $0.map(\.string).joined(separator: " ") }
        try tx.run(
            """
            INSERT INTO tombstone (iri, actor_iri, former_type, deleted_at, readers)
            VALUES (\(iri), \(actor), \(formerType), \(now), \(text))
            ON CONFLICT (iri) DO NOTHING
            """)
    }

    /// Removes a tombstone, because its object was restored.
    public static func lift(_ iri: IRI, in tx: Transaction) throws(DatabaseError) {
        try tx.run("DELETE FROM tombstone WHERE iri = \(iri)")
    }

    /// The tombstone of an object; nil when there is none.
    public static func find(_ iri: IRI, in db: some Queryable) throws(DatabaseError) -> StoredTombstone? {
        let row = try db.row(
            "SELECT iri, actor_iri, former_type, deleted_at, readers FROM tombstone WHERE iri = \(iri)")
        guard let row else { return nil }
        let readers = try row.textOrNil("readers")?.split(separator: " ").compactMap { IRI(String($0)) }
        return StoredTombstone(
            iri: try row.iri("iri"), actor: try row.iri("actor_iri"), formerType: try row.text("former_type"),
            deletedAt: try row.time("deleted_at"), readers: readers)
    }
}
