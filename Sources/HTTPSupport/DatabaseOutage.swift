// SPDX-License-Identifier: Apache-2.0

internal import Database
public import HTTPTypes

/// The response to a request that the database could not serve for a reason that has nothing to do with the request:
/// `503` with `Retry-After`, so that programs repeat it.
///
/// Spec: RFC 9110 §15.6.4.
public struct DatabaseOutage: PublicError, Equatable {
    /// Always `503`.
    public let status = HTTPResponse.Status.serviceUnavailable
    /// `overloaded`, or a word for what is wrong that begins with `database_`.
    public let code: String
    /// Short when the node has too much to do, longer when somebody has to repair something.
    public let retryAfterSeconds: Int?

    /// - Returns: nil for an error that the request or the program itself has caused.
    public init?(_ error: any Error) {
        // Nobody waits for the response of a cancelled call, or the process is about to end.
        if error is CancellationError {
            self.init("unavailable", 5)
        } else {
            guard let error = error as? DatabaseError, error.isOutage else { return nil }
            switch error.kind {
            case .overloaded: self.init("overloaded", 5)
            case .busy: self.init("database_busy", 10)
            case .timeout: self.init("database_timeout", 30)
            case .full: self.init("database_full", 120)
            case .readOnly: self.init("database_read_only", 120)
            case .corrupt: self.init("database_corrupt", 600)
            case .replaced: self.init("database_replaced", 600)
            default: self.init("database_unavailable", 30)
            }
        }
    }

    private init(_ code: String, _ seconds: Int) {
        self.code = code
        retryAfterSeconds = seconds
    }
}
