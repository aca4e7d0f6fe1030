// SPDX-License-Identifier: Apache-2.0

internal import Model

/// Confirms that the request to become a member has arrived.
struct WaitingEmail: Email {
    static let kind = EmailKind("waiting", .atOnce)

    func subject(_ reader: EmailReader) -> String {
        reader.isFrench
            ? "Ta demande est arrivée\u{202F}: \(reader.community.name)"
            : "Your request has arrived: \(reader.community.name)"
    }

    func body(_ reader: EmailReader) -> String {
        reader.isFrench
            ? """
            ta demande pour rejoindre \(reader.community.name) est bien arrivée. Quelqu’un la lit bientôt\u{202F}; une \
            autre lettre à cette adresse te dira alors que ta place est prête. D’ici là, rien à faire.

            Si tu n’as rien demandé, ne fais rien non plus.
            """
            : """
            your request to join \(reader.community.name) has arrived. Somebody reads it soon; another letter to this \
            address then tells you that your place is ready. Until then there is nothing to do.

            If you did not ask for it, do nothing either.
            """
    }
}
