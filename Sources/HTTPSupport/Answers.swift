// SPDX-License-Identifier: Apache-2.0

public import HTTPTypes
public import Hummingbird
internal import NIOCore
internal import TextEncoding

/// The kinds of answers.
public enum Answers {
    /// A page.
    public static func html(
        _ body: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        bytes(ByteBuffer(string: body), contentType: "text/html; charset=utf-8", status: status, headers: headers)
    }

    /// A page whose bytes are ready.
    public static func html(
        _ body: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        bytes(ByteBuffer(bytes: body), contentType: "text/html; charset=utf-8", status: status, headers: headers)
    }

    /// A document for programs.
    public static func json(
        _ body: [UInt8], contentType: String = "application/json", status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Response {
        bytes(ByteBuffer(bytes: body), contentType: contentType, status: status, headers: headers)
    }

    /// Plain text.
    public static func text(_ body: String, status: HTTPResponse.Status = .ok) -> Response {
        bytes(ByteBuffer(string: body), contentType: "text/plain; charset=utf-8", status: status, headers: [:])
    }

    /// An iCalendar file or feed.
    ///
    /// - Parameter filename: what a browser saves it as; nil for a feed that is read in place. Characters other than
    ///   letters, digits, `-`, `_` and `.` become `-`.
    public static func calendar(_ body: [UInt8], filename: String? = nil, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        if let filename {
            let safe = filename.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" }
            headers[.contentDisposition] = "attachment; filename=\"\(String(safe))\""
        }
        return bytes(
            ByteBuffer(bytes: body), contentType: "text/calendar; charset=utf-8", status: .ok, headers: headers)
    }

    /// Nothing to read.
    public static func empty(_ status: HTTPResponse.Status, headers: HTTPFields = [:]) -> Response {
        Response(status: status, headers: headers)
    }

    /// The reader's copy is still right.
    public static func notModified(etag: String) -> Response {
        Response(status: .notModified, headers: [.eTag: etag])
    }

    /// Sends the browser to another page of this node.
    ///
    /// - Parameter path: as for ``LocalPath/init(_:)``; anything else leads to the first page.
    public static func redirect(
        to path: String, status: HTTPResponse.Status = .seeOther, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.location] = LocalPath(path)?.string ?? "/"
        return Response(status: status, headers: headers)
    }

    /// Sends the browser to another site: an address that came from our own rows, never from the request.
    ///
    /// - Parameter address: an absolute `https` or `http` address; anything else leads to the first page.
    public static func redirect(
        abroad address: String, status: HTTPResponse.Status = .seeOther
    ) -> Response {
        let isWeb = address.hasPrefix("https://") || address.hasPrefix("http://")
        let isPrintable = address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
        return Response(status: status, headers: [.location: isWeb && isPrintable ? address : "/"])
    }

    /// Sends the browser back to an app, after a form: an address that the app registered, with an answer in its query.
    ///
    /// - Parameter address: of the web or of the app's own scheme; what a browser would run, and what is no visible
    ///   ASCII, leads to the first page.
    public static func redirect(toApp address: String) -> Response {
        let scheme = address.prefix { $0 != ":" }.lowercased()
        let isRun = ["about", "blob", "data", "file", "filesystem", "javascript", "vbscript"].contains(scheme)
        let isPrintable = address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
        return Response(
            status: .seeOther, headers: [.location: !isRun && isPrintable ? address : "/", .cacheControl: "no-store"])
    }

    /// Whether the reader's copy, named by `If-None-Match`, is the current one.
    public static func isCurrent(_ etag: String, for request: Request) -> Bool {
        guard let header = request.headers[.ifNoneMatch] else { return false }
        return header.split(separator: ",").contains { candidate in
            let tag = candidate.trimmingSpaces
            return tag == "*" || tag == etag || (tag.hasPrefix("W/") && tag.dropFirst(2) == etag)
        }
    }

    /// Bytes under a media type.
    public static func bytes(
        _ body: ByteBuffer, contentType: String, status: HTTPResponse.Status, headers: HTTPFields
    ) -> Response {
        var headers = headers
        headers[.contentType] = contentType
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}

/// A path of this node: proof that a redirect does not leave it.
public struct LocalPath: Sendable, Hashable {
    /// What stands in `Location`.
    public let string: String

    /// - Parameter text: has to begin with one `/` that neither `/` nor `\` follows, also once its escapes are
    ///   resolved, and to be visible ASCII: browsers strip control characters before they read.
    public init?(_ text: String) {
        guard text.utf8.count <= 2_048, Self.staysHere(text), !text.contains("\\"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        let path = text.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard let decoded = PercentEncoding.decode(path), Self.staysHere(decoded), !decoded.contains("\\"),
            !decoded.contains("//"), decoded.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        string = text
    }

    private static func staysHere(_ text: String) -> Bool {
        let bytes = text.utf8
        guard bytes.first == UInt8(ascii: "/") else { return false }
        guard let second = bytes.dropFirst().first else { return true }
        return second != UInt8(ascii: "/") && second != UInt8(ascii: "\\")
    }
}
