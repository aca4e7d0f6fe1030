// SPDX-License-Identifier: Apache-2.0

internal import CivilDates
internal import NIOHTTP1
public import Vocabulary

/// Why there is no response.
public enum TransportFailure: String, Error, Sendable, CaseIterable {
    /// The address, the port or the scheme is not permitted.
    case forbiddenAddress = "forbidden_address"
    /// The name has no address.
    case notResolved = "not_resolved"
    /// No connection could be opened.
    case unreachable
    /// The TLS connection is not safe: the certificate does not match or is not trusted.
    case insecure
    /// The connection was closed before the response. A request on a kept-alive connection may be sent again at once.
    case closed
    /// The deadline passed.
    case timedOut = "timed_out"
    /// The response is larger than the limit.
    case tooLarge = "too_large"
    /// The request cannot be written, or the response is not valid HTTP.
    case malformed
    /// The task was cancelled, or the client is shut down.
    case cancelled
}

/// The header fields of a response.
public struct ResponseHeaders: Sendable {
    let fields: HTTPHeaders

    /// The first value of a field, found without regard to case; `nil` when there is none.
    public subscript(name: String) -> String? { fields.first(name: name) }

    /// All values of a field, in order.
    public func values(of name: String) -> [String] { fields[name] }
}

/// A response with its body.
public struct OutboundResponse: Sendable {
    /// The status code.
    public let status: Int
    /// The header fields.
    public let headers: ResponseHeaders
    /// The whole body.
    public let body: [UInt8]
    /// The URL that was requested.
    public let finalIRI: IRI
}

/// The result of a POST request.
public enum PostResult: Sendable {
    /// The peer responded.
    ///
    /// `retryAfter` is the value of its `Retry-After`, never negative.
    case status(Int, retryAfter: Duration?, headers: ResponseHeaders)
    /// There was no response.
    case failed(TransportFailure)
}

/// Parses the `Retry-After` field.
///
/// Spec: RFC 9110 §10.2.3.
enum RetryAfter {
    /// - Parameter now: milliseconds since 1970 UTC; needed when the field is a date.
    /// - Returns: never negative; `nil` when the text is neither seconds nor a date.
    static func parse(_ text: String, now: Int64) -> Duration? {
        let digits = text.utf8
        if (1...9).contains(digits.count), digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let seconds = Int64(text) {
            return .seconds(seconds)
        }
        guard let instant = Dates.parseHTTPDate(text) else { return nil }
        let (difference, overflow) = instant.subtractingReportingOverflow(now)
        return .milliseconds(overflow ? 0 : max(0, difference))
    }
}
