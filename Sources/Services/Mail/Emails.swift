// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// The e-mails that the node sends. Each is plain text in the recipient's language, without tracking, and has one
/// purpose.
enum Email: Sendable {
    /// Contains a link to sign in.
    case signIn(link: String)
    /// Confirms that the request to become a member has arrived.
    case waiting
    /// Says that a moderator approved the request.
    case welcome

    /// What it is about, for counters and the list of e-mails.
    var kind: String {
        switch self {
        case .signIn: "sign_in"
        case .waiting: "waiting"
        case .welcome: "welcome"
        }
    }

    /// How soon it is sent when many wait.
    var urgency: QueuedMail.Urgency {
        switch self {
        case .signIn: .atOnce
        case .waiting, .welcome: .normal
        }
    }

    /// How long it is of use; nil when it always is.
    var lifetime: Duration? {
        switch self {
        case .signIn: Services.linkLength
        case .waiting, .welcome: nil
        }
    }

    func subject(_ community: Community, _ language: String) -> String {
        switch (self, language) {
        case (.signIn, "en"): "Your way into \(community.name)"
        case (.signIn, _): "Ta clé pour entrer : \(community.name)"
        case (.waiting, "en"): "Your request has arrived: \(community.name)"
        case (.waiting, _): "Ta demande est arrivée : \(community.name)"
        case (.welcome, "en"): "Welcome to \(community.name)"
        case (.welcome, _): "Bienvenue : \(community.name)"
        }
    }

    func body(_ community: Community, _ language: String) -> String {
        let origin = community.origin.string
        return switch (self, language) {
        case (.signIn(let link), "en"):
            """
            Hello,

            open this link to sign in. It works once, within thirty minutes:

            \(link)

            If you did not ask for it, do nothing: without the link nobody gets in.

            \(community.name) · \(origin)
            """
        case (.signIn(let link), _):
            """
            Bonjour,

            ouvre ce lien pour te connecter. Il sert une seule fois, dans les trente minutes :

            \(link)

            Si tu n’as rien demandé, ne fais rien : sans le lien, personne n’entre.

            \(community.name) · \(origin)
            """
        case (.waiting, "en"):
            """
            Hello,

            your request to join \(community.name) has arrived. Somebody reads it soon; another letter to this address
            then tells you that your place is ready. Until then there is nothing to do.

            If you did not ask for it, do nothing either.

            \(community.name) · \(origin)
            """
        case (.waiting, _):
            """
            Bonjour,

            ta demande pour rejoindre \(community.name) est bien arrivée. Quelqu’un la lit bientôt ; une autre lettre
            à cette adresse te dira alors que ta place est prête. D’ici là, rien à faire.

            Si tu n’as rien demandé, ne fais rien non plus.

            \(community.name) · \(origin)
            """
        case (.welcome, "en"):
            """
            Hello,

            your place is ready. Come in and say who you are:

            \(origin)/sign-in

            \(community.name)
            """
        case (.welcome, _):
            """
            Bonjour,

            ta place est prête. Entre, et dis-nous qui tu es :

            \(origin)/sign-in

            \(community.name)
            """
        }
    }
}

extension Services {
    /// Queues an e-mail in the caller's transaction, so that it is sent if and only if the change is stored.
    func enqueue(
        _ email: Email, to address: String, of account: ID<Account>? = nil, language: String?, in tx: Transaction
    ) throws(DatabaseError) {
        let language = language ?? community.language
        let now = now()
        var mail = QueuedMail(
            id: ids.make(at: now), recipient: address, subject: email.subject(community, language),
            body: email.body(community, language))
        mail.kind = email.kind
        mail.account = account
        mail.language = language
        mail.urgency = email.urgency
        mail.goodUntil = email.lifetime.map { now + $0 }
        // The right half of a Message-ID has to be a name; a trial node may have an address of numbers.
        mail.identify(at: MailAddress("x@\(community.origin.host)") == nil ? "localhost" : community.origin.host)
        try MailQueue.enqueue(mail, at: now, in: tx)
    }
}
