// SPDX-License-Identifier: Apache-2.0

/// A collection or a collection page.
public struct CollectionDocument: Sendable, Hashable {
    /// The identifier; `nil` for an embedded page without one.
    public let id: IRI?
    /// The type as written.
    public let type: String
    /// The total number of items; 0 or more.
    public let totalItems: Int64?
    /// The first page, as an id or embedded.
    public let first: Reference?
    /// The next page.
    public let next: IRI?
    /// The previous page.
    public let previous: IRI?
    /// The collection that this page belongs to.
    public let partOf: IRI?
    /// The items of this document: `orderedItems`, or `items` when there are none.
    public let items: [Reference]

    /// Whether this is a page.
    public var isPage: Bool { type.hasSuffix("Page") }

    /// Whether the server hides the members: the collection has neither items nor a first page, and `totalItems` is not
    /// 0.
    public var isHidden: Bool { items.isEmpty && first == nil && isPage == false && (totalItems ?? 1) > 0 }

    /// Reads a collection.
    ///
    /// - Throws: when no type is one of the four collection types, or when the document also belongs to another family.
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
