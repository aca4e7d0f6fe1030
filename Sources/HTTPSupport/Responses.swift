// SPDX-License-Identifier: Apache-2.0

public import HTTPTypes
public import Hummingbird
internal import NIOCore
internal import TextEncoding

/// Makes responses.
public enum Responses {
    /// An HTML page.
    public static func html(
        _ body: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        bytes(ByteBuffer(string: body), contentType: "text/html; charset=utf-8", status: status, headers: headers)
    }

    /// An HTML page from bytes.
    public static func html(
        _ body: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        bytes(ByteBuffer(bytes: body), contentType: "text/html; charset=utf-8", status: status, headers: headers)
    }

    /// A JSON document.
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
    /// - Parameter filename: the file name for a download; nil for a feed. Characters other than letters, digits, `-`,
    ///   `_` and `.` become `-`.
    public static func calendar(_ body: [UInt8], filename: String? = nil, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        if let filename {
            let safe = filename.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" }
            headers[.contentDisposition] = "attachment; filename=\"\(String(safe))\""
        }
        return bytes(
            ByteBuffer(bytes: body), contentType: "text/calendar; charset=utf-8", status: .ok, headers: headers)
    }

    /// A response without a body.
    public static func empty(_ status: HTTPResponse.Status, headers: HTTPFields = [:]) -> Response {
        Response(status: status, headers: headers)
    }

    /// The response when the client's copy is current.
    public static func notModified(etag: String) -> Response {
        Response(status: .notModified, headers: [.eTag: etag])
    }

    /// Redirects the browser to another page of this node.
    ///
    /// - Parameter path: a path that ``LocalPath/init(_:)`` accepts. Anything else redirects to `/`.
    public static func redirect(
        to path: String, status: HTTPResponse.Status = .seeOther, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.location] = LocalPath(path)?.string ?? "/"
        return Response(status: status, headers: headers)
    }

    /// Redirects the browser to another site. The URL must come from the database, never from the request.
    ///
    /// - Parameter address: an absolute `https` or `http` URL. Anything else redirects to `/`.
    public static func redirect(
        abroad address: String, status: HTTPResponse.Status = .seeOther
    ) -> Response {
        let isWeb = address.hasPrefix("https://") || address.hasPrefix("http://")
        let isPrintable = address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
        return Response(status: status, headers: [.location: isWeb && isPrintable ? address : "/"])
    }

    /// Redirects the browser to a client app after a form. The URL is one that the app registered, with the result in
    /// its query.
    ///
    /// - Parameter address: a web URL or one with the app's own scheme. A scheme that a browser would execute, and text
    ///   that is not visible ASCII, redirect to `/`.
    public static func redirect(toApp address: String) -> Response {
        let scheme = address.prefix { $0 != ":" }.lowercased()
        let isRun = ["about", "blob", "data", "file", "filesystem", "javascript", "vbscript"].contains(scheme)
        let isPrintable = address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
        return Response(
            status: .seeOther, headers: [.location: !isRun && isPrintable ? address : "/", .cacheControl: "no-store"])
    }

    /// Whether the client's copy, named in `If-None-Match`, is current.
    public static func isCurrent(_ etag: String, for request: Request) -> Bool {
        guard let header = request.headers[.ifNoneMatch] else { return false }
        return header.split(separator: ",").contains { candidate in
            let tag = candidate.trimmingSpaces
            return tag == "*" || tag == etag || (tag.hasPrefix("W/") && tag.dropFirst(2) == etag)
        }
    }

    /// Bytes with a media type.
    public static func bytes(
        _ body: ByteBuffer, contentType: String, status: HTTPResponse.Status, headers: HTTPFields
    ) -> Response {
        var headers = headers
        headers[.contentType] = contentType
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}

/// A path of this node. The type proves that a redirect stays on this node.
public struct LocalPath: Sendable, Hashable {
    /// The value of `Location`.
    public let string: String

    /// - Parameter text: must begin with one `/` that is not followed by `/` or `\`, also after its escapes are
    ///   decoded. It must be visible ASCII, because browsers remove control characters before they parse a URL.
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
