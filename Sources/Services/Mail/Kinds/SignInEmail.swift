// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage

/// Contains a link to sign in.
struct SignInEmail: Email {
    static let kind = EmailKind("sign_in", .atOnce, urgency: .atOnce, lifetime: Services.linkLength)

    let link: String

    func subject(_ reader: EmailReader) -> String {
        reader.isFrench
            ? "Ta clé pour entrer\u{202F}: \(reader.community.name)" : "Your way into \(reader.community.name)"
    }

    func body(_ reader: EmailReader) -> String {
        reader.isFrench
            ? """
            ouvre ce lien pour te connecter. Il sert une seule fois, dans les trente minutes\u{202F}:

            \(link)

            Si tu n’as rien demandé, ne fais rien\u{202F}: sans le lien, personne n’entre.
            """
            : """
            open this link to sign in. It works once, within thirty minutes:

            \(link)

            If you did not ask for it, do nothing: without the link nobody gets in.
            """
    }
}
