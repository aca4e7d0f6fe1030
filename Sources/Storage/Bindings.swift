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
extension PeerFamily: SQLBindable {}
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
        try Self.choice(try text(column), column)
    }

    fileprivate static func choice<Choice: RawRepresentable<String>>(
        _ rawValue: String, _ column: @autoclosure () -> String
    ) throws(DatabaseError) -> Choice {
        guard let choice = Choice(rawValue: rawValue) else {
            throw DatabaseError(.invalidValue, "column \(column()) holds a word that is no \(Choice.self)")
        }
        return choice
    }

    fileprivate static func iri(
        _ text: String, _ column: @autoclosure () -> String
    ) throws(DatabaseError) -> IRI {
        guard let iri = IRI.stored(text) else {
            throw DatabaseError(.invalidValue, "column \(column()) holds no http or https address")
        }
        return iri
    }
}

/// The same for columns that are read one after the other.
extension RowReader {
    mutating func id<Entity>() throws(DatabaseError) -> ID<Entity> { ID(try int()) }

    mutating func idOrNil<Entity>() throws(DatabaseError) -> ID<Entity>? {
        guard let value = try intOrNil() else { return nil }
        return ID(value)
    }

    mutating func count() throws(DatabaseError) -> Int { Int(try int()) }

    mutating func time() throws(DatabaseError) -> Timestamp { Timestamp(try int()) }

    mutating func timeOrNil() throws(DatabaseError) -> Timestamp? {
        guard let value = try intOrNil() else { return nil }
        return Timestamp(value)
    }

    mutating func iri() throws(DatabaseError) -> IRI { try Row.iri(try text(), lastColumn) }

    mutating func iriOrNil() throws(DatabaseError) -> IRI? {
        guard let value = try textOrNil() else { return nil }
        return try Row.iri(value, lastColumn)
    }

    mutating func html() throws(DatabaseError) -> SanitizedHTML { SanitizedHTML(unchecked: try text()) }

    mutating func choice<Choice: RawRepresentable<String>>() throws(DatabaseError) -> Choice {
        try Row.choice(try text(), lastColumn)
    }
}

/// The longest list that is bound in one statement; longer ones are asked for in pieces.
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

extension Array {
    /// The elements with the last one repeated up to the next power of two, so that statements with lists of all
    /// lengths share a few plans. For rows of which a second one changes nothing.
    var paddedToPowerOfTwo: [Element] {
        guard let last else { return [] }
        var length = 1
        while length < count { length *= 2 }
        return self + repeatElement(last, count: length - count)
    }
}
