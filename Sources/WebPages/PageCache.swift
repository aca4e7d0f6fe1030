// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import NIOCore
internal import Services

/// Pages that are shown again for as long as nothing changes: one for all strangers, one for each session.
///
/// A stranger's page differs from another's in the token of its forms alone. It is rendered with a placeholder that
/// nobody outside knows, and each copy gets the stranger's own token in its place.
struct PageCache: Sendable {
    /// A page that was rendered, and where the placeholder stands in it.
    private struct Kept: Sendable {
        var response: Response
        var body: ByteBuffer
        var tokenOffsets: [Int]
    }

    private let pages: ResponseCache<Kept>
    /// Stands in for the form token of a stranger; as long as one.
    private let placeholder = Sessions.makeWord()

    init(_ database: Database) {
        pages = ResponseCache { try? await database.version() }
    }

    /// The page for a request, made by `make` unless it is kept.
    ///
    /// - Parameters:
    ///   - now: milliseconds.
    ///   - make: renders the page with the form token that it is given; nil for the session's own.
    func response(
        to request: Request, _ context: NodeContext, isSecure: Bool, now: Int64,
        make: (_ formToken: String?) async throws -> Response
    ) async throws -> Response {
        let session = context.session == nil ? nil : context.sessionToken
        let languages = [
            Cookies.read(Sessions.languageCookie, request, secure: isSecure), request.headers[.acceptLanguage],
        ].map { $0 ?? "" }
        let key = ([request.uri.string, session ?? "", request.headers[.ifNoneMatch] ?? ""] + languages)
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

    /// Where a text stands in a page, in bytes from its start.
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

/// Takes what a response would send.
private final class BodyCollector: ResponseBodyWriter {
    private(set) var bytes = ByteBuffer()

    func write(_ buffer: ByteBuffer) async throws {
        var buffer = buffer
        bytes.writeBuffer(&buffer)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
