// SPDX-License-Identifier: Apache-2.0

/// Parses multipart forms without files in memory. It uses ``UploadParser``, which also parses forms with files.
///
/// Spec: RFC 7578, RFC 2046 §5.1.1.
enum Multipart {
    /// The boundary in a `Content-Type`: 1 to 70 visible ASCII characters.
    static func boundary(of contentType: String) -> String? {
        guard let value = UploadParser.parameters(of: contentType[...])["boundary"],
            (1...70).contains(value.utf8.count), value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        return value
    }

    /// The fields in order. A file field without a chosen file is left out.
    ///
    /// - Throws: ``RequestError``: a part without a name, a file that is not empty, text that is not UTF-8, a body
    ///   without its closing delimiter, too many fields.
    static func fields(of body: [UInt8], boundary: String) throws -> [(name: String, value: String)] {
        var parser = UploadParser(boundary: boundary)
        var fields = FieldCollector(limitBytes: body.count)
        var head: UploadParser.Head?
        try parser.take(body) { event in
            switch event {
            case .part(let next):
                try fields.begin()
                head = next
            case .bytes(let bytes):
                guard head?.filename == nil else { throw RequestError.unsupportedMediaType }
                try fields.add(bytes)
            case .partEnd:
                if let head, head.filename == nil { try fields.end(name: head.name) }
            case .end: return
            }
        }
        guard parser.isDone else { throw UploadParser.broken }
        return fields.fields
    }
}

/// Collects the plain fields of a form, part by part.
struct FieldCollector {
    /// The complete fields, in order.
    private(set) var fields: [(name: String, value: String)] = []
    private var text: [UInt8] = []
    private var parts = 0
    private var bytesLeft: Int

    /// - Parameter limitBytes: the limit for all values together.
    init(limitBytes: Int) {
        bytesLeft = limitBytes
    }

    /// Begins a part. Fields and files both count.
    mutating func begin() throws(RequestError) {
        guard parts < Form.ceiling else { throw .malformed(code: "too_many_fields") }
        parts += 1
        text = []
    }

    /// Appends bytes to the value of the current field.
    mutating func add(_ bytes: ArraySlice<UInt8>) throws(RequestError) {
        guard bytes.count <= bytesLeft else { throw .tooLarge }
        bytesLeft -= bytes.count
        text += bytes
    }

    /// Completes the current field. Its value must be UTF-8 without a NUL.
    mutating func end(name: String) throws(RequestError) {
        guard let value = String(validating: text, as: UTF8.self), !value.utf8.contains(0) else {
            throw UploadParser.broken
        }
        fields.append((name, value))
    }
}
