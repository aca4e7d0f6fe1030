// SPDX-License-Identifier: Apache-2.0

public import HTTPTypes
public import Hummingbird
internal import NIOCore

/// An error that has something to say to strangers: a status and a stable code, and nothing else.
public protocol PublicError: Error {
    /// The answer's status.
    var status: HTTPResponse.Status { get }
    /// Small letters and underscores; programs and texts rely on it.
    var code: String { get }
    /// When to ask again, in seconds.
    var retryAfterSeconds: Int? { get }
}

extension PublicError {
    /// No promise.
    public var retryAfterSeconds: Int? { nil }
}

/// The refusals that every face of the node shares.
public enum RequestError: PublicError, Equatable {
    /// Nothing is here, or nothing that the asker may see.
    case notFound
    /// Something is here, but not for this method.
    case methodNotAllowed
    /// The request does not follow its own grammar; the code says where.
    case malformed(code: String)
    /// The body is larger than what is read here.
    case tooLarge
    /// The body is of a kind that is not read here.
    case unsupportedMediaType
    /// A form that another site sent.
    case crossSite
    /// Too many requests; seconds until the next one is welcome.
    case tooMany(retryAfterSeconds: Int)
    /// The body came too slowly, or never ended.
    case timeout

    /// The answer's status.
    public var status: HTTPResponse.Status {
        switch self {
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .malformed: .badRequest
        case .tooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .crossSite: .forbidden
        case .tooMany: .tooManyRequests
        case .timeout: .requestTimeout
        }
    }

    /// A stable word.
    public var code: String {
        switch self {
        case .notFound: "not_found"
        case .methodNotAllowed: "method_not_allowed"
        case .malformed(let code): code
        case .tooLarge: "too_large"
        case .unsupportedMediaType: "wrong_media_type"
        case .crossSite: "cross_site"
        case .tooMany: "too_many_requests"
        case .timeout: "timeout"
        }
    }

    /// How long to wait.
    public var retryAfterSeconds: Int? {
        guard case .tooMany(let seconds) = self else { return nil }
        return seconds
    }
}

/// The one place where an error becomes an answer.
public enum ErrorResponses {
    /// What a stranger is told of an error: an unknown one is an internal one.
    public static func publicFace(of error: any Error) -> (status: HTTPResponse.Status, code: String) {
        switch error {
        case let error as any PublicError: (error.status, error.code)
        case let error as HTTPError: (error.status, code(of: error.status))
        case is NIOTooManyBytesError: (.contentTooLarge, RequestError.tooLarge.code)
        default: (.internalServerError, "internal_error")
        }
    }

    /// The answer for programs: `{"error": code}`.
    ///
    /// - Parameter code: small letters, digits and underscores; other characters are left out.
    public static func document(_ status: HTTPResponse.Status, code: String) -> Response {
        let word = code.utf8.filter { $0 &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x5F }
        let body = Array("{\"error\":\"".utf8) + word + Array("\"}".utf8)
        return Answers.json(body, contentType: "application/json", status: status)
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
