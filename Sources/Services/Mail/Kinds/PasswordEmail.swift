// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage

/// Says that the password of the account was changed or deleted.
struct PasswordEmail: Email {
    static let kind = EmailKind("password_changed", .atOnce, urgency: .atOnce)

    func subject(_ reader: EmailReader) -> String {
        reader.isFrench
            ? "Ton mot de passe a changé\u{202F}: \(reader.community.name)"
            : "Your password has changed: \(reader.community.name)"
    }

    func body(_ reader: EmailReader) -> String {
        reader.isFrench
            ? """
            le mot de passe de ton compte vient de changer, et partout où il était ouvert, il est fermé.

            Si c’est toi, il n’y a rien à faire. Sinon, demande un lien pour entrer et choisis un autre mot de \
            passe\u{202F}:

            \(reader.page("/sign-in"))

            Dis-le aussi à l’équipe, elle t’aidera.
            """
            : """
            the password of your account has just changed, and the account is signed out everywhere.

            If that was you, there is nothing to do. Otherwise ask for a link to sign in and choose another password:

            \(reader.page("/sign-in"))

            Tell the stewards too, they will help.
            """
    }
}
