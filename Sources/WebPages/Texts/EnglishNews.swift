// SPDX-License-Identifier: Apache-2.0

extension Texts {
    /// The texts of notifications and announcements.
    static let englishNews: [Phrase: String] = [
        .search: "Search",
        .searchWords: "A name, a word, a hashtag",
        .peopleAndGroups: "People and groups",
        .saidAndPlanned: "Discussions and meet-ups",
        .nothingFound: "Nothing found.",
        .nothingFoundInvite: "Try another word, or the beginning of a name.",
        .searchNeedsAccount: "Sign in to search discussions and meet-ups too.",
        .news: "News",
        .newsDot: "new",
        .newsNone: "Nothing new for now.",
        .newsNoneInvite: "When somebody replies to you, thanks you or follows you, you will see it here.",
        .toldMention: "{1} mentioned you",
        .toldStatus: "{1} wrote something",
        .toldInvitation: "{1} invites you",
        .toldEvent: "{1} plans a meet-up",
        .toldReblog: "{1} recommends you|{1} and one other recommend you|{1} and {n} others recommend you",
        .toldEventReblog: """
        {1} recommends your meet-up|{1} and one other recommend your meet-up|{1} and {n} others recommend your meet-up
        """,
        .toldFollow: "{1} follows you|{1} and one other follow you|{1} and {n} others follow you",
        .toldFollowRequest: "{1} would like to follow you",
        .toldFavourite: "{1} thanks you|{1} and one other thank you|{1} and {n} others thank you",
        .toldInterest: """
        {1} is interested in your meet-up|{1} and one other are interested in your meet-up|{1} and {n} others are \
        interested in your meet-up
        """,
        .toldPoll: "A poll by {1} is over",
        .toldEventBegins: "A meet-up of {1} is starting",
        .toldUpdate: "{1} edited something you liked",
        .toldEventUpdate: "A meet-up of {1} has changed",
        .toldEventCancelled: "A meet-up of {1} is cancelled",
        .toldEventPostponed: "A meet-up of {1} is postponed",
        .toldEventMoved: "A meet-up of {1} has a new date",
        .toldWasPlanned: "It was planned for {1}.",
        .toldNowPlanned: "It is on {1}.",
        .toldMoved: "It was planned for {1}; now it is on {2}.",
        .toldSeat: "A seat became free, and it is yours",
        .toldJoin: "{1} is coming|{1} and one other are coming|{1} and {n} others are coming",
        .toldWait: """
        {1} waits for a seat|{1} and one other wait for a seat|{1} and {n} others wait for a seat
        """,
        .toldLeave: """
        {1} is no longer coming|{1} and one other are no longer coming|{1} and {n} others are no longer coming
        """,
        .toldFull: "Your meet-up is full",
        .toldGroupRequest: """
        {1} asks to come into a group|{1} and one other ask to come into a group|{1} and {n} others ask to come into a \
        group
        """,
        .toldQuote: "{1} quotes you",
        .toldSignUp: """
        {1} knocks at the door|{1} and one other knock at the door|{1} and {n} others knock at the door
        """,
        .toldReport: "{1} reports something",
        .announced: "Announcements",
        .putAway: "Dismiss",
        .announceToAll: "Tell everybody",
        .announceText: "What you want to say",
        .announceHint: "Shown to all members, here and in their apps, until you take it down.",
        .announceWhich: "Meet-up",
        .announceNoEvent: "None",
        .announceNow: "Announce",
        .noneAnnounced: "Nothing announced.",
        .withdrawAnnouncement: "Take down",
        .noticeAnnounced: "Announced.",
        .noticeWithdrawn: "The announcement has been taken down.",
    ]
}
