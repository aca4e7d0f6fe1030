// SPDX-License-Identifier: Apache-2.0

import CurlClient
import TestSupport
import Testing

/// Against a server on loopback whose answers the test decides. Encryption and passwords are tested against a real
/// mail server in `Tests/ClientTests`.
@Suite("The SMTP client")
struct SMTPClientTests {
    private let message = Array("From: a@cafe.example\r\nSubject: s\r\n\r\n.\r\n..two\r\nlast\r\n".utf8)
    private let envelope = SMTPEnvelope(sender: "bounces+x@cafe.example", recipient: "ada@mail.example")

    @Test("submits messages one after the other on one connection, byte for byte")
    func accepted() async throws {
        let server = try await LoopbackMailServer.start()
        let client = client(server)
        for _ in 1...3 {
            let outcome = await client.submit(message, envelope)
            #expect(outcome.failure == nil, "\(outcome)")
            #expect(outcome.dialogue.reply?.code == 250 && outcome.dialogue.stage == .content)
        }
        #expect(server.mails.count == 3)
        #expect(server.mails.allSatisfy { $0.text == String(decoding: message, as: UTF8.self) })
        #expect(server.mails.allSatisfy { $0.recipient == "<ada@mail.example>" })
        #expect(server.mails.allSatisfy { $0.sender.hasPrefix("<bounces+x@cafe.example>") })
        #expect(server.connectionCount == 1)
        #expect(server.commands.first == "EHLO node.cafe.example")
        await server.stop()
    }

    @Test(
        "tells at which step a server refuses, and what it said",
        arguments: [
            ("MAIL", "451 4.7.1 slowly", .sender), ("MAIL", "553 5.7.1 not yours", .sender),
            ("RCPT", "450 4.2.0 greylisted", .recipient), ("RCPT", "550 5.1.1 no such person", .recipient),
            ("RCPT", "421 4.3.2 closing", .recipient), ("DATA", "554 5.7.1 no", .data),
            ("EHLO", "421 4.3.2 too busy", .hello),
        ] as [(String, String, SMTPStage)])
    func refused(verb: String, reply: String, stage: SMTPStage) async throws {
        let server = try await LoopbackMailServer.start { step in
            if case .command(let line) = step, line.hasPrefix(verb) || (verb == "EHLO" && line.hasPrefix("HELO")) {
                return .say(reply)
            }
            return nil
        }
        let outcome = await client(server).submit(message, envelope)
        #expect(outcome.failure == .reply, "\(outcome)")
        #expect(outcome.dialogue.stage == stage)
        #expect(outcome.dialogue.reply?.description == reply)
        #expect(server.mails.isEmpty)
        await server.stop()
    }

    @Test("tells that a message was refused, or that the connection ended while it was being judged")
    func content() async throws {
        let refusing = try await LoopbackMailServer.start { $0 == .message ? .say("550 5.7.1 looks like spam") : nil }
        let refused = await client(refusing).submit(message, envelope)
        #expect(refused.failure == .reply && refused.dialogue.stage == .content)
        #expect(refused.dialogue.reply?.status.map { [$0.0, $0.1, $0.2] } == [5, 7, 1])
        await refusing.stop()

        let closing = try await LoopbackMailServer.start { $0 == .message ? .close : nil }
        let lost = await client(closing).submit(message, envelope)
        #expect(lost.failure == .disconnected && lost.dialogue.stage == .content, "\(lost)")
        // Not once more on another connection: the server may have it.
        #expect(closing.messageCount == 1)
        await closing.stop()
    }

    @Test("begins anew when the server has closed a connection that was used before", arguments: [true, false])
    func stale(withWords: Bool) async throws {
        let server = try await LoopbackMailServer.start { step in
            guard case .command(let line) = step, line.hasPrefix("MAIL"), line.contains("second") else { return nil }
            return withWords ? .sayAndClose("421 too many messages") : .close
        }
        let client = client(server)
        #expect(await client.submit(message, envelope).failure == nil)
        let second = SMTPEnvelope(sender: "second@cafe.example", recipient: "ada@mail.example")
        let outcome = await client.submit(message, second)
        // The second connection gets the same answer, and then it is the answer.
        #expect(outcome.failure == (withWords ? .reply : .disconnected), "\(outcome)")
        #expect(server.connectionCount == 2)
        #expect(server.mails.count == 1)
        await server.stop()
    }

    @Test("ends when the server says nothing, and when it says too much")
    func limits() async throws {
        var limits = SMTPLimits()
        limits.message = .milliseconds(1_500)
        let silent = try await LoopbackMailServer.start { $0 == .command("DATA") ? .silence : nil }
        let timeout = await client(silent, limits).submit(message, envelope)
        #expect(timeout.failure == .timeout && timeout.dialogue.stage == .data, "\(timeout)")
        await silent.stop()

        let endless = String(repeating: "250-and one more word\r\n", count: 10_000)
        let talking = try await LoopbackMailServer.start { step in
            if case .command(let line) = step, line.hasPrefix("EHLO") { return .say(endless + "250 end") }
            return nil
        }
        let nonsense = await client(talking).submit(message, envelope)
        // Some versions of libcurl have a limit of their own, which ends it earlier.
        #expect([.nonsense, .disconnected].contains(nonsense.failure), "\(nonsense)")
        #expect(nonsense.dialogue.stage == .hello)
        #expect(nonsense.dialogue.lines.count <= SMTPDialogue.lineLimit)
        await talking.stop()
    }

    @Test("does not name a recipient with letters outside of ASCII to a server without SMTPUTF8")
    func international() async throws {
        let plain = try await LoopbackMailServer.start()
        let josé = SMTPEnvelope(sender: "a@cafe.example", recipient: "josé@mail.example")
        let refused = await client(plain).submit(message, josé)
        #expect(refused.failure == .internationalAddress, "\(refused)")
        #expect(!plain.commands.contains { $0.hasPrefix("RCPT") })
        await plain.stop()

        let able = try await LoopbackMailServer.start { step in
            if case .command(let line) = step, line.hasPrefix("EHLO") { return .say("250-m.example\r\n250 SMTPUTF8") }
            return nil
        }
        let outcome = await client(able).submit(message, josé)
        #expect(outcome.failure == nil, "\(outcome)")
        #expect(able.mails.first?.recipient == "<josé@mail.example>")
        #expect(able.mails.first?.sender.hasSuffix("SMTPUTF8") == true)
        await able.stop()
    }

    @Test("gives neither password nor message to a server without encryption when it is required")
    func unprotected() async throws {
        let server = try await LoopbackMailServer.start()
        let login = SMTPLogin(user: "café", password: "secret")
        let address = SMTPServer(host: "127.0.0.1", port: server.port, encryption: .startTLS, login: login)
        let outcome = await SMTPClient(address, greeting: "node.cafe.example").submit(message, envelope)
        #expect(outcome.failure == .encryption, "\(outcome)")
        #expect(server.commands.allSatisfy { $0.hasPrefix("EHLO") || $0 == "QUIT" })
        await server.stop()
    }

    @Test("keeps the password out of the dialogue", arguments: ["250 AUTH PLAIN", "250 AUTH LOGIN"])
    func password(offer: String) async throws {
        let server = try await LoopbackMailServer.start { step in
            guard case .command(let line) = step else { return nil }
            if line.hasPrefix("EHLO") { return .say("250-m.example\r\n\(offer)") }
            if line.hasPrefix("AUTH LOGIN") { return .say("334 VXNlcm5hbWU6") }
            if line.hasPrefix("AUTH PLAIN") { return .say("334 ") }
            if line.hasPrefix("Y2Fm") && offer.hasSuffix("LOGIN") { return .say("334 UGFzc3dvcmQ6") }
            if !line.contains(" ") && line != "DATA" && line != "QUIT" { return .say("235 2.7.0 welcome") }
            return nil
        }
        let login = SMTPLogin(user: "café", password: "secret@:/")
        let address = SMTPServer(host: "127.0.0.1", port: server.port, encryption: .none, login: login)
        let outcome = await SMTPClient(address, greeting: "node.cafe.example").submit(message, envelope)
        #expect(outcome.failure == nil, "\(outcome)")
        let encoded = server.commands.filter { !$0.contains(" ") && $0 != "DATA" && $0 != "QUIT" }
        #expect(!encoded.isEmpty)
        for secret in encoded {
            #expect(!outcome.dialogue.lines.contains { $0.contains(secret) })
        }
        await server.stop()
    }

    @Test("is not kept by a cancelled caller before the message is sent")
    func cancelled() async throws {
        let (reached, arrival) = AsyncStream.makeStream(of: Void.self)
        let server = try await LoopbackMailServer.start { step in
            guard case .command(let line) = step, line.hasPrefix("RCPT") else { return nil }
            arrival.yield()
            return .silence
        }
        let client = client(server)
        let running = Task { await client.submit(message, envelope) }
        for await _ in reached { break }
        running.cancel()
        let outcome = await running.value
        #expect(outcome.failure == .cancelled, "\(outcome)")
        await server.stop()
    }

    @Test("says that nobody is there, and that a name has no address")
    func nobody() async throws {
        let server = try await LoopbackMailServer.start()
        let port = server.port
        await server.stop()
        for host in ["127.0.0.1", "nobody.invalid"] {
            let address = SMTPServer(host: host, port: port, encryption: .none)
            let outcome = await SMTPClient(address, greeting: "node.cafe.example").submit(message, envelope)
            #expect(outcome.failure == .unreachable, "\(outcome)")
            #expect(outcome.dialogue.stage == .greeting && !outcome.detail.isEmpty)
        }
    }

    private func client(_ server: LoopbackMailServer, _ limits: SMTPLimits = SMTPLimits()) -> SMTPClient {
        SMTPClient(
            SMTPServer(host: "127.0.0.1", port: server.port, encryption: .none), greeting: "node.cafe.example",
            limits: limits)
    }
}
