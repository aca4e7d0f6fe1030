// SPDX-License-Identifier: Apache-2.0

extension Texts {
    /// The texts about e-mails.
    static let englishMail: [Phrase: String] = [
        .mailTitle: "E-mails",
        .mailWorks: "The mail server takes what we send.",
        .mailFolder: "No mail server is set: e-mails go into a folder and reach nobody.",
        .mailAway: "The mail server cannot be reached. Everything waits, and nothing is lost.",
        .mailRefused: "The mail server refuses our settings. Everything waits until the operator corrects them.",
        .mailNoneWaits: "No e-mail waits.",
        .mailWaiting: "One e-mail waits.|{n} e-mails wait.",
        .mailFailed: "Not delivered",
        .mailNoneFailed: "In the last fourteen days every e-mail was taken.",
        .mailFailedHint: "These reached nobody. After fourteen days they disappear from here.",
        .mailRetry: "Try again",
        .mailDrop: "Delete",
        .mailAddresses: "Addresses that get no e-mail",
        .mailNoAddresses: "There is none.",
        .mailAddressesHint: "Their mail servers said that nobody has them.",
        .mailAllow: "Write to it again",
        .mailNotReached:
            "No e-mail reaches your address {1}: its mail server refused it. Ask a steward to write to it again.",
        .mailQueued: "Waiting",
        .mailChoices: "E-mails",
        .mailChoicesHint: "What concerns you alone always comes: your seat, a cancelled meet-up, your password.",
        .mailOff: "No more of these e-mails",
        .mailOffText: "You will not get this by e-mail any more:",
        .mailOffNow: "Stop these e-mails",
        .mailIsOff: "These e-mails have stopped",
        .mailIsOffText: "You still find everything here. In your settings you can have them again.",
    ]
}
