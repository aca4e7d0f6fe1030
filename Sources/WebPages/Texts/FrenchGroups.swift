// SPDX-License-Identifier: Apache-2.0

extension Texts {
    /// The texts for the people who run a group.
    static let frenchGroups: [Phrase: String] = [
        .takeOut: "Sortir du groupe",
        .takeOutExplained: """
        Le message reste chez son auteur, mais quitte les pages du groupe. Les autres serveurs du groupe sont prévenus.
        """,
        .takeOutReason: "Raison",
        .takeOutReasonHint: "Les autres serveurs peuvent la lire.",
        .takeOutHow: "Ensuite",
        .takeOutForGood: "Il reste dehors",
        .takeOutToWait: "Il attend un second regard",
        .banField: "L’auteur",
        .banNone: "peut continuer à écrire ici",
        .banDay: "n’écrit plus ici pendant un jour",
        .banWeek: "n’écrit plus ici pendant une semaine",
        .banMonth: "n’écrit plus ici pendant un mois",
        .banAlways: "n’écrit plus ici",
        .closeTalk: "Fermer la discussion",
        .openTalk: "Rouvrir la discussion",
        .talkClosed: "La discussion est fermée. Personne ne peut plus y répondre.",
        .heldPosts: "En attente d’un regard",
        .heldPostsHint: "Ces messages ne se voient pas dans le groupe. Tu peux les y mettre, ou les laisser dehors.",
        .outsidePosts: "Sortis du groupe",
        .letIn: "Mettre dans le groupe",
        .leaveOut: "Laisser dehors",
        .bannedPeople: "N’écrivent plus ici",
        .bannedUntil: "jusqu’au {1}",
        .unban: "Laisser écrire",
        .noticeTakenOut: "Le message est sorti du groupe.",
        .noticeLetIn: "Le message est dans le groupe.",
        .noticeTalkClosed: "La discussion est fermée.",
        .noticeTalkOpen: "La discussion est rouverte.",
        .problemLocked: "La discussion est fermée.",
        .problemRunsGroup: "Cette personne anime le groupe.",
        .problemBanned: "Ce groupe n’accepte pas tes messages pour l’instant.",
    ]
}
