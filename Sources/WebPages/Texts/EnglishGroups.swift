// SPDX-License-Identifier: Apache-2.0

extension Texts {
    /// The texts for the people who run a group.
    static let englishGroups: [Phrase: String] = [
        .takeOut: "Take out of the group",
        .takeOutExplained: """
        The post stays with its author, but leaves the pages of the group. The other servers of the group are told.
        """,
        .takeOutReason: "Reason",
        .takeOutReasonHint: "Other servers may read it.",
        .takeOutHow: "Afterwards",
        .takeOutForGood: "It stays outside",
        .takeOutToWait: "It waits for a second look",
        .banField: "The author",
        .banNone: "may go on writing here",
        .banDay: "does not write here for a day",
        .banWeek: "does not write here for a week",
        .banMonth: "does not write here for a month",
        .banAlways: "does not write here any more",
        .closeTalk: "Close the discussion",
        .openTalk: "Open the discussion again",
        .talkClosed: "The discussion is closed. Nobody can reply any more.",
        .heldPosts: "Waiting for a look",
        .heldPostsHint: "These posts are not shown in the group. You can let them in, or leave them outside.",
        .outsidePosts: "Taken out of the group",
        .letIn: "Let into the group",
        .leaveOut: "Leave outside",
        .bannedPeople: "Do not write here",
        .bannedUntil: "until {1}",
        .unban: "Let write again",
        .noticeTakenOut: "The post is out of the group.",
        .noticeLetIn: "The post is in the group.",
        .noticeTalkClosed: "The discussion is closed.",
        .noticeTalkOpen: "The discussion is open again.",
        .problemLocked: "The discussion is closed.",
        .problemRunsGroup: "This person runs the group.",
        .problemBanned: "This group does not take your posts at the moment.",
    ]
}
