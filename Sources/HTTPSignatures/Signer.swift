// SPDX-License-Identifier: Apache-2.0

internal import CivilDates
internal import TextEncoding

/// Why a request could not be signed.
public enum SigningError: Error, Equatable {
    /// The method, target, host, a header or the key id contains characters that are not allowed in a header line.
    case unsafeValue(String)
    /// OpenSSL refused.
    case library(OpenSSLError)
}

/// Signs outgoing requests.
///
/// The list of covered components is accepted by every known implementation, and is in the order that most of them use.
/// A request carries only one kind of signature, because a peer that sees `Signature-Input` ignores the other kind.
public struct Signer {
    private static let replaced: Set<String> = [
        "host", "date", "digest", "content-digest", "signature", "signature-input",
    ]

    /// Adds `Host`, `Date`, the digest and the signature, and replaces existing headers with these names.
    ///
    /// Call it again for every retry, so that date and signature are new. The body must not change afterwards.
    ///
    /// - Parameters:
    ///   - body: the bytes to send; `nil` for a GET.
    ///   - keyID: the address at which the peer finds the public key.
    ///   - now: milliseconds since 1970 UTC.
    public static func sign(
        _ head: inout RequestHead, body: [UInt8]?, keyID: String, key: PrivateKey,
        scheme: SignatureScheme = .cavage, now: Int64
    ) throws(SigningError) {
        var signed = head
        signed.removeHeaders(replaced)
        signed.append("host", Authority.normalized(head.authority, scheme: head.scheme))
        signed.append("date", Dates.httpDate(now))
        if signed.needsDigest(body: body) {
            signed.append("digest", ContentDigest.digestHeader(body ?? []))
            if scheme == .rfc9421 { signed.append("content-digest", ContentDigest.contentDigestHeader(body ?? [])) }
        }
        try check(signed, keyID: keyID)
        switch scheme {
        case .cavage: try addCavage(&signed, keyID: keyID, key: key)
        case .rfc9421: try addMessageSignature(&signed, keyID: keyID, key: key, now: now)
        }
        head = signed
    }

    private static func addCavage(_ head: inout RequestHead, keyID: String, key: PrivateKey) throws(SigningError) {
        let names = ["(request-target)", "host", "date"] + present(["digest", "content-type"], in: head)
        let algorithm = key.algorithm == .rsa ? "rsa-sha256" : "hs2019"
        let text: [UInt8]
        do throws(SignatureError) {
            text = try CavageSignature.signingString(names, head: head, target: head.target, parameters: .empty)
        } catch {
            throw .unsafeValue(error.rawValue)
        }
        let signature = try encoded(text, key)
        let list = names.joined(separator: " ")
        head.append(
            "signature",
            "keyId=\"\(keyID)\",algorithm=\"\(algorithm)\",headers=\"\(list)\",signature=\"\(signature)\"")
    }

    private static func addMessageSignature(
        _ head: inout RequestHead, keyID: String, key: PrivateKey, now: Int64
    ) throws(SigningError) {
        let components = ["@method", "@target-uri"] + present(["content-digest", "content-type"], in: head)
        let algorithm = key.algorithm == .rsa ? "rsa-v1_5-sha256" : "ed25519"
        let list = components.map { "\"\($0)\"" }.joined(separator: " ")
        let parameters = "(\(list));created=\(now / 1000);keyid=\"\(keyID)\";alg=\"\(algorithm)\""
        let base: [UInt8]
        do throws(SignatureError) {
            base = try MessageSignature.signatureBase(components, parameters: parameters, head: head)
        } catch {
            throw .unsafeValue(error.rawValue)
        }
        let signature = try encoded(base, key)
        head.append("signature-input", "sig1=\(parameters)")
        head.append("signature", "sig1=:\(signature):")
    }

    private static func encoded(_ bytes: [UInt8], _ key: PrivateKey) throws(SigningError) -> String {
        do throws(OpenSSLError) {
            return Base64.encode(try key.sign(bytes))
        } catch {
            throw .library(error)
        }
    }

    /// The names among `names` that the signature covers. A GET covers none of them, because some peers accept only
    /// target, host and date there.
    private static func present(_ names: [String], in head: RequestHead) -> [String] {
        guard !head.values(of: "digest").isEmpty else { return [] }
        return names.filter { !head.values(of: $0).isEmpty }
    }

    private static func check(_ head: RequestHead, keyID: String) throws(SigningError) {
        let isPlain = Characters.isVisible(keyID) && !keyID.utf8.contains { "\"\\".utf8.contains($0) }
        guard isPlain else { throw .unsafeValue("key id") }
        guard Characters.isVisible(head.authority), !head.authority.contains("/") else { throw .unsafeValue("host") }
        do throws(SignatureError) {
            try HeaderRules.check(head)
        } catch {
            throw .unsafeValue(error.rawValue)
        }
    }
}
