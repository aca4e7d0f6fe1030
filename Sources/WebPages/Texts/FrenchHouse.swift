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
    ]
}
