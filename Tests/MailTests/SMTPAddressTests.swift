// SPDX-License-Identifier: Apache-2.0

import CurlClient
import Mail
import Testing

@Suite("The address of a mail server")
struct SMTPAddressTests {
    @Test(
        "is read with its user name, its port and its encryption",
        arguments: [
            ("smtp://mail.example", "mail.example", 587, .startTLS, nil, nil),
            ("smtp://cafe:pw@mail.example:2525", "mail.example", 2525, .startTLS, "cafe", "pw"),
            ("smtps://cafe:pw@mail.example", "mail.example", 465, .implicit, "cafe", "pw"),
            ("smtps://cafe:pw@mail.example:994/", "mail.example", 994, .implicit, "cafe", "pw"),
            (
                "smtp://me%40cafe.example:p%3A%40%2F%3F%23%25w@mail.example", "mail.example", 587, .startTLS,
                "me@cafe.example", "p:@/?#%w"
            ),
            ("smtp://me@cafe.example:pw@mail.example", "mail.example", 587, .startTLS, "me@cafe.example", "pw"),
            ("smtp://a:caf%C3%A9@mail.example", "mail.example", 587, .startTLS, "a", "café"),
            ("smtp://localhost:25", "localhost", 25, .none, nil, nil),
            ("smtp://127.0.0.1", "127.0.0.1", 587, .none, nil, nil),
            ("smtp://[::1]:2500", "::1", 2500, .none, nil, nil),
            ("smtp://[2001:db8::25]", "2001:db8::25", 587, .startTLS, nil, nil),
            ("smtp://localhost:25?tls=required", "localhost", 25, .startTLS, nil, nil),
            ("smtp://relay.lan:25?tls=none", "relay.lan", 25, .none, nil, nil),
            ("smtp://bücher.example", "xn--bcher-kva.example", 587, .startTLS, nil, nil),
            ("smtp://mail_relay:25", "mail_relay", 25, .startTLS, nil, nil),
            ("SMTP://Mail.Example", "mail.example", 587, .startTLS, nil, nil),
        ] as [(String, String, Int, SMTPServer.Encryption, String?, String?)])
    func accepted(
        text: String, host: String, port: Int, encryption: SMTPServer.Encryption, user: String?, password: String?
    ) throws {
        let server = try SMTPAddress.parse(text)
        #expect(server.host == host && server.port == port && server.encryption == encryption)
        #expect(server.login?.user == user && server.login?.password == password)
    }

    @Test(
        "that cannot be used is refused in one sentence that does not repeat the password",
        arguments: [
            "http://mail.example", "mail.example:587", "smtp://", "smtp://:25", "smtp://mail.example:0",
            "smtp://mail.example:70000", "smtp://mail.example:smtp", "smtp://user:hunter2@", "smtp://user@mail.example",
            "smtp://:hunter2@mail.example", "smtp://user:hunter2%@mail.example",
            "smtp://user:hunter2%0D%0A@mail.example",
            "smtp://user:hunter2%00@mail.example", "smtp://[::1:25", "smtp://[zz]:25", "smtp://mail.example/path",
            "smtp://mail.example?tls=maybe", "smtps://mail.example?tls=none", "smtp://mail.example?proxy=x",
            "smtp://mail example", "smtp://" + String(repeating: "a", count: 3_000),
        ])
    func refused(text: String) {
        let error = #expect(throws: SMTPAddressError.self) { try SMTPAddress.parse(text) }
        #expect(error?.description.hasPrefix("smtp: ") == true)
        #expect(error?.description.contains("hunter2") == false)
        #expect(error?.description.contains("\n") == false)
    }

    @Test("is shown without its password")
    func shown() {
        #expect(SMTPAddress.withoutPassword("smtp://a:b@c.example:587") == "smtp://a:…@c.example:587")
        #expect(SMTPAddress.withoutPassword("smtps://me@x:p:q@c.example") == "smtps://me@x:…@c.example")
        #expect(SMTPAddress.withoutPassword("smtp://c.example:587") == "smtp://c.example:587")
        #expect(SMTPAddress.withoutPassword("file:mail") == "file:mail")
        #expect("\(SMTPLogin(user: "a", password: "hunter2"))" == "a")
    }
}
