// SPDX-License-Identifier: Apache-2.0

internal import Model

/// Says that a moderator approved the request to become a member.
struct WelcomeEmail: Email {
    static let kind = EmailKind("welcome", .atOnce)

    func subject(_ reader: EmailReader) -> String {
        reader.isFrench
            ? "Bienvenue\u{202F}: \(reader.community.name)" : "Welcome to \(reader.community.name)"
    }

    func body(_ reader: EmailReader) -> String {
        reader.isFrench
            ? """
            ta place est prête. Entre, et dis-nous qui tu es\u{202F}:

            \(reader.page("/sign-in"))
            """
            : """
            your place is ready. Come in and say who you are:

            \(reader.page("/sign-in"))
            """
    }
}
