// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

/// An error of OpenSSL that valid calls should never cause.
///
/// The text is for the operator's log. It names the operation and the library's own reason, never a key or a password.
public struct OpenSSLError: Error, CustomStringConvertible, Equatable {
    /// The operation that failed.
    public let operation: String
    /// The error text of OpenSSL, or "no reason given".
    public let reason: String

    /// The operation and the reason on one line.
    public var description: String { "\(operation): \(reason)" }

    /// Takes the oldest error of the current thread's error queue and empties the queue.
    ///
    /// OpenSSL keeps one queue per thread, so an error that stays in the queue would be reported for a later, unrelated
    /// call.
    static func take(_ operation: String) -> OpenSSLError {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return OpenSSLError(operation: operation, reason: "no reason given") }
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(code, &text, text.count)
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return OpenSSLError(operation: operation, reason: String(decoding: bytes, as: UTF8.self))
    }
}
