// SPDX-License-Identifier: Apache-2.0

internal import CivilDates
internal import NIOHTTP1
public import Vocabulary

/// Why there is no answer at all.
public enum TransportFailure: String, Error, Sendable, CaseIterable {
    /// The address, the port or the scheme is not for us to use.
    case forbiddenAddress = "forbidden_address"
    /// The name leads nowhere.
    case notResolved = "not_resolved"
    /// Nobody took the connection.
    case unreachable
    /// The connection is not safe: a certificate that does not fit or is not trusted.
    case insecure
    /// The connection ended before the answer did; a request on a kept connection may be sent again at once.
    case closed
    /// The deadline passed.
    case timedOut = "timed_out"
    /// The answer is larger than was asked for.
    case tooLarge = "too_large"
    /// The request cannot be written, or the answer is not HTTP.
    case malformed
    /// The task was cancelled, or the client is shut down.
    case cancelled
}

/// The fields of an answer.
public struct ResponseHeaders: Sendable {
    let fields: HTTPHeaders

    /// The first value of this name, in any case; `nil` when there is none.
    public subscript(name: String) -> String? { fields.first(name: name) }

    /// All values of this name, in order.
    public func values(of name: String) -> [String] { fields[name] }
}

/// An answer with its body.
public struct OutboundResponse: Sendable {
    /// The status code.
    public let status: Int
    /// The fields.
    public let headers: ResponseHeaders
    /// The body, whole.
    public let body: [UInt8]
    /// Who answered.
    public let finalIRI: IRI
}

/// What became of a POST.
public enum PostResult: Sendable {
    /// The peer answered.
    ///
    /// `retryAfter` is what its `Retry-After` says, never negative.
    case status(Int, retryAfter: Duration?, headers: ResponseHeaders)
    /// The peer did not.
    case failed(TransportFailure)
}

/// The `Retry-After` field.
///
/// Spec: RFC 9110 §10.2.3.
enum RetryAfter {
    /// - Parameter now: milliseconds since 1970 UTC, for the form with a date.
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
