// SPDX-License-Identifier: Apache-2.0

/// An SQL statement, or a fragment of one, with its bound values.
///
/// Literal text is SQL. Interpolated values are bound and never become part of the text:
///
/// - `\(value)` binds a value;
/// - `IN (\(list: values))` binds each value of a list;
/// - `\(fragment)` inserts another `SQL` and renumbers its values;
/// - `\(row: columns)` and `\(set: columns)` write a list of ``ColumnValue``;
/// - `\(.key)` and the other words of ``Dialect`` are written in the engine's spelling.
public struct SQL: Sendable, Hashable, ExpressibleByStringInterpolation {
    enum Part: Sendable, Hashable {
        case text(String)
        case value(SQLValue)
        /// Values with commas between.
        case list([SQLValue])
        case word(Dialect)
    }

    private(set) var parts: [Part]

    /// Makes a statement from text without values. The text is SQL: it must come from our own source, never from user
    /// input.
    public init(stringLiteral text: String) {
        parts = text.isEmpty ? [] : [.text(text)]
    }

    /// Makes a statement from text and bound values.
    public init(stringInterpolation: StringInterpolation) {
        parts = stringInterpolation.parts
    }

    private init(parts: [Part]) {
        self.parts = parts
    }

    /// Joins two fragments, with nothing between them.
    public static func + (first: SQL, second: SQL) -> SQL {
        SQL(parts: first.parts + second.parts)
    }

    /// Joins the fragments with `separator` between them.
    public static func joined(_ pieces: [SQL], separator: SQL) -> SQL {
        var parts: [Part] = []
        for (index, piece) in pieces.enumerated() {
            if index > 0 { parts += separator.parts }
            parts += piece.parts
        }
        return SQL(parts: parts)
    }

    /// The text for `engine`, with `$1 … $n` in the order of the values.
    public func rendered(for engine: Engine) -> (text: String, values: [SQLValue]) {
        var text = ""
        text.reserveCapacity(1_024)
        var values: [SQLValue] = []
        values.reserveCapacity(parts.count / 2 + 1)
        for part in parts {
            switch part {
            case .text(let piece):
                text += piece
            case .word(let word):
                text += word.spelled(for: engine)
            case .value(let value):
                values.append(value)
                text += Self.placeholder(values.count)
            case .list(let list):
                for (index, value) in list.enumerated() {
                    values.append(value)
                    if index > 0 { text += ", " }
                    text += Self.placeholder(values.count)
                }
            }
        }
        return (text, values)
    }

    /// `$1` and so on.
    private static func placeholder(_ place: Int) -> String {
        place <= placeholders.count ? placeholders[place - 1] : "$\(place)"
    }

    private static let placeholders = (1...256).map { "$\($0)" }
}

extension SQL {
    /// Collects the parts of an interpolated statement.
    public struct StringInterpolation: StringInterpolationProtocol {
        var parts: [Part] = []

        /// Starts empty.
        public init(literalCapacity: Int, interpolationCount: Int) {
            parts.reserveCapacity(interpolationCount * 2 + 1)
        }

        /// Adds SQL text.
        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { parts.append(.text(literal)) }
        }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: some SQLBindable) {
            parts.append(.value(value.sqlValue))
        }

        /// Binds a value or NULL.
        public mutating func appendInterpolation(_ value: (some SQLBindable)?) {
            parts.append(.value(value?.sqlValue ?? .null))
        }

        /// Binds each value of a list, for use inside `IN (…)` only.
        ///
        /// An empty list becomes NULL, which matches nothing. A longer list is filled up to the next power of two with
        /// its last value, so that lists of all lengths share a few prepared statements.
        public mutating func appendInterpolation(list: some Collection<some SQLBindable>) {
            var values = list.map(\.sqlValue)
            guard let last = values.last else {
                parts.append(.text("NULL"))
                return
            }
            var length = 1
            while length < values.count { length *= 2 }
            values += repeatElement(last, count: length - values.count)
            parts.append(.list(values))
        }

        /// Inserts a fragment. Its values are numbered after the values before it.
        public mutating func appendInterpolation(_ fragment: SQL) {
            parts += fragment.parts
        }

        /// Adds a word that the engines spell differently.
        public mutating func appendInterpolation(_ word: Dialect) {
            parts.append(.word(word))
        }
    }
}
