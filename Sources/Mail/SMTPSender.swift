// SPDX-License-Identifier: Apache-2.0

public import CurlClient
public import Model

/// Submits messages to a mail server by SMTP.
public struct SMTPSender: MailSender {
    private let client: SMTPClient
    private let keys: [DKIMKey]
    private let clock: any Clock

    /// How many messages may be on their way at once.
    public let width: Int

    /// - Parameters:
    ///   - server: the mail server.
    ///   - greeting: the name of this machine in `EHLO`; the domain of the sender.
    ///   - caFile: a PEM file with an additional certificate authority.
    ///   - keys: the keys that sign each message.
    public init(
        _ server: SMTPServer, greeting: String, caFile: String? = nil, keys: [DKIMKey] = [],
        limits: SMTPLimits = SMTPLimits(), clock: any Clock = SystemClock()
    ) {
        client = SMTPClient(server, greeting: greeting, caFile: caFile, limits: limits)
        width = limits.connections
        self.keys = keys
        self.clock = clock
    }

    /// Submits a message.
    public func send(_ message: MailMessage) async throws(MailError) {
        if let error = MailError(try await submit(message)) { throw error }
    }

    /// Submits a message and returns what was said.
    ///
    /// - Throws: `MailError.misconfigured` when it cannot be signed.
    public func submit(_ message: MailMessage) async throws(MailError) -> SMTPOutcome {
        let bytes = try message.signed(with: keys, at: clock.now)
        return await client.submit(
            bytes,
            SMTPEnvelope(sender: message.returnPath.description, recipient: message.to.description))
    }
}
