// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
public import Hummingbird
internal import TextEncoding

/// Reads and writes cookies that scripts cannot read and that cross-site forms do not send.
///
/// Spec: RFC 6265bis (`__Host-`).
public enum Cookies {
    /// The value of a cookie.
    ///
    /// - Parameter secure: whether the node is served over https. Then only the name with the prefix `__Host-` counts.
    /// - Returns: nil when there is no such cookie, or when there are two with different values.
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

    /// The value of a `Set-Cookie` header.
    ///
    /// - Parameters:
    ///   - value: letters, digits, `-`, `_` and `.`. Other characters are removed.
    ///   - maxAge: how long the browser keeps the cookie. Zero deletes it; nil keeps it until the browser is closed.
    public static func header(_ name: String, _ value: String, maxAge: Duration?, secure: Bool) -> String {
        let safe = value.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        var text = "\(fullName(name, secure: secure))=\(safe); Path=/; HttpOnly; SameSite=Lax"
        if secure { text += "; Secure" }
        if let maxAge { text += "; Max-Age=\(max(0, maxAge.components.seconds))" }
        return text
    }

    private static func fullName(_ name: String, secure: Bool) -> String { secure ? "__Host-\(name)" : name }
}
