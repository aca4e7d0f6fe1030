// SPDX-License-Identifier: Apache-2.0

public import HTTPTypes
public import Hummingbird
internal import NIOCore
internal import TextEncoding

/// Chooses which responses are compressed.
///
/// Spec: RFC 9110 §8.4, §12.5.3.
public enum Compression {
    /// Shorter texts are sent as they are: they fit into one packet anyway.
    static let shortest = 1_024
    /// Longer texts are sent as they are, so that no response takes much memory or time.
    static let longest = 4 << 20

    /// Whether the client takes gzip, and likes it no less than plain bytes.
    public static func isWanted(by request: Request) -> Bool {
        takesGzip(request.headers[.acceptEncoding])
    }

    /// - Parameter header: the whole `Accept-Encoding` header.
    static func takesGzip(_ header: String?) -> Bool {
        guard let header, header.utf8.count <= 1_024 else { return false }
        var qualities: [String: Double] = [:]
        for item in header.lowercased().split(separator: ",").prefix(20) {
            let parts = item.split(separator: ";").map { $0.trimmingSpaces }
            guard let name = parts.first else { continue }
            let quality = parts.dropFirst().last { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 }
            qualities[name == "x-gzip" ? "gzip" : String(name)] = quality ?? 1
        }
        let gzip = qualities["gzip"] ?? qualities["*"] ?? 0
        return gzip > 0 && gzip >= qualities["identity"] ?? 0
    }

    /// Whether the response is a text of a length for which compression pays, not compressed yet, and not one that can
    /// be asked for in parts.
    public static func suits(_ response: Response) -> Bool {
        guard response.status == .ok, response.headers[.contentEncoding] == nil, response.headers[.acceptRanges] == nil,
            let length = response.body.contentLength, length >= shortest, length <= longest
        else { return false }
        return isText(response.headers[.contentType] ?? "")
    }

    static func isText(_ contentType: String) -> Bool {
        let type = contentType.prefix { $0 != ";" }.lowercased().trimmingSpaces
        if type == "text/event-stream" { return false }
        return type.hasPrefix("text/") || type.hasSuffix("+json") || type.hasSuffix("+xml")
            || ["application/json", "application/xml", "application/javascript"].contains { $0 == type }
    }

    /// Compresses a response if it is suitable and the client wants that. The response must not contain a secret together
    /// with text that somebody else chose: the length would reveal the secret.
    public static func apply(to response: inout Response, for request: Request, effort: Gzip.Effort = .once) async {
        if response.status == .notModified {
            weaken(&response.headers, asIn: request)
            return
        }
        guard suits(response) else { return }
        Vary.add("Accept-Encoding", to: &response.headers)
        guard isWanted(by: request), let plain = try? await bytes(of: response.body),
            let gzip = Gzip(plain, effort: effort)
        else { return }
        set(gzip.bytes, on: &response)
    }

    /// Gives a response its compressed body and the headers for it.
    ///
    /// Both forms of a document share a weak entity tag, because a strong one stands for the exact bytes.
    public static func set(_ gzip: [UInt8], on response: inout Response) {
        response.body = ResponseBody(byteBuffer: ByteBuffer(bytes: gzip))
        response.headers[.contentEncoding] = "gzip"
        response.headers[.contentLength] = nil
        if let tag = response.headers[.eTag], !tag.hasPrefix("W/") { response.headers[.eTag] = "W/\(tag)" }
    }

    /// Returns the whole body of a response that is in memory anyway.
    public static func bytes(of body: ResponseBody) async throws -> ByteBuffer {
        let collector = BodyCollector()
        try await body.write(collector)
        return collector.bytes
    }

    /// A client that kept the compressed form has a weak tag, and is told that this one is still valid.
    public static func weaken(_ headers: inout HTTPFields, asIn request: Request) {
        guard let tag = headers[.eTag], !tag.hasPrefix("W/"),
            request.headers[.ifNoneMatch]?.contains("W/\(tag)") == true
        else { return }
        headers[.eTag] = "W/\(tag)"
    }
}

/// Collects the body of a response in memory.
private final class BodyCollector: ResponseBodyWriter {
    private(set) var bytes = ByteBuffer()

    func write(_ buffer: ByteBuffer) async throws {
        var buffer = buffer
        bytes.writeBuffer(&buffer)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
