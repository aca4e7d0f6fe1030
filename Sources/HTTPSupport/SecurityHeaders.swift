// SPDX-License-Identifier: Apache-2.0

public import HTTPTypes

/// What browsers must not do with our answers; on every one of them, errors too.
///
/// Spec: CSP Level 3.
public struct SecurityHeaders: Sendable {
    private let fields: HTTPFields

    /// - Parameter secure: whether the node is served over https; a node on plain http also shows pictures of plain http.
    public init(secure: Bool) {
        fields = Self.fields(secure: secure)
    }

    /// The headers themselves, for a page whose forms lead elsewhere.
    ///
    /// - Parameter formTarget: a site or a scheme besides this node: `https://app.example`, `app:`.
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

    /// Adds them, unless the answer brings its own policy and with it the rest.
    public func add(to headers: inout HTTPFields) {
        guard !headers.contains(.contentSecurityPolicy) else { return }
        headers.append(contentsOf: fields)
    }

    private static func policy(secure: Bool, formTarget: String?) -> String {
        "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; "
            + "img-src 'self' https:\(secure ? "" : " http:"); "
            + "media-src 'self'; form-action 'self'\(formTarget.map { " \($0)" } ?? ""); frame-ancestors 'none'; "
            + "base-uri 'none'"
    }
}
