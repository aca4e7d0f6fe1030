// SPDX-License-Identifier: Apache-2.0

extension Texts {
    /// The texts of doors without e-mail, and of the house: what stewards set on a page.
    static let englishHouse: [Phrase: String] = [
        .noMailHere: "No e-mail leaves this place",
        .askSteward:
            "Ask one of the people who run this place for a link to sign in. They can hand it to you in person.",
        .forgottenByLink: "Forgotten your password? A link is enough to sign in.",
        .forgottenAskSteward:
            "Forgotten your password? One of the people who run this place can give you a link to sign in.",
        .emailHintWithoutMail:
            "No e-mail leaves this place for now. It is shown to nobody, and you can sign in with it.",
        .passwordHintWithoutMail: "At least ten characters.",
        .signUpWaitsWithoutMail:
            "Somebody here will read your request. Once you are let in, sign in with your password.",
        .noticeApprovedWithoutMail: "They are in. No e-mail leaves this place, so let them know yourself.",
    ]
}
