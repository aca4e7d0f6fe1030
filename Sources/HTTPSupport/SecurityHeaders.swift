// SPDX-License-Identifier: Apache-2.0

public import HTTPTypes

/// What browsers must not do with our answers; on every one of them, errors too.
///
/// Spec: CSP Level 3.
public struct SecurityHeaders: Sendable {
    private let fields: HTTPFields

    /// - Parameter secure: whether the node is served over https; a node on plain http also shows pictures of plain http.
    public init(secure: Bool) {
        var fields: HTTPFields = [
            .contentSecurityPolicy: Self.policy(secure: secure),
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
        self.fields = fields
    }

    /// Adds them, unless the answer brings its own policy and with it the rest.
    public func add(to headers: inout HTTPFields) {
        guard !headers.contains(.contentSecurityPolicy) else { return }
        headers.append(contentsOf: fields)
    }

    private static func policy(secure: Bool) -> String {
        "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; "
            + "img-src 'self' https:\(secure ? "" : " http:"); "
            + "media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    }
}
