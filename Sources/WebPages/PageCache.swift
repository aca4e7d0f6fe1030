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
///
/// For a client that wants gzip, the compressed page is cached instead; see ``Gzip`` for the tokens in it.
struct PageCache: Sendable {
    /// A rendered page, and the positions of the placeholder in it.
    private struct Kept: Sendable {
        var response: Response
        var body: ByteBuffer
        var tokenOffsets: [Int]
        /// The compressed page; then ``body`` is empty.
        var gzip: Gzip?

        var size: Int { max(body.readableBytes, gzip?.bytes.count ?? 0) }
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
    ///   - formToken: the form token of a session.
    ///   - make: renders the page with the given form token; nil for the session's own token.
    func response(
        to request: Request, _ context: NodeContext, isSecure: Bool, now: Int64, formToken: (String) -> String,
        make: (_ formToken: String?) async throws -> Response
    ) async throws -> Response {
        let session = context.session == nil ? nil : context.sessionToken
        let isCompressed = Compression.isWanted(by: request) && (session == nil || Self.isAskedByReader(request))
        let languages = [
            Cookies.read(Sessions.languageCookie, request, secure: isSecure), request.headers[.acceptLanguage],
        ].map { $0 ?? "" }
        let flash = Flash.cacheKey(request, isSecure: isSecure)
        let coding = isCompressed ? "gzip" : ""
        let parts = [request.uri.string, session ?? "", request.headers[.ifNoneMatch] ?? "", flash, coding]
        let key = (parts + languages).joined(separator: "\n")
        let kept = try await pages.value(
            for: key, now: now,
            size: { $0.response.status == .ok && $0.response.headers[.setCookie] == nil ? $0.size : nil }
        ) {
            let response = try await make(session == nil ? placeholder : nil)
            let token = session.map(formToken) ?? placeholder
            return try await Self.keep(
                response, to: request, token: token, isOwn: session != nil, isCompressed: isCompressed)
        }
        var response = kept.response
        guard !kept.tokenOffsets.isEmpty else {
            response.body = ResponseBody(byteBuffer: kept.gzip.map { ByteBuffer(bytes: $0.bytes) } ?? kept.body)
            return response
        }
        let (token, newCookie) = Sessions.strangerToken(request, isSecure: isSecure)
        var body = kept.body
        if let gzip = kept.gzip {
            body = ByteBuffer(bytes: gzip.filled(with: Array(token.utf8)))
        } else {
            for offset in kept.tokenOffsets { body.setString(token, at: body.readerIndex + offset) }
        }
        response.body = ResponseBody(byteBuffer: body)
        if let newCookie { response.headers.append(HTTPField(name: .setCookie, value: newCookie)) }
        return response
    }

    /// Makes the cached form of a page.
    ///
    /// - Parameters:
    ///   - token: the form token in the page.
    ///   - isOwn: whether it is the token of a session, which is never replaced.
    private static func keep(
        _ response: Response, to request: Request, token: String, isOwn: Bool, isCompressed: Bool
    ) async throws -> Kept {
        var response = response
        if response.status == .notModified { Compression.weaken(&response.headers, asIn: request) }
        let body = try await Compression.bytes(of: response.body)
        let suits = Compression.suits(response)
        if suits { Vary.add("Accept-Encoding", to: &response.headers) }
        let offsets = offsets(of: token, in: body)
        let gzip = suits && isCompressed ? Gzip(body, leaving: offsets, of: token.utf8.count, effort: .kept) : nil
        if let gzip { Compression.set(gzip.bytes, on: &response) }
        return Kept(
            response: response, body: gzip == nil ? body : ByteBuffer(), tokenOffsets: isOwn ? [] : offsets, gzip: gzip)
    }

    /// Whether the reader asked for the page: by a link or form of this node, by typing the address, or by a bookmark.
    ///
    /// Only then is a page of a member compressed. The length of a compressed page says something about the words in it
    /// to whoever sees the encrypted connection and can let the browser ask for the page again and again, with guesses
    /// in the address. Another site can do that. Its requests have another value in this header, and old browsers and
    /// programs, which send none, get the plain page.
    private static func isAskedByReader(_ request: Request) -> Bool {
        guard let site = HTTPField.Name("sec-fetch-site").flatMap({ request.headers[$0] }) else { return false }
        return site == "same-origin" || site == "none"
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
}
