// SPDX-License-Identifier: Apache-2.0

public import HTTPTypes
public import Hummingbird
internal import NIOCore

/// An error that may be shown to clients: as a status and a stable code, and nothing else.
public protocol PublicError: Error {
    /// The status of the response.
    var status: HTTPResponse.Status { get }
    /// Lower-case letters and underscores. Programs and translated texts depend on it.
    var code: String { get }
    /// The value of `Retry-After` in seconds; nil for no such header.
    var retryAfterSeconds: Int? { get }
}

extension PublicError {
    /// No `Retry-After`.
    public var retryAfterSeconds: Int? { nil }
}

/// The errors that the website, the client API and the federation API share.
public enum RequestError: PublicError, Equatable {
    /// Nothing exists at this path, or nothing that the client may see.
    case notFound
    /// The path exists, but not for this method.
    case methodNotAllowed
    /// The request is not well formed. The code says which part.
    case malformed(code: String)
    /// The body is larger than the limit.
    case tooLarge
    /// The media type of the body is not supported here.
    case unsupportedMediaType
    /// The client accepts none of the media types that exist at this path.
    case notAcceptable
    /// The form was sent by another site.
    case crossSite
    /// Too many requests. The value says after how many seconds the next one is accepted.
    case tooMany(retryAfterSeconds: Int)
    /// The body arrived too slowly or did not end.
    case timeout

    /// The status of the response.
    public var status: HTTPResponse.Status {
        switch self {
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .malformed: .badRequest
        case .tooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .notAcceptable: .notAcceptable
        case .crossSite: .forbidden
        case .tooMany: .tooManyRequests
        case .timeout: .requestTimeout
        }
    }

    /// A stable code.
    public var code: String {
        switch self {
        case .notFound: "not_found"
        case .methodNotAllowed: "method_not_allowed"
        case .malformed(let code): code
        case .tooLarge: "too_large"
        case .unsupportedMediaType: "wrong_media_type"
        case .notAcceptable: "not_acceptable"
        case .crossSite: "cross_site"
        case .tooMany: "too_many_requests"
        case .timeout: "timeout"
        }
    }

    /// The value of `Retry-After` in seconds.
    public var retryAfterSeconds: Int? {
        guard case .tooMany(let seconds) = self else { return nil }
        return seconds
    }
}

/// Converts errors to responses.
public enum ErrorResponses {
    /// The error that clients see instead of an error of the database, if it is an outage; otherwise the same error.
    public static func shown(_ error: any Error) -> any Error { DatabaseOutage(error) ?? error }

    /// The status and code that a client sees. An unknown error becomes `internal_error`.
    public static func statusAndCode(of error: any Error) -> (status: HTTPResponse.Status, code: String) {
        switch shown(error) {
        case let error as any PublicError: (error.status, error.code)
        case let error as HTTPError: (error.status, code(of: error.status))
        case is NIOTooManyBytesError: (.contentTooLarge, RequestError.tooLarge.code)
        default: (.internalServerError, "internal_error")
        }
    }

    /// The response for programs: `{"error": code}`.
    ///
    /// - Parameter code: lower-case letters, digits and underscores. Other characters are removed.
    public static func document(_ status: HTTPResponse.Status, code: String) -> Response {
        let word = code.utf8.filter { $0 &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x5F }
        let body = Array("{\"error\":\"".utf8) + word + Array("\"}".utf8)
        return Responses.json(body, contentType: "application/json", status: status)
    }

    private static func code(of status: HTTPResponse.Status) -> String {
        switch status.code {
        case 400: "bad_request"
        case 404: RequestError.notFound.code
        case 405: RequestError.methodNotAllowed.code
        case 413: RequestError.tooLarge.code
        case 415: RequestError.unsupportedMediaType.code
        default: "error_\(status.code)"
        }
    }
}
