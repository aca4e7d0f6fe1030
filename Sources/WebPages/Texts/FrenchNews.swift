// SPDX-License-Identifier: Apache-2.0

extension Texts {
    /// The texts of notifications and announcements.
    static let frenchNews: [Phrase: String] = [
        .search: "Chercher",
        .searchWords: "Un nom, un mot, un mot-dièse",
        .peopleAndGroups: "Personnes et groupes",
        .saidAndPlanned: "Dit et prévu",
        .nothingFound: "Rien trouvé.",
        .nothingFoundInvite: "Essaie un autre mot, ou le début d’un nom.",
        .searchNeedsAccount: "Connecte-toi pour chercher aussi dans ce qui s’est dit et ce qui est prévu.",
        .news: "Nouvelles",
        .newsDot: "nouveau",
        .newsNone: "Rien de nouveau pour l’instant.",
        .newsNoneInvite: "Qui te répond, te remercie ou te suit apparaîtra ici.",
        .toldMention: "{1} s’adresse à toi",
        .toldStatus: "{1} a écrit quelque chose",
        .toldInvitation: "{1} t’invite",
        .toldEvent: "{1} propose une rencontre",
        .toldReblog: """
        {1} te recommande|{1} et une autre personne te recommandent|{1} et {n} autres te recommandent
        """,
        .toldEventReblog: """
        {1} recommande ta rencontre|{1} et une autre personne recommandent ta rencontre|{1} et {n} autres recommandent \
        ta rencontre
        """,
        .toldFollow: "{1} te suit|{1} et une autre personne te suivent|{1} et {n} autres te suivent",
        .toldFollowRequest: "{1} aimerait te suivre",
        .toldFavourite: "{1} te remercie|{1} et une autre personne te remercient|{1} et {n} autres te remercient",
        .toldInterest: """
        Ta rencontre intéresse {1}|Ta rencontre intéresse {1} et une autre personne|Ta rencontre intéresse {1} et \
        {n} autres
        """,
        .toldPoll: "Un sondage de {1} est terminé",
        .toldEventBegins: "Une rencontre de {1} commence",
        .toldUpdate: "{1} a modifié ce que tu as aimé",
        .toldEventUpdate: "Une rencontre de {1} a changé",
        .toldQuote: "{1} te cite",
        .toldSignUp: """
        {1} frappe à la porte|{1} et une autre personne frappent à la porte|{1} et {n} autres frappent à la porte
        """,
        .toldReport: "{1} signale quelque chose",
        .announced: "Annonces",
        .putAway: "Ranger",
        .announceToAll: "Dire à tout le monde",
        .announceText: "Ce qu’il y a à dire",
        .announceHint: "Montré à tous les membres, ici et dans leurs applications, jusqu’à ce que tu le retires.",
        .announceWhich: "Rencontre",
        .announceNoEvent: "Aucune",
        .announceNow: "Annoncer",
        .noneAnnounced: "Rien n’est annoncé.",
        .withdrawAnnouncement: "Retirer",
        .noticeAnnounced: "C’est annoncé.",
        .noticeWithdrawn: "L’annonce est retirée.",
    ]
}
