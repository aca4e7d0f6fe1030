// SPDX-License-Identifier: Apache-2.0

import CurlClient
import Mail
import Storage
import Testing

@testable import CurlClient

/// What a server said decides about this message, about its recipient or about all messages.
@Suite("The verdict of a mail server")
struct SMTPVerdictTests {
    enum Verdict: Sendable { case allWait, operatorActs, later, laterAndRest, laterAndSettings, never, neverThere }

    @Test(
        "follows from the step and the reply",
        arguments: [
            (.greeting, "421 4.3.2 too busy", .allWait), (.greeting, "554 5.7.1 blocked", .operatorActs),
            (.hello, "421 later", .allWait), (.hello, "550 bad name", .operatorActs),
            (.startTLS, "454 4.7.0 no TLS now", .allWait), (.authentication, "535 5.7.8 wrong", .operatorActs),
            (.authentication, "454 4.7.0 later", .allWait), (.authentication, "534 5.7.9 stronger", .operatorActs),
            (.sender, "530 5.7.0 Must issue a STARTTLS command first", .operatorActs),
            (.sender, "553 5.7.1 not owned by user", .operatorActs), (.sender, "550 5.1.8 unknown", .operatorActs),
            (.sender, "452 4.3.1 Insufficient system storage", .allWait), (.sender, "421 4.7.0 slow", .allWait),
            (.sender, "552 5.3.4 too big", .never), (.sender, "555 5.6.7 no SMTPUTF8", .never),
            (.recipient, "450 4.2.0 Greylisted", .later), (.recipient, "451 4.7.1 try again", .later),
            (.recipient, "452 4.2.2 full for now", .later), (.recipient, "421 4.7.0 closing", .laterAndRest),
            (.recipient, "550 5.1.1 no such user", .neverThere), (.recipient, "550 no such user", .neverThere),
            (.recipient, "551 moved", .neverThere), (.recipient, "553 5.1.3 bad address", .neverThere),
            (.recipient, "550 5.2.1 mailbox disabled", .neverThere), (.recipient, "552 5.2.2 mailbox full", .never),
            (.recipient, "550 5.7.1 rejected by policy", .never), (.recipient, "554 5.7.1 no", .never),
            (.recipient, "554 5.7.1 Relay access denied", .laterAndSettings),
            (.recipient, "530 5.7.0 Authentication required", .operatorActs),
            (.data, "451 4.3.0 later", .later), (.data, "554 5.5.1 no valid recipients", .never),
            (.content, "451 4.3.0 later", .later), (.content, "421 4.3.0 closing", .laterAndRest),
            (.content, "550 5.7.1 spam", .never), (.content, "552 5.3.4 too big", .never),
            (.content, "452 4.3.1 disk full", .later),
        ] as [(SMTPStage, String, Verdict)])
    func replies(stage: SMTPStage, reply: String, expected: Verdict) throws {
        let outcome = SMTPOutcome(failure: .reply, dialogue: dialogue(stage, reply))
        let error = try #require(MailError(outcome))
        #expect(verdict(error) == expected, "\(error)")
        #expect(error.reason.contains(reply))
    }

    @Test(
        "follows from the step at which the connection ended",
        arguments: SMTPStage.allCases, [SMTPOutcome.Failure.disconnected, .timeout])
    func ends(stage: SMTPStage, failure: SMTPOutcome.Failure) throws {
        let error = try #require(MailError(SMTPOutcome(failure: failure, dialogue: dialogue(stage, nil))))
        let isEarly = [.greeting, .hello, .startTLS, .authentication].contains(stage)
        #expect(verdict(error) == (isEarly ? .allWait : .later))
        #expect(error.reason.contains("unknown whether") == (stage == .content))
    }

    @Test("of a certificate, of encryption and of ways to sign in is the operator's, of an address that of one message")
    func others() throws {
        let expected: [(SMTPOutcome.Failure, Verdict)] = [
            (.certificate, .operatorActs), (.encryption, .operatorActs), (.authentication, .operatorActs),
            (.internationalAddress, .never), (.unreachable, .allWait), (.nonsense, .allWait), (.local, .allWait),
            (.cancelled, .allWait),
        ]
        for (failure, verdict) in expected {
            let error = try #require(MailError(SMTPOutcome(failure: failure, dialogue: dialogue(.hello, nil))))
            #expect(self.verdict(error) == verdict, "\(failure)")
        }
        #expect(MailError(SMTPOutcome(failure: nil, dialogue: dialogue(.content, "250 ok"))) == nil)
    }

    @Test("control characters of a server reach no log")
    func control() throws {
        let outcome = SMTPOutcome(failure: .reply, dialogue: dialogue(.recipient, "550 5.1.1 \u{1B}[31m\u{7}red"))
        let reason = try #require(MailError(outcome)).reason
        #expect(!reason.unicodeScalars.contains { $0.value < 0x20 })
    }

    private func verdict(_ error: MailError) -> Verdict {
        switch error {
        case .unavailable: .allWait
        case .misconfigured: .operatorActs
        case .postponed(_, nil): .later
        case .postponed(_, .server): .laterAndRest
        case .postponed(_, .settings): .laterAndSettings
        case .refused(_, isAddress: true): .neverThere
        case .refused(_, isAddress: false): .never
        }
    }

    /// A dialogue that came to a step and got this reply there.
    private func dialogue(_ stage: SMTPStage, _ reply: String?) -> SMTPDialogue {
        var dialogue = SMTPDialogue()
        let verbs: [(SMTPStage, String)] = [
            (.hello, "EHLO x"), (.startTLS, "STARTTLS"), (.authentication, "AUTH PLAIN"),
            (.sender, "MAIL FROM:<a@b.c>"),
            (.recipient, "RCPT TO:<d@e.f>"), (.data, "DATA"),
        ]
        for (step, verb) in verbs where dialogue.stage != stage && stage != .greeting {
            dialogue.say(verb)
            if step == stage { break }
        }
        if stage == .content { dialogue.sendContent() }
        if let reply { dialogue.hear(reply) }
        return dialogue
    }
}
