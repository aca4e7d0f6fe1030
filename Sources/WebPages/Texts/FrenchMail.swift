// SPDX-License-Identifier: Apache-2.0

extension Texts {
    /// The texts about e-mails.
    static let frenchMail: [Phrase: String] = [
        .mailTitle: "Courriels",
        .mailWorks: "Le serveur de courrier prend nos envois.",
        .mailFolder:
            "Aucun serveur de courrier n’est réglé : les courriels vont dans un dossier et n’arrivent à personne.",
        .mailAway: "Le serveur de courrier ne répond pas. Tout attend, et rien n’est perdu.",
        .mailRefused: "Le serveur de courrier refuse nos réglages. Tout attend qu’ils soient corrigés.",
        .mailNoneWaits: "Aucun courriel n’attend.",
        .mailWaiting: "Un courriel attend.|{n} courriels attendent.",
        .mailFailed: "Pas arrivés",
        .mailNoneFailed: "Depuis quatorze jours, tous les courriels ont été pris.",
        .mailFailedHint: "Ils ne sont arrivés à personne. Après quatorze jours, ils disparaissent d’ici.",
        .mailRetry: "Réessayer",
        .mailDrop: "Effacer",
        .mailAddresses: "Adresses sans courriel",
        .mailNoAddresses: "Il n’y en a aucune.",
        .mailAddressesHint: "Leur serveur de courrier a dit que personne ne les a.",
        .mailAllow: "Y écrire de nouveau",
        .mailNotReached:
            "Aucun courriel n’arrive à ton adresse {1} : son serveur l’a refusée. Demande qu’on y écrive de nouveau.",
        .mailQueued: "En attente",
        .mailChoices: "Courriels",
        .mailChoicesHint:
            "Ce qui ne concerne que toi arrive toujours : ta place, une rencontre annulée, ton mot de passe.",
        .mailOff: "Ne plus recevoir ces courriels",
        .mailOffText: "Tu ne recevras plus par courriel :",
        .mailOffNow: "Arrêter ces courriels",
        .mailIsOff: "Ces courriels sont arrêtés",
        .mailIsOffText: "Tu retrouves tout ici. Dans tes réglages, tu peux les recevoir de nouveau.",
    ]
}
