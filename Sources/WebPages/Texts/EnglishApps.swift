// SPDX-License-Identifier: Apache-2.0

extension Texts {
    /// The texts of the page on which a person authorizes an app.
    static let englishApps: [Phrase: String] = [
        .appAsks: "{1} asks to come in",
        .appAsksText: "The app {1} would like to use {2} in your name.",
        .appWebsite: "Its page:",
        .appMay: "What it may do",
        .appAllow: "Allow",
        .appDeny: "Do not allow",
        .appHint: "You can take this back at any time, in your settings under “Connected apps”.",
        .actAs: "Act as",
        .actsAs: "It acts as",
        .asGroup: "As a group that you look after",
        .notYou: "You are signed in as {1}.",
        .otherAccount: "Use another account",
        .scopeRead:
            "Read everything that you can read here: discussions, meet-ups, notifications, lists, your profile.",
        .scopeWrite: "Do everything that you can do here: write, delete, thank, follow, block, change your profile.",
        .scopeFollow: "Follow, mute and block people in your name.",
        .scopePush: "Send you notifications.",
        .scopeProfile: "Know who you are: name, picture, address of your profile.",
        .scopeReadParts: "Read: {1}.",
        .scopeWriteParts: "Change: {1}.",
        .scopeAreas: """
        profile|blocks|bookmarks|collections|conversations|thanks|filters|follows|lists|pictures and files|mutes|\
        notifications|reports|search|discussions
        """,
        .scopeAdmin: "Administration was asked for as well; no app is given that here.",
        .codeTitle: "Allowed",
        .codeText: "Copy this code and paste it into the app.",
        .codeLabel: "Code",
        .codeHint: "It works once, for ten minutes. Give it to nobody but the app.",
        .appProblem: "The app cannot come in",
        .appUnknown: "The app is not known here. Perhaps it was registered with another community.",
        .appRedirect: "The app wants to be answered at an address that it did not register.",
        .appScopes: "The app asks for something that does not exist, or for more than it registered for.",
        .appRequest: "The app’s request is incomplete, or not of a kind that is answered here.",
        .appProblemHint:
            "Nothing was allowed. Start again from the app; if that does not help, tell those who make it.",
        .connectedApps: "Connected apps",
        .connectedAppsText: "These apps may act in your name, or in the name of a group that you look after.",
        .noApps: "No app is connected.",
        .ownToken: "A token from the command line",
        .appUsed: "last used {1}",
        .appRevoke: "Disconnect",
        .noticeAppRevoked: "The app is disconnected.",
        .noticeAppRefused: "The app was not let in.",
    ]
}
