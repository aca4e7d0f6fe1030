// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

// How the types of Model and Vocabulary are stored in a column and read back. A stored value that does not fit its type
// throws `.invalidValue`: the row was written by another program, or by a version whose values are no longer known.

extension ID: SQLBindable {
    /// The raw number.
    public var sqlValue: SQLValue { .integer(rawValue) }
}

extension Timestamp: SQLBindable {
    /// Milliseconds since 1970, UTC.
    public var sqlValue: SQLValue { .integer(milliseconds) }
}

extension IRI: SQLBindable {
    /// The normalised text.
    public var sqlValue: SQLValue { .text(string) }
}

extension SanitizedHTML: SQLBindable {
    /// The HTML.
    public var sqlValue: SQLValue { .text(string) }
}

extension Account.Kind: SQLBindable {}
extension Model.EventStatus: SQLBindable {}
extension Follow.State: SQLBindable {}
extension Guest.State: SQLBindable {}
extension Model.JoinMode: SQLBindable {}
extension Media.State: SQLBindable {}
extension MediaKind: SQLBindable {}
extension PeerPolicy: SQLBindable {}
extension Post.Kind: SQLBindable {}
extension Quote.State: SQLBindable {}
extension QuotePolicy: SQLBindable {}
extension Role: SQLBindable {}
extension Visibility: SQLBindable {}

extension Row {
    /// An id. Its entity type follows from the context.
    public func id<Entity>(_ column: String) throws(DatabaseError) -> ID<Entity> {
        ID(try int(column))
    }

    /// An id or NULL.
    public func idOrNil<Entity>(_ column: String) throws(DatabaseError) -> ID<Entity>? {
        guard let value = try intOrNil(column) else { return nil }
        return ID(value)
    }

    /// A count or a position.
    public func count(_ column: String) throws(DatabaseError) -> Int {
        Int(try int(column))
    }

    /// A count or NULL.
    public func countOrNil(_ column: String) throws(DatabaseError) -> Int? {
        guard let value = try intOrNil(column) else { return nil }
        return Int(value)
    }

    /// An instant.
    public func time(_ column: String) throws(DatabaseError) -> Timestamp {
        Timestamp(try int(column))
    }

    /// An instant or NULL.
    public func timeOrNil(_ column: String) throws(DatabaseError) -> Timestamp? {
        guard let value = try intOrNil(column) else { return nil }
        return Timestamp(value)
    }

    /// An IRI.
    public func iri(_ column: String) throws(DatabaseError) -> IRI {
        try Self.iri(try text(column), column)
    }

    /// An IRI or NULL.
    public func iriOrNil(_ column: String) throws(DatabaseError) -> IRI? {
        guard let value = try textOrNil(column) else { return nil }
        return try Self.iri(value, column)
    }

    /// HTML that was sanitised before it was stored.
    public func html(_ column: String) throws(DatabaseError) -> SanitizedHTML {
        SanitizedHTML(unchecked: try text(column))
    }

    /// A case of an enum, by its raw value.
    public func choice<Choice: RawRepresentable<String>>(
        _ column: String, as type: Choice.Type = Choice.self
    ) throws(DatabaseError) -> Choice {
        let rawValue = try text(column)
        guard let choice = Choice(rawValue: rawValue) else {
            throw DatabaseError(.invalidValue, "column \(column) holds a word that is no \(type)")
        }
        return choice
    }

    private static func iri(_ text: String, _ column: String) throws(DatabaseError) -> IRI {
        guard let iri = IRI.stored(text) else {
            throw DatabaseError(.invalidValue, "column \(column) holds no http or https address")
        }
        return iri
    }
}

/// The maximum number of values that one statement binds as a list; longer lists are split.
let listLimit = 500

extension Collection {
    /// The elements in order, in slices of at most ``listLimit``.
    func inLists() -> [SubSequence] {
        var lists: [SubSequence] = []
        var rest = self[...]
        while !rest.isEmpty {
            lists.append(rest.prefix(listLimit))
            rest = rest.dropFirst(listLimit)
        }
        return lists
    }
}
