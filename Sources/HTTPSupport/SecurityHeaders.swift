// SPDX-License-Identifier: Apache-2.0

public import HTTPTypes

/// Security headers. Every response has them, including errors.
///
/// Spec: CSP Level 3.
public struct SecurityHeaders: Sendable {
    private let fields: HTTPFields

    /// - Parameter secure: whether the node is served over https. On plain http, pictures from plain http are allowed
    ///   too.
    public init(secure: Bool) {
        fields = Self.fields(secure: secure)
    }

    /// The headers of a page whose forms may also be sent to another site.
    ///
    /// - Parameter formTarget: an origin or a scheme besides this node: `https://app.example`, `app:`.
    public static func fields(secure: Bool, formTarget: String? = nil) -> HTTPFields {
        var fields: HTTPFields = [
            .contentSecurityPolicy: policy(secure: secure, formTarget: formTarget),
            .xContentTypeOptions: "nosniff",
        ]
        let others = [
            ("referrer-policy", "same-origin"),
            ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
            ("cross-origin-opener-policy", "same-origin"),
            ("x-frame-options", "DENY"),
        ]
        for (name, value) in others {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        if secure { fields[.strictTransportSecurity] = "max-age=31536000" }
        return fields
    }

    /// Adds the headers, unless the response already has a `Content-Security-Policy`; then it has its own set of them.
    public func add(to headers: inout HTTPFields) {
        guard !headers.contains(.contentSecurityPolicy) else { return }
        headers.append(contentsOf: fields)
    }

    /// Adds these headers and, for a path that other sites may read, the CORS headers. A cached response gets them once,
    /// before it is stored, so that nothing is added to it for each request.
    public func complete(_ headers: inout HTTPFields, path: String) {
        add(to: &headers)
        CrossOrigin.add(to: &headers, path: path)
    }

    private static func policy(secure: Bool, formTarget: String?) -> String {
        "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; "
            + "img-src 'self' https:\(secure ? "" : " http:"); "
            + "media-src 'self'; manifest-src 'self'; form-action 'self'\(formTarget.map { " \($0)" } ?? ""); frame-ancestors 'none'; "
            + "base-uri 'none'"
    }
}
