// SPDX-License-Identifier: Apache-2.0

extension Texts {
    /// The texts of the page on which a person authorizes an app.
    static let frenchApps: [Phrase: String] = [
        .appAsks: "{1} demande à entrer",
        .appAsksText: "L’application {1} voudrait utiliser {2} en ton nom.",
        .appWebsite: "Sa page :",
        .appMay: "Ce qu’elle pourra faire",
        .appAllow: "Autoriser",
        .appDeny: "Ne pas autoriser",
        .appHint:
            "Tu pourras revenir sur ce choix à tout moment, dans tes réglages, sous « Applications connectées ».",
        .actAs: "Agir en tant que",
        .actsAs: "Elle agit en tant que",
        .asGroup: "Un groupe dont tu t’occupes",
        .notYou: "Tu utilises le compte de {1}.",
        .otherAccount: "Utiliser un autre compte",
        .scopeRead: """
        Lire tout ce que tu peux lire ici : discussions, rencontres, notifications, listes, ton profil.
        """,
        .scopeWrite: """
        Faire tout ce que tu peux faire ici : écrire, effacer, remercier, suivre, bloquer, changer ton profil.
        """,
        .scopeFollow: "Suivre, masquer et bloquer des personnes en ton nom.",
        .scopePush: "T’envoyer des notifications.",
        .scopeProfile: "Savoir qui tu es : nom, portrait, adresse de ton profil.",
        .scopeReadParts: "Lire : {1}.",
        .scopeWriteParts: "Changer : {1}.",
        .scopeAreas: """
        profil|blocages|signets|collections|conversations|remerciements|filtres|abonnements|listes|images et fichiers|\
        personnes masquées|notifications|signalements|recherche|discussions
        """,
        .scopeAdmin: "L’administration est aussi demandée ; aucune application ne la reçoit ici.",
        .codeTitle: "C’est autorisé",
        .codeText: "Copie ce code et colle-le dans l’application.",
        .codeLabel: "Code",
        .codeHint: "Il sert une fois, pendant dix minutes. Ne le donne à personne d’autre qu’à l’application.",
        .appProblem: "L’application ne peut pas entrer",
        .appUnknown: "L’application n’est pas connue ici. Elle s’est peut-être inscrite auprès d’une autre communauté.",
        .appRedirect: "L’application veut recevoir la réponse à une adresse qu’elle n’a pas déclarée.",
        .appScopes: "L’application demande quelque chose qui n’existe pas, ou plus que ce qu’elle a déclaré.",
        .appRequest: "La demande de l’application est incomplète, ou d’une sorte à laquelle on ne répond pas ici.",
        .appProblemHint: """
        Rien n’a été autorisé. Recommence depuis l’application ; si cela ne suffit pas, parles-en à celles et ceux \
        qui la font.
        """,
        .connectedApps: "Applications connectées",
        .connectedAppsText: """
        Ces applications peuvent agir en ton nom, ou au nom d’un groupe dont tu t’occupes.
        """,
        .noApps: "Aucune application n’est connectée.",
        .ownToken: "Un jeton de la ligne de commande",
        .appUsed: "dernière utilisation : {1}",
        .appRevoke: "Déconnecter",
        .noticeAppRevoked: "L’application est déconnectée.",
        .noticeAppRefused: "L’application n’a pas été autorisée.",
    ]
}
