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
        .toldPoll: "Un sondage {2} est terminé",
        .toldEventBegins: "Une rencontre {2} commence",
        .toldUpdate: "{1} a modifié ce que tu as aimé",
        .toldEventUpdate: "Une rencontre {2} a changé",
        .toldEventCancelled: "Une rencontre {2} est annulée",
        .toldEventPostponed: "Une rencontre {2} est reportée",
        .toldEventMoved: "Une rencontre {2} a une nouvelle date",
        .toldWasPlanned: "Elle était prévue {1}.",
        .toldNowPlanned: "C’est {1}.",
        .toldMoved: "Elle était prévue {1} ; c’est maintenant {2}.",
        .toldSeat: "Une place s’est libérée : elle est pour toi",
        .toldJoin: "{1} vient|{1} et une autre personne viennent|{1} et {n} autres viennent",
        .toldWait: """
        {1} attend une place|{1} et une autre personne attendent une place|{1} et {n} autres attendent une place
        """,
        .toldLeave: "{1} ne vient plus|{1} et une autre personne ne viennent plus|{1} et {n} autres ne viennent plus",
        .toldFull: "Ta rencontre est complète",
        .toldGroupRequest: """
        {1} demande à entrer dans un groupe|{1} et une autre personne demandent à entrer dans un groupe|{1} et {n} \
        autres demandent à entrer dans un groupe
        """,
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
