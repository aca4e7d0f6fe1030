// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
public import Hummingbird
internal import TextEncoding
internal import Vocabulary

/// The parameters of a client API request: from the query, a form, a multipart form, or JSON.
///
/// Apps put parameters in different places and spellings, so all of them become one tree: `a[b][]=c`, `a[b][0]=c` and
/// `{"a": {"b": ["c"]}}` are the same. The body overrides the query. Unknown parameters are ignored. Numbers and
/// booleans become the text that was sent.
public struct SentParameters: Sendable, Hashable {
    /// One value.
    public indirect enum Value: Sendable, Hashable {
        case null
        case text(String)
        case list([Value])
        case object(Members)
    }

    /// The members of an object, in the order in which they were sent.
    public struct Members: Sendable, Hashable, ExpressibleByDictionaryLiteral {
        /// The names in the order of their first appearance.
        fileprivate private(set) var names: [String] = []
        private var values: [String: Value] = [:]

        /// Creates an object. The last one of several values with the same name counts.
        public init(_ members: some Sequence<(String, Value)> = []) {
            for (name, value) in members { self[name] = value }
        }

        /// Creates an object from a literal.
        public init(dictionaryLiteral elements: (String, Value)...) { self.init(elements) }

        subscript(name: String) -> Value? {
            get { values[name] }
            set {
                guard let newValue else { return }
                if values.updateValue(newValue, forKey: name) == nil { names.append(name) }
            }
        }

        /// The values in their order.
        fileprivate var list: [Value] { names.compactMap { values[$0] } }

        fileprivate mutating func merge(_ other: Members) {
            for name in other.names { self[name] = other[name] }
        }
    }

    /// The most bytes of a body that is not an upload.
    public static let limit = 1_048_576
    /// The most levels of brackets in a name, plus one for the name itself.
    private static let depth = 6
    private var values: Members = [:]

    /// Creates parameters from values, for nested objects and for tests.
    public init(_ values: Members = [:]) {
        self.values = values
    }

    /// Parses the query and the body of a request.
    ///
    /// - Throws: ``RequestError``: too large, invalid JSON or invalid escapes.
    public init(_ request: Request) async throws {
        for (name, value) in Query.pairs(Array((request.uri.query ?? "").utf8)) ?? [] { add(name, value) }
        // Some apps send lists in the body of a GET request, as they do with POST.
        guard ![.get, .head].contains(request.method) || request.headers[.contentType] != nil else { return }
        var body = SentParameters()
        try await body.read(request)
        values.merge(body.values)
    }

    /// Parses the query of a request, and adds the fields of a form that was already parsed.
    public init(query request: Request, form: [(name: String, value: String)]) {
        for (name, value) in Query.pairs(Array((request.uri.query ?? "").utf8)) ?? [] { add(name, value) }
        var body = SentParameters()
        for (name, value) in form { body.add(name, value) }
        values.merge(body.values)
    }

    /// Parses one JSON document, such as a message over a WebSocket.
    ///
    /// - Throws: ``RequestError``: invalid JSON.
    public init(json bytes: [UInt8]) throws(RequestError) {
        try read(json: bytes)
    }

    private mutating func read(_ request: Request) async throws {
        let header = request.headers[.contentType] ?? ""
        let type = header.split(separator: ";").first?.trimmingSpaces.lowercased() ?? ""
        let bytes = try await BodyLimits.read(request, limit: Self.limit)
        guard !bytes.isEmpty else { return }
        if type == "multipart/form-data" {
            guard let boundary = Multipart.boundary(of: header) else { throw RequestError.unsupportedMediaType }
            for (name, value) in try Multipart.fields(of: bytes, boundary: boundary) { add(name, value) }
        } else if type.hasSuffix("json") || (type.isEmpty && bytes.first == UInt8(ascii: "{")) {
            try read(json: bytes)
        } else {
            guard let pairs = Query.pairs(bytes) else { throw RequestError.malformed(code: "malformed_form") }
            for (name, value) in pairs { add(name, value) }
        }
    }

    private mutating func read(json bytes: [UInt8]) throws(RequestError) {
        guard let json = try? JSON.parse(bytes) else { throw .malformed(code: "malformed_json") }
        guard case .object(let object) = Self.value(of: json) else { return }
        values = object
    }

    private static func value(of json: JSON) -> Value {
        switch json {
        case .null: .null
        case .bool(let value): .text(value ? "true" : "false")
        case .number(let number): .text(number.text)
        case .string: .text(json.string ?? "")
        case .array(let elements): .list(elements.map(value))
        case .object(let object):
            .object(Members(object.map { ($0.key, value(of: $0.value)) }))
        }
    }
}

// MARK: - Reading values

extension SentParameters {
    /// Whether a parameter was sent, even if it is null or empty.
    public func has(_ name: String) -> Bool { values[name] != nil }

    /// Whether a parameter was sent that is not null.
    public func hasValue(_ name: String) -> Bool {
        switch values[name] {
        case nil, .null: false
        case .text, .list, .object: true
        }
    }

    /// The text of a parameter; the last one of a list. Nil when it is missing or null.
    public func text(_ name: String) -> String? {
        switch values[name] {
        case .text(let text): text
        case .list(let list): list.last.flatMap(Self.text)
        default: nil
        }
    }

    /// All texts of a parameter, in the order in which they were sent: a list, an object whose names are numbers, or a
    /// single text.
    public func texts(_ name: String) -> [String] { elements(name).compactMap(Self.text) }

    /// The boolean of a parameter. All texts are true except `false`, `0`, `f`, `off`, `no` and the empty text. Nil
    /// when it is missing.
    public func bool(_ name: String) -> Bool? {
        guard let text = text(name)?.lowercased() else { return nil }
        return !["", "false", "0", "f", "off", "no"].contains(text)
    }

    /// The integer of a parameter.
    public func int(_ name: String) -> Int? { text(name).flatMap { Int($0) } }

    /// The finite number of a parameter.
    public func double(_ name: String) -> Double? {
        text(name).flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The object of a parameter.
    public func object(_ name: String) -> SentParameters? {
        guard case .object(let object) = values[name] else { return nil }
        return SentParameters(object)
    }

    /// The list of objects of a parameter, in the order in which they were sent: a list, or an object whose values are
    /// objects.
    ///
    /// Apps that keep such an object without an order number its values from 0, and these numbers are the order. Other
    /// numbers say nothing: apps number what they add differently from what they keep.
    public func objects(_ name: String) -> [SentParameters] {
        elements(name).compactMap { value in
            guard case .object(let object) = value else { return nil }
            return SentParameters(object)
        }
    }

    /// The names of all parameters, sorted.
    public var names: [String] { values.names.sorted() }

    /// A copy with another value for one parameter.
    public func with(_ name: String, _ value: Value) -> SentParameters {
        var copy = self
        copy.values[name] = value
        return copy
    }

    private func elements(_ name: String) -> [Value] {
        switch values[name] {
        case nil, .null: return []
        case .text(let text): return [.text(text)]
        case .list(let list): return list
        case .object(let object):
            let list = object.list
            let isList =
                object.names.allSatisfy { Int($0) != nil }
                || list.allSatisfy { if case .object = $0 { true } else { false } }
            guard isList else { return [.object(object)] }
            let indexes = object.names.compactMap { Int($0) }
            guard indexes.sorted() == Array(0..<list.count) else { return list }
            return zip(indexes, list).sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func text(_ value: Value) -> String? {
        guard case .text(let text) = value else { return nil }
        return text
    }
}

// MARK: - Names with brackets

extension SentParameters {
    /// Adds one pair: `a=1`, `a[]=1`, `a[b]=1`, `a[0][b]=1`. A plain name that occurs again becomes a list.
    public mutating func add(_ name: String, _ value: String) {
        let path = Self.path(of: name)
        guard let first = path.first else { return }
        values[first] = Self.adding(value, at: path.dropFirst(), to: values[first])
    }

    private static func path(of name: String) -> [String] {
        guard let open = name.firstIndex(of: "["), open != name.startIndex, name.hasSuffix("]") else { return [name] }
        let inner = name[name.index(after: open)...].dropLast()
        let rest = inner.split(separator: "][", omittingEmptySubsequences: false).map(String.init)
        guard rest.count < depth else { return [] }
        return [String(name[..<open])] + rest
    }

    private static func adding(_ text: String, at path: ArraySlice<String>, to known: Value?) -> Value {
        guard let key = path.first else {
            switch known {
            case nil, .null: return .text(text)
            case .list(let list): return .list(list + [.text(text)])
            case let other?: return .list([other, .text(text)])
            }
        }
        if key.isEmpty {
            var list: [Value] = []
            switch known {
            case .list(let there): list = there
            case .text: list = [known ?? .null]
            default: break
            }
            // `a[][b]=1&a[][c]=2` is one object until a name occurs twice.
            if path.count > 1, case .object(let last)? = list.last, let next = path.dropFirst().first, last[next] == nil
            {
                list[list.count - 1] = adding(text, at: path.dropFirst(), to: list.last)
            } else {
                list.append(adding(text, at: path.dropFirst(), to: nil))
            }
            return .list(list)
        }
        var object: Members = [:]
        if case .object(let there) = known { object = there }
        object[key] = adding(text, at: path.dropFirst(), to: object[key])
        return .object(object)
    }
}
