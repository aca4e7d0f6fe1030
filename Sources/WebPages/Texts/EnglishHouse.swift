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
        .groupMemberCount:
            "Nobody here belongs to it yet.|One person here belongs to it.|{n} people here belong to it.",
        .allMembers: "The whole list",
        .membersOfGroup: "People in {1}",
        .backToStart: "Back to the start of the list",
        .howItWorks: "How it works",
        .house: "The place",
        .houseIntro: """
        What visitors see, and who takes care of what. What you write here applies at once, without a restart, \
        and comes before the settings file.
        """,
        .houseWords: "Names and texts",
        .houseName: "What it is called",
        .houseTagline: "In one sentence",
        .houseRegistration: "Who can join",
        .houseAsFile: "As in the settings file: {1}",
        .houseEmpty: "Empty: “{1}”, as in the settings file.",
        .houseDiffers: "The settings file says something else: “{1}”. What is written here applies.",
        .houseAbout: "For the page “About”",
        .houseAboutHint: "Who you are, how it all began. Plain text.",
        .houseRules: "The rules",
        .houseRulesHint: "One on each line. They are shown before people sign up, and in their apps.",
        .houseWelcome: "Words of welcome",
        .houseWelcomeHint: "Shown on the home page during the first seven days of each member.",
        .houseRoles: "Who takes care of it",
        .houseRolesText: """
        Moderators decide about requests and reports. Stewards can also change this page and the roles.
        """,
        .houseMember: "Member",
        .houseMemberHint: "Their username, such as @karim.",
        .houseRole: "Role",
        .ourRules: "Our rules",
        .readRules: "Read our rules",
        .firstSteps: "First steps",
        .stepYourself: "Say what your name is, and show your face.",
        .stepHouse: "Give the place a name and a sentence.",
        .stepRules: "Write the house rules, however short.",
        .stepInvite: "Invite a first person.",
        .stepEvent: "Plan a first meet-up.",
        .welcomeHere: "Welcome here",
        .exportMine: "Download what I have written (one file)",
        .exportFirst: "Before you leave:",
        .exportWithoutDirect: "Private messages are not included.",
    ]
}
