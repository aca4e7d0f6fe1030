// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
public import Hummingbird
internal import TextEncoding

/// The fields of a form that a browser sent.
///
/// Line ends are `\n`, whatever the browser sent. A field that comes twice is refused, unless it is named as a list:
/// two readers of one form must not see two values.
/// Spec: WHATWG URL, application/x-www-form-urlencoded; RFC 7578.
public struct Form: Sendable {
    /// Fields of one form, at the most.
    static let ceiling = 200

    private var fields: [String: [String]] = [:]

    /// Reads the body.
    ///
    /// - Parameters:
    ///   - lists: fields that may come several times.
    ///   - limit: bytes of the whole body.
    /// - Throws: ``RequestError``: too large, another media type, a file, broken escapes, a field twice.
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

    /// A form whose parts were read already.
    ///
    /// - Throws: ``RequestError``: too many fields, a field twice.
    public init(fields: [(name: String, value: String)], lists: Set<String> = []) throws(RequestError) {
        try add(fields, lists: lists)
    }

    /// A form from its fields, for tests and for forms that are shown again.
    public init(_ values: [String: String]) {
        fields = values.mapValues { [$0] }
    }

    /// The field's value; empty when it is missing.
    public subscript(_ name: String) -> String { fields[name]?.first ?? "" }

    /// All values of a field that is a list, in order.
    public func values(_ name: String) -> [String] { fields[name] ?? [] }

    /// Whether the field was sent: how a ticked box differs from one that is not.
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

/// What stands behind the question mark.
public struct Query: Sendable {
    private let values: [String: String]

    /// Reads the query of a request; one with broken escapes counts as empty.
    public init(_ request: Request) {
        self.init(request.uri.query ?? "")
    }

    /// Reads a query without its question mark; of a name that comes twice the first counts.
    public init(_ text: String) {
        let pairs = Self.pairs(Array(text.utf8)) ?? []
        values = Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// The value under a name; nil when the name is not there.
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
