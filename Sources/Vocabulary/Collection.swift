// SPDX-License-Identifier: Apache-2.0

/// A collection or one page of it.
public struct CollectionDocument: Sendable, Hashable {
    /// The identifier; an embedded page may have none.
    public let id: IRI?
    /// The type as written.
    public let type: String
    /// How many there are in all; 0 or more.
    public let totalItems: Int64?
    /// The first page, named or embedded.
    public let first: Reference?
    /// The page after this one.
    public let next: IRI?
    /// The page before this one.
    public let previous: IRI?
    /// The collection to which this page belongs.
    public let partOf: IRI?
    /// What is here: `orderedItems`, or else `items`.
    public let items: [Reference]

    /// Whether this is a page.
    public var isPage: Bool { type.hasSuffix("Page") }

    /// Whether members may be read: a collection with neither items nor pages hides them.
    public var isHidden: Bool { items.isEmpty && first == nil && isPage == false && (totalItems ?? 1) > 0 }

    /// Reads a collection.
    ///
    /// - Throws: when `type` is none of the four, or also something else.
    public init(_ document: Document) throws(VocabularyError) {
        type = try document.requireType(among: Family.collectionTypes, .collection)
        id = document.id
        totalItems = document.integer("totalItems").map { max(0, $0) }
        first = document.reference("first")
        next = document.iri("next")
        previous = document.iri("prev")
        partOf = document.iri("partOf")
        let ordered = document.references("orderedItems")
        items = ordered.isEmpty ? document.references("items") : ordered
    }
}
