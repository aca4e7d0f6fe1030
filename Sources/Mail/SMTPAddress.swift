// SPDX-License-Identifier: Apache-2.0

public import CurlClient
internal import TextEncoding
internal import Vocabulary

/// Why a setting of the mail server cannot be used. The description is one sentence without the password.
public struct SMTPAddressError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The sentence.
    public let description: String
}

/// Reads the address of a mail server: `smtp://user:password@host:587` or `smtps://user:password@host:465`.
///
/// User name and password are percent-encoded where they contain `:`, `@`, `/`, `?`, `#` or `%`. STARTTLS is required
/// with `smtp`, except for a server on the same machine; `?tls=none` and `?tls=required` say so explicitly.
public enum SMTPAddress {
    /// The longest address in bytes.
    private static let limitBytes = 2_000

    /// Parses an address.
    public static func parse(_ text: String) throws(SMTPAddressError) -> SMTPServer {
        guard text.utf8.count <= limitBytes else { throw error("it is too long.") }
        let isImplicit = text.lowercased().hasPrefix("smtps://")
        guard isImplicit || text.lowercased().hasPrefix("smtp://") else {
            throw error("it begins with smtp://, smtps:// or file:.")
        }
        var rest = text.dropFirst(isImplicit ? 8 : 7)
        let options = cut(&rest, at: "?")
        if rest.last == "/" { rest.removeLast() }
        var login: SMTPLogin?
        if let at = rest.lastIndex(of: "@") {
            login = try self.login(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        let (host, port) = try hostAndPort(rest, standard: isImplicit ? 465 : 587)
        var encryption: SMTPServer.Encryption = isImplicit ? .implicit : isLoopback(host) ? .none : .startTLS
        switch options {
        case nil, "": break
        case "tls=required": if !isImplicit { encryption = .startTLS }
        case "tls=none" where !isImplicit: encryption = .none
        default: throw error("after ? there is only tls=required or, with smtp://, tls=none.")
        }
        return SMTPServer(host: host, port: port, encryption: encryption, login: login)
    }

    /// The address with its password replaced, for lists of settings.
    public static func withoutPassword(_ text: String) -> String {
        guard text.lowercased().hasPrefix("smtp"), let at = text.lastIndex(of: "@") else { return text }
        let colons = text[..<at].indices.filter { text[$0] == ":" }
        guard colons.count > 1 else { return text }
        return text[...colons[1]] + "…" + text[at...]
    }

    private static func login(_ text: Substring) throws(SMTPAddressError) -> SMTPLogin {
        var rest = text
        let password = cut(&rest, at: ":") ?? ""
        guard let user = decoded(rest), let secret = decoded(password), !user.isEmpty, !secret.isEmpty else {
            throw error(
                "before @ stand a user name, a colon and a password; where they contain : @ / ? # or %, these are "
                    + "written as %3A %40 %2F %3F %23 %25.")
        }
        // A null byte ends a field of PLAIN, and a line ending ends the command. Spec: RFC 4616 §2.
        guard !(user + secret).unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw error("user name and password contain no control characters.")
        }
        return SMTPLogin(user: user, password: secret)
    }

    private static func hostAndPort(
        _ text: Substring, standard: Int
    ) throws(SMTPAddressError) -> (host: String, port: Int) {
        if let (host, port) = Host.split(text, defaultPort: standard), port > 0 {
            return (host.first == "[" ? String(host.dropFirst().dropLast()) : host, port)
        }
        // A name in a private network, such as that of a container, may contain what a public one must not.
        var name = text
        let port = cut(&name, at: ":").map { Int($0) ?? 0 } ?? standard
        guard isPrivateName(name) else { throw error("“\(name)” is no name of a host.") }
        guard (1...65_535).contains(port) else { throw error("the port is a number from 1 to 65535.") }
        return (name.lowercased(), port)
    }

    private static func isPrivateName(_ text: Substring) -> Bool {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isPlain && (1...63).contains(text.utf8.count) && text.first != "-"
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || (host.hasPrefix("127.") && host.utf8.allSatisfy { $0 < 0x3A })
    }

    /// Removes what follows a character, and returns it without the character; nil when there is no such character.
    private static func cut(_ text: inout Substring, at character: Character) -> Substring? {
        guard let index = text.firstIndex(of: character) else { return nil }
        let rest = text[text.index(after: index)...]
        text = text[..<index]
        return rest
    }

    private static func decoded(_ text: Substring) -> String? { PercentEncoding.decode(text.utf8) }

    private static func error(_ text: String) -> SMTPAddressError {
        SMTPAddressError(description: "smtp: smtp://user:password@host:587 or smtps://user:password@host:465; \(text)")
    }
}
