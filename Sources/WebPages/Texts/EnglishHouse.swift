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
        .staleForm: "Nothing was sent",
        .staleFormText: """
        This page was open for a long time, or you signed in meanwhile. What you wrote is still here: read it \
        again and send it.
        """,
        .yourTextHere: "What you had written",
        .eventEndHint: "Empty: two hours after the start.",
        .eventZone: "Time zone",
        .eventZoneHint: "That of the place, or of the online meeting. Times in another zone name it.",
        .groupAgenda: "All its meet-ups",
        .pastEvents: "Its past meet-ups",
        .whoBelongs: "Who belongs to it",
        .groupMemberCount: "One person here belongs to it.|{n} people here belong to it.",
        .allMembers: "The whole list",
        .membersOfGroup: "People in {1}",
        .backToStart: "Back to the start of the list",
        .howItWorks: "How it works",
    ]
}
