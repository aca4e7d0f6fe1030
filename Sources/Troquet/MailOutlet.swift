// SPDX-License-Identifier: Apache-2.0

internal import CurlClient
internal import Mail
internal import Model

/// Where e-mails go, and who sends them: the settings about mail.
struct MailOutlet: Sendable {
    enum Destination: Sendable {
        case folder(String)
        case server(SMTPServer)
    }

    let destination: Destination
    let settings: MailSettings
    let keys: [DKIMKey]
    private let caFile: String?

    init(_ values: Configuration, from: Mailbox, caFile: String?) throws(ConfigurationError) {
        destination = try Self.destination(values["smtp"])
        keys = try Self.keys(values, standardDomain: from.address.domain)
        self.caFile = caFile
        var settings = MailSettings(from: from)
        settings.returnPath = try Self.returnPath(values["mail_return_path"], from.address)
        if !values["mail_per_hour"].isEmpty {
            guard let limit = Int(values["mail_per_hour"]), (1...1_000_000).contains(limit) else {
                throw ConfigurationError("mail_per_hour: a number from 1, or empty for no limit.")
            }
            settings.perHour = limit
        }
        self.settings = settings
    }

    /// The folder into which e-mails are written; nil when a server sends them.
    var folder: String? {
        if case .folder(let path) = destination { path } else { nil }
    }

    /// The server as it may be shown.
    var server: SMTPServer? {
        if case .server(let server) = destination { server } else { nil }
    }

    func makeSender(clock: any Clock) -> any MailSender {
        switch destination {
        case .folder(let path): MailDirectory(path: path, keys: keys, clock: clock)
        case .server(let server): makeSMTPSender(server, clock: clock)
        }
    }

    func makeSMTPSender(_ server: SMTPServer, clock: any Clock) -> SMTPSender {
        SMTPSender(server, greeting: settings.from.address.domain, caFile: caFile, keys: keys, clock: clock)
    }

    private static func destination(_ text: String) throws(ConfigurationError) -> Destination {
        if text.hasPrefix("file:"), text.count > 5 { return .folder(String(text.dropFirst(5))) }
        do throws(SMTPAddressError) {
            return .server(try SMTPAddress.parse(text))
        } catch {
            throw ConfigurationError(error.description)
        }
    }

    private static func returnPath(_ text: String, _ from: MailAddress) throws(ConfigurationError) -> ReturnPath? {
        if text == "sender" { return nil }
        guard let address = MailAddress(text.isEmpty ? "bounces@\(from.domain)" : text), !address.local.contains("+")
        else { throw ConfigurationError("mail_return_path: an address like bounces@cafe.example, or sender.") }
        return ReturnPath(address)
    }

    private static func keys(
        _ values: Configuration, standardDomain: String
    ) throws(ConfigurationError) -> [DKIMKey] {
        let files = list(values["dkim_key_file"])
        let selectors = list(values["dkim_selector"])
        let domain = values["dkim_domain"].isEmpty ? standardDomain : values["dkim_domain"]
        guard files.count == selectors.count else {
            throw ConfigurationError("dkim_selector: as many as there are files in dkim_key_file, comma-separated.")
        }
        var keys: [DKIMKey] = []
        for (file, selector) in zip(files, selectors) {
            guard let pem = TextFile.read(file) else {
                throw ConfigurationError("dkim_key_file: \(file) cannot be read.")
            }
            do throws(DKIMError) {
                keys.append(try DKIMKey(domain: domain, selector: selector, pem: pem))
            } catch {
                switch error {
                case .badName:
                    throw ConfigurationError("dkim_selector: “\(selector)” at “\(domain)” is no name in the DNS.")
                case .badKey, .failed:
                    throw ConfigurationError(
                        "dkim_key_file: \(file) is no private key in PEM without a password, of Ed25519 or of RSA with "
                            + "2048 bits or more.")
                }
            }
        }
        return keys
    }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { String($0.filter { $0 != " " }) }.filter { !$0.isEmpty }
    }
}
