// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

/// The authentication of this server to push services: a short signed token and the public key that verifies it.
///
/// Spec: RFC 8292; the older spelling is draft-ietf-webpush-vapid-01.
public struct VAPID: Sendable {
    private let key: ECKey
    private let contact: String

    /// How long a token is valid, in seconds. Push services accept at most one day.
    static let lifetimeSeconds: Int64 = 12 * 3600

    /// Makes the authentication for one server.
    ///
    /// - Parameters:
    ///   - key: the server's VAPID key; push subscriptions are bound to it.
    ///   - contact: a contact for the operator of the push service: a `mailto:` or web address, without quotes or
    ///     backslashes.
    public init(key: ECKey, contact: String) {
        self.key = key
        self.contact = contact
    }

    /// The public key for clients: padded base64url of the uncompressed point.
    public var publicKey: String { Base64URL.encode(key.publicPoint, isPadded: true) }

    /// The HTTP headers for a push.
    ///
    /// - Parameters:
    ///   - audience: scheme, host and port of the endpoint.
    ///   - now: milliseconds since 1970 UTC.
    public func fields(
        for push: SealedPush, audience: String, now: Int64
    ) throws(OpenSSLError) -> [(name: String, value: String)] {
        let token = try token(audience: audience, now: now)
        let own = Base64URL.encode(key.publicPoint)
        let coding = (name: "content-encoding", value: push.coding)
        guard push.coding == "aesgcm" else {
            return [coding, (name: "authorization", value: "vapid t=\(token),k=\(own)")]
        }
        return [
            coding,
            (name: "authorization", value: "WebPush \(token)"),
            (name: "encryption", value: "salt=\(Base64URL.encode(push.salt))"),
            (name: "crypto-key", value: "dh=\(Base64URL.encode(push.senderPoint));p256ecdsa=\(own)"),
        ]
    }

    /// Makes a JSON Web Token. Spec: RFC 7519, RFC 7515.
    func token(audience: String, now: Int64) throws(OpenSSLError) -> String {
        let expiry = now / 1000 &+ Self.lifetimeSeconds
        let head = #"{"typ":"JWT","alg":"ES256"}"#
        let claims = #"{"aud":"\#(audience)","exp":\#(expiry),"sub":"\#(contact)"}"#
        let text = Base64URL.encode(Array(head.utf8)) + "." + Base64URL.encode(Array(claims.utf8))
        return text + "." + Base64URL.encode(try key.sign(Array(text.utf8)))
    }
}
