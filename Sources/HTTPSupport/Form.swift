// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
public import Hummingbird
internal import TextEncoding

/// The fields of a form that a browser sent.
///
/// Line endings are `\n`, whatever the browser sent. A field that occurs twice is an error, unless it is named as a
/// list. Otherwise two parsers of the same form could see different values.
/// Spec: WHATWG URL, application/x-www-form-urlencoded; RFC 7578.
public struct Form: Sendable {
    /// The most fields of one form.
    static let ceiling = 200

    private var fields: [String: [String]] = [:]

    /// Reads the body.
    ///
    /// - Parameters:
    ///   - lists: the names of fields that may occur several times.
    ///   - limit: the most bytes of the whole body.
    /// - Throws: ``RequestError``: too large, another media type, a file, invalid escapes, a field twice.
    public init(_ request: Request, lists: Set<String> = [], limit: Int = BodyLimits.form) async throws {
        let header = request.headers[.contentType] ?? ""
        let type = header.split(separator: ";").first?.trimmingSpaces.lowercased() ?? ""
        switch type {
        case "application/x-www-form-urlencoded":
            let body = try await BodyLimits.read(request, limit: limit)
            try add(try Self.pairs(body), lists: lists)
        case "multipart/form-data":
            guard let boundary = Multipart.boundary(of: header) else { throw RequestError.unsupportedMediaType }
            let body = try await BodyLimits.read(request, limit: limit)
            try add(try Multipart.fields(of: body, boundary: boundary), lists: lists)
        default:
            throw RequestError.unsupportedMediaType
        }
    }

    /// Creates a form from fields that were already parsed.
    ///
    /// - Throws: ``RequestError``: too many fields, a field twice.
    public init(fields: [(name: String, value: String)], lists: Set<String> = []) throws(RequestError) {
        try add(fields, lists: lists)
    }

    /// Creates a form from its fields, for tests and for forms that are shown again.
    public init(_ values: [String: String]) {
        fields = values.mapValues { [$0] }
    }

    /// The value of a field; empty when it is missing.
    public subscript(_ name: String) -> String { fields[name]?.first ?? "" }

    /// All values of a list field, in order.
    public func values(_ name: String) -> [String] { fields[name] ?? [] }

    /// The fields that were sent once, by their names.
    public var single: [String: String] { fields.compactMapValues { $0.count == 1 ? $0.first : nil } }

    /// Whether the field was sent. This tells a checked checkbox from an unchecked one.
    public func has(_ name: String) -> Bool { fields[name] != nil }

    private mutating func add(_ pairs: [(name: String, value: String)], lists: Set<String>) throws(RequestError) {
        guard pairs.count <= Self.ceiling else { throw .malformed(code: "too_many_fields") }
        for (name, value) in pairs {
            guard fields[name] == nil || lists.contains(name) else { throw .malformed(code: "duplicate_field") }
            let lines = value.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
            fields[name, default: []].append(lines)
        }
    }

    private static func pairs(_ body: [UInt8]) throws(RequestError) -> [(name: String, value: String)] {
        guard let pairs = Query.pairs(body) else { throw .malformed(code: "malformed_form") }
        return pairs
    }
}

/// The query of a URL.
public struct Query: Sendable {
    private let values: [String: String]

    /// Parses the query of a request. A query with invalid escapes counts as empty.
    public init(_ request: Request) {
        self.init(request.uri.query ?? "")
    }

    /// Parses a query without its question mark. When a name occurs twice, the first value counts.
    public init(_ text: String) {
        let pairs = Self.pairs(Array(text.utf8)) ?? []
        values = Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// The value of a name; nil when it is missing.
    public subscript(_ name: String) -> String? { values[name] }

    static func pairs(_ bytes: [UInt8]) -> [(name: String, value: String)]? {
        var pairs: [(name: String, value: String)] = []
        for item in bytes.split(separator: UInt8(ascii: "&")).prefix(Form.ceiling + 1) {
            let halves = item.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = halves.first, let name = PercentEncoding.decode(first, plusIsSpace: true),
                let value = PercentEncoding.decode(halves.dropFirst().first ?? [], plusIsSpace: true)
            else { return nil }
            pairs.append((name, value))
        }
        return pairs
    }
}
