// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

/// A refusal by the cryptographic library that no input of ours should cause.
///
/// The text is for the operator's log. It names the operation and the library's own reason, never a key or a password.
public struct OpenSSLError: Error, CustomStringConvertible, Equatable {
    /// What was being done.
    public let operation: String
    /// The library's words, or "no reason given".
    public let reason: String

    /// The operation and the reason on one line.
    public var description: String { "\(operation): \(reason)" }

    /// Takes the oldest error of this thread's queue and empties the queue.
    ///
    /// The queue belongs to the thread, so an error left behind would be told to whoever comes next.
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
