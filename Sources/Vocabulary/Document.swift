// SPDX-License-Identifier: Apache-2.0

internal import CivilDates

// Servers write the same property in many shapes: a value, a list of one value, an object with an id, or null. The
// readers here accept all these shapes and never fail. The typed documents (`ActorDocument`, `NoteDocument`, …)
// check which properties are required. Only compact keys are read: `@context` never changes the meaning of a key, and
// `@graph` is not searched.

/// One ActivityStreams document with tolerant readers.
public struct Document: Sendable, Hashable {
    /// All received members, unknown keys included.
    public let json: JSON.Object

    /// Wraps an object.
    public init(_ object: JSON.Object) { json = object }

    /// Wraps a value; `nil` when the value is not an object.
    public init?(_ value: JSON) {
        guard case .object(let object) = value else { return nil }
        json = object
    }

    /// The value under `key`; `null` counts as absent.
    public subscript(key: String) -> JSON? {
        guard let value = json[key], value.isNull == false else { return nil }
        return value
    }

    /// The value of `id`, or of `@id` when there is no `id`.
    public var id: IRI? { (json["id"] ?? json["@id"])?.string.flatMap(IRI.init) }

    /// All types in `type`, or in `@type` when there is no `type`, without the prefix `as:`.
    public var types: [String] {
        (self["type"] ?? self["@type"])?.oneOrMany.compactMap { value in
            value.string.map { $0.hasPrefix("as:") ? String($0.dropFirst(3)) : $0 }
        } ?? []
    }

    /// The first type.
    public var type: String? { types.first }
}

// MARK: - Texts and scalars

extension Document {
    /// The text under `key`, in whatever shape and place it is written: a text, an object with `@value`, a language map,
    /// or a list of these, under `key` or under `<key>Map`. The first text that is not empty counts.
    public func string(_ key: String) -> String? {
        if let text = self[key]?.string, !text.isEmpty { return text }
        let texts = LanguageText.all(in: self[key]) + LanguageText.all(in: self[key + "Map"])
        return (texts.first { !$0.text.isEmpty } ?? texts.first)?.text
    }

    /// The text under `key`; `nil` when it is empty.
    public func nonEmptyString(_ key: String) -> String? {
        string(key).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The whole number under `key`, also when it is written as `12.0` or `"12"`.
    public func integer(_ key: String) -> Int64? {
        guard let value = self[key]?.oneOrMany.first else { return nil }
        return value.int ?? value.string.flatMap(Int64.init)
    }

    /// The finite number under `key`, also when it is written as a string.
    public func double(_ key: String) -> Double? {
        guard let value = self[key]?.oneOrMany.first else { return nil }
        return value.double ?? value.string.flatMap(Double.init).flatMap { $0.isFinite ? $0 : nil }
    }

    /// The boolean under `key`.
    public func bool(_ key: String) -> Bool? { self[key]?.oneOrMany.first?.bool }

    /// The date under `key` in milliseconds since 1970 UTC.
    public func instant(_ key: String) -> Int64? { string(key).flatMap(Dates.parse) }
}

// MARK: - Identifiers and references

extension Document {
    /// The first identifier under `key`: a string, or the `id` or `href` of an object.
    public func iri(_ key: String) -> IRI? {
        for value in self[key]?.oneOrMany ?? [] {
            if let iri = Self.iri(of: value) { return iri }
        }
        return nil
    }

    /// All identifiers under `key`, each once, in order.
    public func iris(_ key: String) -> [IRI] {
        (self[key]?.oneOrMany ?? []).compactMap(Self.iri).withoutRepeats
    }

    /// All references under `key`, ids and embedded objects.
    public func references(_ key: String) -> [Reference] {
        (self[key]?.oneOrMany ?? []).compactMap(Reference.init)
    }

    /// The first reference under `key`.
    public func reference(_ key: String) -> Reference? {
        for value in self[key]?.oneOrMany ?? [] {
            if let reference = Reference(value) { return reference }
        }
        return nil
    }

    /// The embedded objects under `key`.
    public func documents(_ key: String) -> [Document] {
        (self[key]?.oneOrMany ?? []).compactMap { Document($0) }
    }

    /// The first embedded object under `key`.
    public func document(_ key: String) -> Document? { documents(key).first }

    /// Whether any key, at any depth, is `@graph`, `@included`, `@reverse` or `@nest`. With these keywords, two readers
    /// can understand the same document differently.
    public var usesGraphKeywords: Bool { Self.usesGraphKeywords(.object(json)) }

    private static let graphKeywords: Set<String> = ["@graph", "@included", "@reverse", "@nest"]

    private static func usesGraphKeywords(_ value: JSON) -> Bool {
        switch value {
        case .object(let object):
            object.contains { graphKeywords.contains($0.key) || usesGraphKeywords($0.value) }
        case .array(let elements): elements.contains(where: usesGraphKeywords)
        default: false
        }
    }

    static func iri(of value: JSON) -> IRI? {
        switch value {
        case .string: value.string.flatMap(IRI.init)
        case .object(let object):
            (object["id"] ?? object["@id"])?.string.flatMap(IRI.init) ?? object["href"]?.string.flatMap(IRI.init)
        default: nil
        }
    }
}

// MARK: - Requirements

extension Document {
    /// Checks that the document has no `@id` beside its `id`: two readers could take it for two documents.
    ///
    /// - Throws: when it has both.
    func requireOneIdentifier() throws(VocabularyError) {
        guard json["id"] == nil || json["@id"] == nil else { throw VocabularyError(path: "id", expected: "one IRI") }
    }

    /// The identifier of the document.
    ///
    /// - Throws: when it is missing, or when there are two.
    public func requireID() throws(VocabularyError) -> IRI {
        try requireOneIdentifier()
        guard let id else { throw VocabularyError(path: "id", expected: "IRI") }
        return id
    }

    /// The first identifier under `key`.
    ///
    /// - Throws: when it is missing.
    public func requireIRI(_ key: String) throws(VocabularyError) -> IRI {
        guard let iri = iri(key) else { throw VocabularyError(path: key, expected: "IRI") }
        return iri
    }

    /// The text under `key`.
    ///
    /// - Throws: when it is missing or empty.
    public func requireString(_ key: String) throws(VocabularyError) -> String {
        guard let text = nonEmptyString(key) else { throw VocabularyError(path: key, expected: "text") }
        return text
    }

    /// The date under `key`, in milliseconds since 1970 UTC.
    ///
    /// - Throws: when it is missing or not a date.
    public func requireInstant(_ key: String) throws(VocabularyError) -> Int64 {
        guard let instant = instant(key) else { throw VocabularyError(path: key, expected: "date") }
        return instant
    }

    /// The first reference under `key`.
    ///
    /// - Throws: when it is missing.
    public func requireReference(_ key: String) throws(VocabularyError) -> Reference {
        guard let reference = reference(key) else { throw VocabularyError(path: key, expected: "IRI or object") }
        return reference
    }

    /// The first type of the document that is in `known`.
    ///
    /// - Throws: when there is none, or when the document also claims a type of another family, so that two readers
    ///   could understand it differently.
    func requireType(among known: Set<String>, _ family: Family) throws(VocabularyError) -> String {
        guard let type = types.first(where: known.contains) else {
            throw VocabularyError(path: "type", expected: family.rawValue)
        }
        guard self.family == family else { throw VocabularyError(path: "type", expected: "\(family.rawValue) alone") }
        return type
    }
}

extension Array where Element: Hashable {
    /// The elements in order, each once.
    var withoutRepeats: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
