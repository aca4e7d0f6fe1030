// SPDX-License-Identifier: Apache-2.0

import Mail
import Model
import Testing

@Suite("A report that an e-mail came back")
struct BounceReportTests {
    @Test("is recognized by its address, and tells why")
    func failure() throws {
        let report = try #require(
            try read(report(to: "bounces+abc234@cafe.example", action: "failed", status: "5.1.1")))
        #expect(report.token == "abc234" && report.action == "failed" && report.status == "5.1.1")
        #expect(report.diagnostic == "smtp; 550 5.1.1 <gone@mail.example>: no such person here")
        #expect(report.isFailure && report.isAboutAddress)
    }

    @Test(
        "suppresses an address only when that says so",
        arguments: [
            ("failed", "5.1.1", true), ("failed", "5.1.10", true), ("failed", "5.2.1", true),
            ("failed", "5.2.2", false),
            ("failed", "5.7.1", false), ("failed", "5.4.4", false), ("failed", "4.4.7", false),
            ("failed", "5.1.8", false),
            ("failed", "", false), ("delayed", "4.4.1", false), ("delayed", "5.1.1", false),
            ("delivered", "2.0.0", false),
            ("FAILED", "5.0.0 (undefined status)", false), ("Failed", "5.1.0 (bad)", true), ("failed", "5.1", false),
            ("failed", "9999999999999999999.1.1", false),
        ])
    func judged(action: String, status: String, isAboutAddress: Bool) throws {
        let report = try #require(try read(report(to: "bounces+a@cafe.example", action: action, status: status)))
        #expect(report.isAboutAddress == isAboutAddress)
    }

    @Test(
        "is none without a secret in its address, whatever it contains",
        arguments: [
            "bounces@cafe.example", "postmaster@cafe.example", "bounces+@cafe.example", "bounces+x@other.example", "",
        ])
    func strangers(to: String) throws {
        #expect(try read(report(to: to, action: "failed", status: "5.1.1") + "To: bounces+x@cafe.example\r\n") == nil)
    }

    @Test("is read from whichever field names the address, with either kind of line endings")
    func fields() throws {
        for field in ["To: ", "Delivered-To: ", "X-Original-To: ", "to: Somebody <", "Envelope-To:\r\n "] {
            let text = report(to: "bounces+a@cafe.example", action: "failed", status: "5.1.1")
                .replacing("To: <bounces", with: "\(field)bounces")
            #expect(try read(text)?.isFailure == true, "\(field)")
            #expect(try read(text.replacing("\r\n", with: "\n"))?.isFailure == true, "\(field)")
        }
    }

    @Test("that is an answer of a person is no failure")
    func answers() throws {
        let answer = try #require(try read("To: bounces+a@cafe.example\r\nSubject: Re\r\n\r\nAction: failed\r\n"))
        #expect(!answer.isFailure && answer.action == "")
        #expect(try read("") == nil)
        #expect(try read(String(repeating: "x", count: 3 << 20)) == nil)
    }

    private func read(_ text: String) throws -> BounceReport? {
        BounceReport(Array(text.utf8), returnPath: ReturnPath(try #require(MailAddress("bounces@cafe.example"))))
    }

    /// As Postfix writes it.
    private func report(to: String, action: String, status: String) -> String {
        """
        Return-Path: <>
        From: MAILER-DAEMON@mail.example
        To: <\(to)>
        Subject: Undelivered Mail Returned to Sender
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
        \tboundary="B1"

        --B1
        Content-Type: text/plain

        Action: none of this counts

        --B1
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mail.example
        Arrival-Date: Fri, 2 Jan 2026 03:04:05 +0000

        Final-Recipient: rfc822; gone@mail.example
        Action: \(action)
        Status: \(status)
        Diagnostic-Code: smtp; 550 5.1.1 <gone@mail.example>:
            no such person here

        --B1
        Content-Type: text/rfc822-headers

        Status: 2.0.0
        --B1--

        """.replacing("\n", with: "\r\n")
    }
}
