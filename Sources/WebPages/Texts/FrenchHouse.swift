// SPDX-License-Identifier: Apache-2.0

extension Texts {
    /// The texts of doors without e-mail, and of the house: what stewards set on a page.
    static let frenchHouse: [Phrase: String] = [
        .noMailHere: "Aucun courriel ne part d’ici",
        .askSteward: """
        Demande un lien pour entrer à une personne qui s’occupe du lieu : elle peut te le donner de la main à la main.
        """,
        .forgottenByLink: "Mot de passe oublié ? Un lien suffit pour entrer.",
        .forgottenAskSteward:
            "Mot de passe oublié ? Une personne qui s’occupe du lieu peut te donner un lien pour entrer.",
        .emailHintWithoutMail:
            "Aucun courriel ne part d’ici pour l’instant. Elle n’est montrée à personne, et sert à te connecter.",
        .passwordHintWithoutMail: "Dix signes ou plus.",
        .signUpWaitsWithoutMail:
            "Une personne d’ici lit ta demande. Dès que la porte est ouverte, tu entres avec ton mot de passe.",
        .noticeApprovedWithoutMail: "La porte est ouverte. Aucun courriel ne part d’ici : dis-le-lui toi-même.",
        .staleForm: "Rien n’est parti",
        .staleFormText: """
        Cette page était ouverte depuis longtemps, ou tu t’es connecté entre-temps. Ce que tu as écrit est \
        encore là : relis-le et renvoie-le.
        """,
        .yourTextHere: "Ce que tu avais écrit",
        .eventEndHint: "Vide : deux heures après le début.",
        .eventZone: "Fuseau horaire",
        .eventZoneHint: "Celui du lieu, ou de la rencontre en ligne. Les heures d’un autre fuseau le nomment.",
        .groupAgenda: "Toutes ses rencontres",
        .pastEvents: "Ses rencontres passées",
        .whoBelongs: "Qui en fait partie",
        .groupMemberCount:
            "Personne d’ici n’en fait partie.|Une personne d’ici en fait partie.|{n} personnes d’ici en font partie.",
        .allMembers: "Toute la liste",
        .membersOfGroup: "Qui fait partie de {1}",
        .backToStart: "Revenir au début de la liste",
        .howItWorks: "Comment ça se passe",
        .house: "Le lieu",
        .houseIntro: """
        Ce que voient celles et ceux qui passent, et qui s’occupe de quoi. Ce qui est écrit ici vaut tout de \
        suite, sans redémarrage, et passe avant le fichier de réglages.
        """,
        .houseWords: "Noms et textes",
        .houseName: "Comment il s’appelle",
        .houseTagline: "En une phrase",
        .houseRegistration: "Qui peut entrer",
        .houseAsFile: "Comme dans le fichier de réglages : {1}",
        .houseEmpty: "Vide : « {1} », comme dans le fichier de réglages.",
        .houseDiffers: "Le fichier de réglages dit autre chose : « {1} ». C’est ce qui est écrit ici qui vaut.",
        .houseAbout: "Pour la page « À propos »",
        .houseAboutHint: "Qui vous êtes, comment tout a commencé. Texte simple.",
        .houseRules: "Les règles",
        .houseRulesHint: "Une par ligne. Elles sont montrées avant l’inscription, et dans les applications.",
        .houseWelcome: "Mot de bienvenue",
        .houseWelcomeHint: "Montré à l’accueil pendant les sept premiers jours de chaque membre.",
        .houseRoles: "Qui s’occupe du lieu",
        .houseRolesText: """
        Qui modère décide des demandes et des signalements. Les responsables peuvent en plus changer cette page \
        et les rôles.
        """,
        .houseMember: "Membre",
        .houseMemberHint: "Son nom d’utilisateur, comme @karim.",
        .houseRole: "Rôle",
        .ourRules: "Nos règles",
        .readRules: "Lire nos règles",
        .firstSteps: "Pour commencer",
        .stepYourself: "Dis comment tu t’appelles, et montre ton visage.",
        .stepHouse: "Donne un nom au lieu, et une phrase qui le présente.",
        .stepRules: "Écris les règles de la maison, même courtes.",
        .stepInvite: "Invite une première personne.",
        .stepEvent: "Propose une première rencontre.",
        .welcomeHere: "Bienvenue ici",
        .exportMine: "Emporter ce que j’ai écrit (un fichier)",
        .exportFirst: "Avant de partir :",
        .exportWithoutDirect: "Les messages entre personnes nommées n’y sont pas.",
    ]
}
