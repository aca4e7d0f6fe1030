// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

/// The registration request of an app.
public struct AppDraft: Sendable, Hashable {
    /// The name that people see.
    public var name: String
    /// The app's web page.
    public var website: String?
    /// The addresses to which browsers may be sent after authorization.
    public var redirectURIs: [String]
    /// The scopes that it may ask for.
    public var scopes = Scopes.read

    /// Creates the value.
    public init(name: String, redirectURIs: [String]) {
        self.name = name
        self.redirectURIs = redirectURIs
    }
}

/// A registered app with its secret.
public struct RegisteredApp: Sendable, Hashable {
    /// The app.
    public var app: ClientApp
    /// The secret in plain text. It is shown once, because only its digest is stored.
    public var secret: String
}

/// Rules for the redirect addresses of an app.
public enum RedirectURI {
    /// The longest allowed address, in bytes.
    static let limit = 2_000
    /// The out-of-band address: the page shows the code, and the person copies it into the app.
    public static let outOfBand = "urn:ietf:wg:oauth:2.0:oob"
    /// Schemes that browsers would execute, or would show as if the content came from this node.
    private static let refused: Set<String> = ["about", "blob", "data", "file", "filesystem", "javascript", "vbscript"]

    /// Returns the scheme in lower case; nil when there is none.
    public static func scheme(of text: String) -> String? {
        let scheme = text.utf8.prefix { $0 != UInt8(ascii: ":") }
        guard let first = scheme.first, scheme.count < text.utf8.count, (first | 0x20) &- 0x61 < 26,
            scheme.allSatisfy({ ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || "+-.".utf8.contains($0) })
        else { return nil }
        return String(decoding: scheme, as: UTF8.self).lowercased()
    }

    /// Returns scheme, host and port as browsers compare them; nil for an app's own scheme.
    public static func webOrigin(of text: String) -> String? {
        guard let scheme = scheme(of: text), scheme == "http" || scheme == "https" else { return nil }
        let rest = text.dropFirst(scheme.count + 1)
        guard rest.hasPrefix("//") else { return nil }
        let host = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
        let isHost = host.utf8.allSatisfy {
            ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || "-.:[]_".utf8.contains($0)
        }
        return host.isEmpty || !isHost ? nil : "\(scheme)://\(host)"
    }

    /// Whether an app may register the address: a web address with a host, or one with the app's own scheme, in visible
    /// ASCII. A code is sent there, so only the app's own machine may be reached without encryption.
    ///
    /// Spec: RFC 8252 §7.3, RFC 9700 §2.6.
    public static func isAllowed(_ text: String) -> Bool {
        guard isVisible(text), let scheme = scheme(of: text), !refused.contains(scheme),
            text.utf8.count > scheme.utf8.count + 1
        else { return false }
        switch scheme {
        case "https": return webOrigin(of: text) != nil
        case "http": return webOrigin(of: text).map(isLoopback) ?? false
        default: return true
        }
    }

    /// Whether a text has the characters and the length of an address.
    static func isVisible(_ text: String) -> Bool {
        let forbidden = Set("\"<>\\^`{|}#;,".utf8)
        return text.utf8.count <= limit
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !forbidden.contains($0) }
    }

    /// Whether a web origin is on the machine of the browser itself.
    private static func isLoopback(_ origin: String) -> Bool {
        let authority = origin.dropFirst("http://".count).lowercased()
        if authority.hasPrefix("[") { return authority == "[::1]" || authority.hasPrefix("[::1]:") }
        let host = authority.prefix { $0 != ":" }
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

extension Services {
    /// Registers an app. The registration is kept forever, because many people may use it, also later.
    ///
    /// - Parameter address: the client's network address, for the rate limit; nil for no limit.
    public func registerApp(_ draft: AppDraft, from address: String? = nil) async throws -> RegisteredApp {
        let website = draft.website?.trimmed ?? ""
        var check = Check()
        check.text(draft.name, "client_name", limit: 200)
        check.require(website.isEmpty || Self.isWebAddress(website), "website", "not_an_address")
        check.require(!draft.redirectURIs.isEmpty, "redirect_uris", "missing")
        check.require(draft.redirectURIs.count <= 20, "redirect_uris", "too_long")
        check.require(draft.redirectURIs.allSatisfy(RedirectURI.isAllowed), "redirect_uris", "not_an_address")
        check.require(!draft.scopes.list.isEmpty, "scopes", "not_valid")
        try check.finish()
        if let address { try attempts.take("app:\(address)", at: now()) }
        let secret = try secrets.makeToken()
        let app = ClientApp(
            id: ids.make(at: now()), clientID: try secrets.makeToken(), name: draft.name.trimmed,
            website: website.isEmpty ? nil : website, redirectURIs: draft.redirectURIs, scopes: draft.scopes,
            createdAt: now())
        let digest = secrets.digest(Array(secret.utf8))
        try await database.write { tx in try ClientApps.insert(app, secret: digest, in: tx) }
        return RegisteredApp(app: app, secret: secret)
    }

    /// Returns the app with this id.
    public func app(_ id: ID<ClientApp>) async throws -> ClientApp? {
        try await database.read { db in try ClientApps.byID(id, in: db) }
    }

    private static func isWebAddress(_ text: String) -> Bool {
        RedirectURI.isVisible(text.prefix { $0 != "#" }.description) && RedirectURI.webOrigin(of: text) != nil
    }
}
