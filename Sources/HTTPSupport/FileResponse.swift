// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
public import Hummingbird
internal import NIOCore

/// Responds with a file that never changes under its name, in chunks and, when the client sends `Range`, in part.
///
/// The headers allow a browser to display the file and nothing else: no script in it can run on this origin.
/// Spec: RFC 9110 §14.
public struct FileResponse: Sendable {
    /// Reads `count` bytes of the file from an offset on.
    public typealias Reader = @Sendable (_ offset: Int, _ count: Int) async throws -> [UInt8]

    /// How many bytes are read at a time.
    private static let piece = 65_536

    private let name: String
    private let contentType: String
    private let size: Int
    private let read: Reader

    /// - Parameters:
    ///   - name: letters, digits and dots. It is used as the entity tag.
    ///   - contentType: the media type; `nosniff` tells browsers not to guess another.
    public init(name: String, contentType: String, size: Int, read: @escaping Reader) {
        self.name = name
        self.contentType = contentType
        self.size = size
        self.read = read
    }

    /// The response to a request for the file.
    public func response(to request: Request) -> Response {
        let etag = "\"\(name)\""
        var headers = Self.fixedHeaders
        headers[.eTag] = etag
        guard !Responses.isCurrent(etag, for: request) else {
            headers[.contentType] = nil
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = contentType
        headers[.acceptRanges] = "bytes"
        let condition = HTTPField.Name("if-range").flatMap { request.headers[$0] }
        let wanted = condition == nil || condition == etag ? request.headers[.range] : nil
        switch Part(wanted, of: size) {
        case .whole:
            return Response(status: .ok, headers: headers, body: body(0..<size))
        case .some(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
            return Response(status: .partialContent, headers: headers, body: body(range))
        case .none:
            headers[.contentRange] = "bytes */\(size)"
            headers[.contentType] = nil
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
    }

    private func body(_ range: Range<Int>) -> ResponseBody {
        ResponseBody(contentLength: range.count) { [read] writer in
            var offset = range.lowerBound
            while offset < range.upperBound {
                let bytes = try await read(offset, min(Self.piece, range.upperBound - offset))
                // The file has become shorter. The connection is closed, so that the client notices the missing rest.
                guard !bytes.isEmpty else { throw CutShort() }
                try await writer.write(ByteBuffer(bytes: bytes))
                offset += bytes.count
            }
            try await writer.finish(nil)
        }
    }

    private struct CutShort: Error {}

    private static let fixedHeaders: HTTPFields = {
        var headers: HTTPFields = [
            .cacheControl: "public, max-age=31536000, immutable",
            .contentSecurityPolicy: "default-src 'none'; sandbox",
            .xContentTypeOptions: "nosniff",
            .contentDisposition: "inline",
        ]
        let others = [
            ("access-control-allow-origin", "*"), ("cross-origin-resource-policy", "cross-origin"),
            ("referrer-policy", "same-origin"), ("x-frame-options", "DENY"),
        ]
        for (name, value) in others {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return headers
    }()

    /// The part of a file that is requested.
    enum Part: Equatable {
        case whole
        case some(Range<Int>)
        /// A part that is outside of the file.
        case none

        /// Parses a `Range` header with one range of bytes. Several ranges, another unit and invalid text are ignored.
        init(_ header: String?, of size: Int) {
            guard let header, header.utf8.count <= 100, header.hasPrefix("bytes="), !header.contains(",") else {
                self = .whole
                return
            }
            let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy { $0 &- 0x30 < 10 } }) else {
                self = .whole
                return
            }
            switch (ends[0].isEmpty ? nil : Int(ends[0]), ends[1].isEmpty ? nil : Int(ends[1])) {
            case (let first?, let last?) where first <= last:
                self = first < size ? .some(first..<min(last, size - 1) + 1) : .none
            case (let first?, nil) where ends[1].isEmpty:
                self = first < size ? .some(first..<size) : .none
            case (nil, let count?) where ends[0].isEmpty:
                self = count > 0 && size > 0 ? .some(max(0, size - count)..<size) : .none
            default: self = .whole
            }
        }
    }
}
