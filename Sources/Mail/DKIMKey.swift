// SPDX-License-Identifier: Apache-2.0

internal import HTTPSignatures
internal import Model
internal import TextEncoding

/// Why a message cannot be signed.
public enum DKIMError: Error, Sendable, Equatable {
    /// The key's file is not an unencrypted private key in PEM, RSA of 2048 bits or more or Ed25519.
    case badKey
    /// The domain or the selector is not part of a name in the DNS.
    case badName
    /// OpenSSL did not sign.
    case failed
}

/// A key that signs messages in the name of a domain, whose public half stands in the DNS.
///
/// Header and body are signed in the relaxed form, so that what mail servers usually change does no harm. The important
/// fields are signed once more than they occur: so nobody can add a second `Subject`.
/// Spec: RFC 6376, RFC 8301 (SHA-256 and 1024 bits at least), RFC 8463 (Ed25519).
public struct DKIMKey: Sendable {
    /// The domain that signs.
    public let domain: String
    /// The name of the key below `_domainkey`.
    public let selector: String
    private let key: PrivateKey

    /// The fields that are signed, where a message has them.
    private static let signedFields = [
        "from", "to", "subject", "date", "message-id", "reply-to", "auto-submitted", "list-unsubscribe",
        "list-unsubscribe-post", "mime-version", "content-type",
    ]
    /// The fields of which no other may be added.
    private static let sealedFields = ["from", "to", "subject", "date", "message-id", "reply-to", "content-type"]

    /// - Parameters:
    ///   - domain: the domain that signs; that of the sender or one above it.
    ///   - selector: the name of the key.
    ///   - pem: the private key, PKCS#8 or PKCS#1.
    public init(domain: String, selector: String, pem: String) throws(DKIMError) {
        guard MailAddress("x@\(domain)")?.domain == domain.lowercased(), MailAddress("x@\(selector).example.org") != nil
        else { throw .badName }
        do throws(KeyError) {
            key = try PrivateKey(pem: pem)
        } catch {
            throw .badKey
        }
        self.domain = domain.lowercased()
        self.selector = selector.lowercased()
    }

    /// The name in the DNS at which mail servers look for the public key.
    public var recordName: String { "\(selector)._domainkey.\(domain)" }

    /// The TXT record that belongs there. Spec: RFC 6376 §3.6.1; RFC 8463 §4.
    public var record: String { "v=DKIM1; k=\(algorithm); p=\(Base64.encode(publicBytes))" }

    /// `rsa` or `ed25519`.
    public var algorithm: String { key.algorithm.rawValue }

    /// The public key as it stands in the DNS: the SubjectPublicKeyInfo for RSA, the 32 bytes of the point for Ed25519.
    private var publicBytes: [UInt8] {
        let info = key.publicKey.derSPKI
        return key.algorithm == .rsa ? info : Array(info.suffix(32))
    }

    /// Whether a TXT record contains this key. Spec: RFC 6376 §3.6.1.
    public func isPublished(in record: String) -> Bool {
        let tags = DKIMKey.tags(of: record)
        let value = (tags["p"] ?? "").filter { !$0.isWhitespace }
        return (tags["k"] ?? "rsa").lowercased() == algorithm && Base64.decode(value.utf8) == publicBytes
    }

    /// The tags of a record: `v=DKIM1; p=…`.
    static func tags(of record: String) -> [String: String] {
        var tags: [String: String] = [:]
        for part in record.split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard let name = pair.first else { continue }
            let key = name.filter { !$0.isWhitespace }.lowercased()
            tags[key] = pair.count > 1 ? String(pair[1].trimmingWhitespace) : ""
        }
        return tags
    }

    /// The field `DKIM-Signature` for a message, with its line ending.
    func signature(of message: [UInt8], at now: Timestamp) throws(DKIMError) -> String {
        let parsed = CanonicalMessage(message)
        var names: [String] = []
        var lines: [String] = []
        for name in Self.signedFields {
            // The last of several fields with one name is signed first. Ours has one of each.
            let values = parsed.fields.filter { $0.name == name }.reversed()
            for field in values {
                names.append(name)
                lines.append("\(name):\(field.value)\r\n")
            }
            // A name beyond the number of fields stands for an empty one.
            if Self.sealedFields.contains(name) { names.append(name) }
        }
        let bodyHash = Base64.encode(Hash.sha256(parsed.body))
        let head = """
            DKIM-Signature: v=1; a=\(algorithm)-sha256; c=relaxed/relaxed; d=\(domain);\r
             s=\(selector); t=\(now.milliseconds / 1000);\r
             h=\(Self.folded(names));\r
             bh=\(bodyHash);\r
             b=
            """
        let own = CanonicalMessage.relaxed(head.dropFirst("DKIM-Signature:".count))
        let bytes = Array((lines.joined() + "dkim-signature:" + own).utf8)
        do throws(OpenSSLError) {
            // Ed25519 signs the digest, because RFC 8463 §3 says so; RSA makes the digest itself.
            let signature = try key.sign(key.algorithm == .rsa ? bytes : Hash.sha256(bytes))
            return head + Self.folded(Base64.encode(signature)) + "\r\n"
        } catch {
            throw .failed
        }
    }

    /// Names in lines of at most 72 characters. Spaces around a colon do not count.
    private static func folded(_ names: [String]) -> String {
        var text = ""
        var width = 0
        for (index, name) in names.enumerated() {
            let piece = name + (index < names.count - 1 ? ":" : "")
            if width + piece.count > 70 {
                text += "\r\n  "
                width = 0
            }
            text += piece
            width += piece.count
        }
        return text
    }

    private static func folded(_ base64: String) -> String {
        var lines: [Substring] = []
        var rest = base64[...]
        while !rest.isEmpty {
            lines.append(rest.prefix(68))
            rest = rest.dropFirst(68)
        }
        return lines.joined(separator: "\r\n  ")
    }
}

/// A message in the relaxed form. Spec: RFC 6376 §3.4.2 and §3.4.4.
struct CanonicalMessage {
    /// The names in lower case and the values, in order.
    private(set) var fields: [(name: String, value: String)] = []
    /// The body.
    let body: [UInt8]

    init(_ message: [UInt8]) {
        var start = message.startIndex
        var lines: [String] = []
        while let end = Self.lineEnd(in: message, from: start), end > start {
            lines.append(String(decoding: message[start..<end], as: UTF8.self))
            start = end + 2
        }
        body = Self.relaxedBody(message.dropFirst(start + 2))
        for line in lines {
            if line.first == " " || line.first == "\t", !fields.isEmpty {
                fields[fields.count - 1].value += line
            } else if let colon = line.firstIndex(of: ":") {
                fields.append((line[..<colon].lowercased(), String(line[line.index(after: colon)...])))
            }
        }
        for index in fields.indices { fields[index].value = Self.relaxed(fields[index].value) }
    }

    /// Spaces in a row become one; none stand at the ends.
    static func relaxed(_ value: some StringProtocol) -> String {
        let isSpace = { (scalar: Unicode.Scalar) in scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\n"
        }
        return value.unicodeScalars.split(whereSeparator: isSpace).map { String(String.UnicodeScalarView($0)) }
            .joined(separator: " ")
    }

    private static func lineEnd(in bytes: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + 1 < bytes.count {
            if bytes[index] == 0x0D, bytes[index + 1] == 0x0A { return index }
            index += 1
        }
        return nil
    }

    private static func relaxedBody(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var hasSpace = false
        var lineEnds = 0
        for byte in bytes where byte != 0x0D {
            switch byte {
            case 0x0A:
                hasSpace = false
                lineEnds += 1
            case 0x20, 0x09: hasSpace = true
            default:
                for _ in 0..<lineEnds { output += [0x0D, 0x0A] }
                lineEnds = 0
                if hasSpace { output.append(0x20) }
                hasSpace = false
                output.append(byte)
            }
        }
        return output.isEmpty ? [] : output + [0x0D, 0x0A]
    }
}
