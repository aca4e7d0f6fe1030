// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import NIOCore
internal import Services

/// A cache of rendered pages, valid until the data changes: one copy for all visitors who are not signed in, and one
/// for each session.
///
/// The pages of two visitors who are not signed in differ only in the form token. Such a page is rendered with a random
/// placeholder, and each response gets the visitor's own token in its place.
struct PageCache: Sendable {
    /// A rendered page, and the positions of the placeholder in it.
    private struct Kept: Sendable {
        var response: Response
        var body: ByteBuffer
        var tokenOffsets: [Int]
    }

    private let pages: ResponseCache<Kept>
    /// The placeholder for the form token of a visitor who is not signed in. It is as long as a token.
    private let placeholder = Sessions.makeToken()

    init(_ database: Database) {
        pages = ResponseCache { try? await database.version() }
    }

    /// Returns the page for a request. It is rendered by `make` unless it is cached.
    ///
    /// - Parameters:
    ///   - now: the time in milliseconds.
    ///   - make: renders the page with the given form token; nil for the session's own token.
    func response(
        to request: Request, _ context: NodeContext, isSecure: Bool, now: Int64,
        make: (_ formToken: String?) async throws -> Response
    ) async throws -> Response {
        let session = context.session == nil ? nil : context.sessionToken
        let languages = [
            Cookies.read(Sessions.languageCookie, request, secure: isSecure), request.headers[.acceptLanguage],
        ].map { $0 ?? "" }
        let flash = Flash.cacheKey(request, isSecure: isSecure)
        let key = ([request.uri.string, session ?? "", request.headers[.ifNoneMatch] ?? "", flash] + languages)
            .joined(separator: "\n")
        let kept = try await pages.value(
            for: key, now: now,
            size: { $0.response.status == .ok && $0.response.headers[.setCookie] == nil ? $0.body.readableBytes : nil }
        ) {
            let response = try await make(session == nil ? placeholder : nil)
            let body = try await Self.bytes(of: response)
            return Kept(
                response: response, body: body,
                tokenOffsets: session == nil ? Self.offsets(of: placeholder, in: body) : [])
        }
        var response = kept.response
        guard !kept.tokenOffsets.isEmpty else {
            response.body = ResponseBody(byteBuffer: kept.body)
            return response
        }
        let (token, newCookie) = Sessions.strangerToken(request, isSecure: isSecure)
        var body = kept.body
        for offset in kept.tokenOffsets { body.setString(token, at: body.readerIndex + offset) }
        response.body = ResponseBody(byteBuffer: body)
        if let newCookie { response.headers[.setCookie] = newCookie }
        return response
    }

    /// The positions of a text in a page, in bytes from its start.
    private static func offsets(of text: String, in body: ByteBuffer) -> [Int] {
        let (page, wanted) = (Array(body.readableBytesView), Array(text.utf8))
        var offsets: [Int] = []
        var start = 0
        while start + wanted.count <= page.count {
            if page[start] == wanted[0], page[start..<start + wanted.count].elementsEqual(wanted) {
                offsets.append(start)
                start += wanted.count
            } else {
                start += 1
            }
        }
        return offsets
    }

    private static func bytes(of response: Response) async throws -> ByteBuffer {
        let collector = BodyCollector()
        try await response.body.write(collector)
        return collector.bytes
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
