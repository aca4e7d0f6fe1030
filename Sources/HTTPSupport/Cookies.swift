// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
public import Hummingbird
internal import TextEncoding

/// Cookies that scripts cannot read and other sites cannot send.
///
/// Spec: RFC 6265bis (`__Host-`).
public enum Cookies {
    /// The value that the browser sent under a name, with or without `__Host-`.
    ///
    /// - Parameter secure: whether the node is served over https: then only the protected spelling counts.
    /// - Returns: nil when there is none, or when there are two that differ.
    public static func read(_ name: String, _ request: Request, secure: Bool) -> String? {
        let wanted = fullName(name, secure: secure)
        var found: String?
        for header in request.headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let parts = pair.trimmingSpaces.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, parts[0] == wanted else { continue }
                guard found == nil || found == String(parts[1]) else { return nil }
                found = String(parts[1])
            }
        }
        return found
    }

    /// The `Set-Cookie` header.
    ///
    /// - Parameters:
    ///   - value: letters, digits, `-`, `_` and `.`; others are left out.
    ///   - maxAge: how long the browser keeps it; zero takes it away, nil keeps it until the browser is closed.
    public static func header(_ name: String, _ value: String, maxAge: Duration?, secure: Bool) -> String {
        let safe = value.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        var text = "\(fullName(name, secure: secure))=\(safe); Path=/; HttpOnly; SameSite=Lax"
        if secure { text += "; Secure" }
        if let maxAge { text += "; Max-Age=\(max(0, maxAge.components.seconds))" }
        return text
    }

    private static func fullName(_ name: String, secure: Bool) -> String { secure ? "__Host-\(name)" : name }
}
