// SPDX-License-Identifier: Apache-2.0

import CivilDates
import HTTPSignatures
import Model
import TestSupport
import Vocabulary

/// One change of a signed request, and the expected status and code.
struct Tampering: Sendable {
    let name: String
    let status: Int
    let code: String?
    var schemes: Set<SignatureScheme> = [.cavage, .rfc9421]
    let apply: @Sendable (inout SignedRequest, Peer) throws -> Void

    init(
        _ name: String, _ status: Int, _ code: String?, only scheme: SignatureScheme? = nil,
        _ apply: @escaping @Sendable (inout SignedRequest, Peer) throws -> Void
    ) {
        self.name = name
        self.status = status
        self.code = code
        if let scheme { schemes = [scheme] }
        self.apply = apply
    }

    static let all = target + content + time + keys + forms

    private static let target: [Tampering] = [
        Tampering("method", 405, nil) { request, _ in request.method = "PUT" },
        Tampering("path", 401, "bad_signature") { request, _ in request.target = "/users/paul/inbox" },
        Tampering("query", 401, "bad_signature") { request, _ in request.target = "/inbox?a=1" },
        Tampering("host", 401, "wrong_host") { request, _ in request["host"] = "other.example" },
        Tampering("port", 401, "wrong_host") { request, _ in request["host"] += "0" },
    ]

    private static let content: [Tampering] = [
        Tampering("body", 401, "digest_mismatch") { request, _ in request.body.append(32) },
        Tampering("digest", 401, "digest_mismatch", only: .cavage) { request, _ in
            request["digest"] = ContentDigest.digestHeader(request.body + [32])
        },
        Tampering("content-digest", 401, "digest_mismatch", only: .rfc9421) { request, _ in
            request["content-digest"] = ContentDigest.contentDigestHeader(request.body + [32])
        },
        Tampering("body and digests", 401, "bad_signature") { request, _ in
            request.body.append(32)
            request["digest"] = ContentDigest.digestHeader(request.body)
            if !request["content-digest"].isEmpty {
                request["content-digest"] = ContentDigest.contentDigestHeader(request.body)
            }
        },
        Tampering("no digest", 401, "digest_missing") { request, _ in
            request.remove("digest")
            request.remove("content-digest")
        },
        Tampering("digest not covered", 401, "digest_not_signed", only: .cavage) { request, _ in
            request.replace(" digest", with: "", in: "signature")
        },
        Tampering("digest not covered", 401, "digest_not_signed", only: .rfc9421) { request, _ in
            request.replace(" \"content-digest\"", with: "", in: "signature-input")
        },
        Tampering("media type", 401, "bad_signature") { request, _ in
            request["content-type"] =
                "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""
        },
    ]

    private static let time: [Tampering] = [
        Tampering("date", 401, "bad_signature", only: .cavage) { request, _ in
            request["date"] = Dates.httpDate((SystemClock().now - .seconds(90)).milliseconds)
        },
        Tampering("date not covered", 401, "weak_coverage", only: .cavage) { request, _ in
            request.replace(" date", with: "", in: "signature")
        },
        Tampering("created", 401, "bad_signature", only: .rfc9421) { request, _ in
            let later = "created=\((SystemClock().now + .seconds(60)).milliseconds / 1000);keyid"
            let value = request["signature-input"]
            guard let start = value.firstRange(of: "created="), let end = value.firstRange(of: ";keyid") else { return }
            request["signature-input"].replaceSubrange(start.lowerBound..<end.upperBound, with: later)
        },
        Tampering("signed two hours ago", 401, "date_out_of_range") { request, peer in
            request = try peer.request(
                request.body, to: request.host, scheme: request.scheme, at: SystemClock().now - .hours(2))
        },
        Tampering("signed two hours ahead", 401, "date_out_of_range") { request, peer in
            request = try peer.request(
                request.body, to: request.host, scheme: request.scheme, at: SystemClock().now + .hours(2))
        },
    ]

    private static let keys: [Tampering] = [
        Tampering("signature bits", 401, "bad_signature") { request, _ in
            let value = request["signature"]
            let mark = request.scheme == .cavage ? "signature=\"" : "sig1=:"
            guard let start = value.firstRange(of: mark) else { return }
            let old = value[start.upperBound]
            request["signature"].replaceSubrange(start.upperBound...start.upperBound, with: old == "A" ? "B" : "A")
        },
        Tampering("key that is not there", 401, "key_not_found") { request, peer in
            request.replace(peer.keyID, with: "\(peer.server.origin)/users/nobody#main-key", in: request.keyHeader)
        },
        Tampering("key of ours", 401, "bad_key_id") { request, peer in
            request.replace(
                peer.keyID, with: "http://\(request.host)/users/paul#main-key", in: request.keyHeader)
        },
        Tampering("key id that is no address", 401, "bad_key_id") { request, peer in
            request.replace(peer.keyID, with: "rosa", in: request.keyHeader)
        },
        Tampering("algorithm", 401, "unsupported_algorithm", only: .cavage) { request, _ in
            request.replace("rsa-sha256", with: "hmac-sha256", in: "signature")
        },
        Tampering("algorithm", 401, "unsupported_algorithm", only: .rfc9421) { request, _ in
            request.replace("rsa-v1_5-sha256", with: "hmac-sha256", in: "signature-input")
        },
        Tampering("another actor's key", 403, "signer_is_not_actor") { request, peer in
            let other = "\(peer.server.origin)/users/other"
            let body = String(decoding: request.body, as: UTF8.self)
            let forged = body.replacing("\"actor\":\"\(peer.iri)\"", with: "\"actor\":\"\(other)\"")
            request = try peer.request(Array(forged.utf8), to: request.host, scheme: request.scheme)
        },
        Tampering("id of another origin", 403, "wrong_origin") { request, peer in
            let body = String(decoding: request.body, as: UTF8.self)
            let forged = body.replacing("\"id\":\"\(peer.server.origin)", with: "\"id\":\"https://other.example")
            request = try peer.request(Array(forged.utf8), to: request.host, scheme: request.scheme)
        },
    ]

    private static let forms: [Tampering] = [
        Tampering("no signature", 401, "missing_signature") { request, _ in
            request.remove("signature")
            request.remove("signature-input")
        },
        Tampering("two signatures", 400, "duplicate_header") { request, _ in
            request.headers.append((name: "signature", value: request["signature"]))
        },
        Tampering("two dates", 400, "duplicate_header", only: .cavage) { request, _ in
            request.headers.append((name: "date", value: request["date"]))
        },
        Tampering("signature that is none", 400, "malformed_signature") { request, _ in
            request["signature"] = "???"
        },
        Tampering("target not covered", 401, "weak_coverage", only: .cavage) { request, _ in
            request.replace("(request-target) ", with: "", in: "signature")
        },
        Tampering("method not covered", 401, "weak_coverage", only: .rfc9421) { request, _ in
            request.replace("\"@method\" ", with: "", in: "signature-input")
        },
        Tampering("target not covered", 401, "weak_coverage", only: .rfc9421) { request, _ in
            request.replace(" \"@target-uri\"", with: "", in: "signature-input")
        },
    ]
}

extension SignedRequest {
    /// The signature scheme of the request.
    var scheme: SignatureScheme { self["signature-input"].isEmpty ? .cavage : .rfc9421 }

    /// The header that contains the key id.
    var keyHeader: String { scheme == .cavage ? "signature" : "signature-input" }
}
