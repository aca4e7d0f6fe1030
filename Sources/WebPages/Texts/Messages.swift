// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Services

extension Texts {
    private static let french = Texts(.french)
    private static let english = Texts(.english)

    /// Returns the texts in a language. They are created once.
    static func of(_ language: Language) -> Texts {
        switch language {
        case .french: french
        case .english: english
        }
    }

    /// Returns the sentence for the error of a field.
    func problem(_ error: FieldError) -> String {
        self(Self.problems[error.code] ?? .problemOther)
    }

    /// The phrases by error code: the codes of `Services`, and those of the forms.
    static let problems: [String: Phrase] = [
        "missing": .problemMissing, "too_long": .problemTooLong, "too_short": .problemTooShort,
        "taken": .problemTaken, "not_a_name": .problemName, "reserved": .problemName, "not_an_address": .problemAddress,
        "not_a_date": .problemDate, "not_a_zone": .problemZone, "in_the_past": .problemPast,
        "before_start": .problemBeforeStart, "too_far": .problemTooFar, "not_a_number": .problemNumber,
        "not_a_handle": .problemHandle, "not_found": .problemNotFound, "not_a_host": .problemHost,
        "nameless_actor": .problemNameless, "not_valid": .problemInvitation, "wrong_password": .problemPassword,
        "sign_up_waits": .problemWaits,
        "not_a_language": .problemLanguage,
        "not_in_group": .problemGroup, "event_cancelled": .problemEventOff, "event_postponed": .problemEventOff,
        "event_over": .problemEventOff, "join_elsewhere": .problemElsewhere, "unreachable": .problemUnreachable,
        "too_many": .problemTooMany, "overloaded": .problemBusy, "registration_closed": .problemClosed,
        "already_voted": .problemVoted, "poll_over": .problemPollOver, "no_such_choice": .problemChoice,
        "own_poll": .problemOwnPoll, "quote_denied": .problemQuote, "too_many_scheduled": .problemScheduled,
        "unsupported": .problemFileKind, "too_large": .problemFileLarge, "too_many_pixels": .problemFileLarge,
        "discussion_locked": .problemLocked, "banned_from_group": .problemBanned,
        "runs_the_group": .problemRunsGroup,
        "not_own_name": .problemOwnName, "last_steward": .problemLastSteward,
        "broken": .problemFileBroken, "too_slow": .problemFileBroken, "media_not_ready": .problemFileSoon,
    ]

    /// Returns the sentence of a flash message.
    func flashMessage(_ flashMessage: FlashMessage) -> String {
        self(Self.flashMessages[flashMessage] ?? .noticeSaved)
    }

    static let flashMessages: [FlashMessage: Phrase] = [
        .published: .noticePublished, .edited: .noticeEdited, .deleted: .noticeDeleted, .thanked: .noticeThanked,
        .unthanked: .noticeUnthanked, .recommended: .noticeRecommended, .unrecommended: .noticeUnrecommended,
        .planned: .noticePlanned, .changed: .noticeChanged, .postponed: .noticePostponed,
        .cancelled: .noticeCancelled, .going: .noticeGoing, .waiting: .noticeWaiting, .asked: .noticeAsked,
        .left: .noticeLeft, .followed: .noticeFollowed, .requested: .noticeRequested,
        .unfollowed: .noticeUnfollowed, .answered: .noticeAnswered, .founded: .noticeFounded, .voted: .noticeVoted,
        .kept: .noticeKept, .released: .noticeReleased, .reported: .noticeReported, .muted: .noticeMuted,
        .unmuted: .noticeUnmuted, .blocked: .noticeBlocked, .unblocked: .noticeUnblocked, .restored: .noticeRestored,
        .saved: .noticeSaved, .entered: .noticeEntered, .askedGroup: .noticeAskedGroup,
        .askedHere: .noticeAskedHere, .leftGroup: .noticeLeftGroup,
        .password: .noticePassword, .approved: .noticeApproved, .approvedWithoutMail: .noticeApprovedWithoutMail,
        .refused: .noticeRefused,
        .resolved: .noticeResolved, .welcome: .noticeWelcome, .goodbye: .noticeGoodbye,
        .appRevoked: .noticeAppRevoked, .appRefused: .noticeAppRefused,
        .announced: .noticeAnnounced, .withdrawn: .noticeWithdrawn, .retried: .noticeRetried,
        .takenOut: .noticeTakenOut, .letIn: .noticeLetIn, .talkClosed: .noticeTalkClosed, .talkOpen: .noticeTalkOpen,
    ]

    /// Returns the sentence that says who may become a member.
    func registration(_ registration: Registration) -> String {
        switch registration {
        case .open: self(.registrationOpen)
        case .approval: self(.registrationApproval)
        case .invitation: self(.registrationInvitation)
        case .closed: self(.registrationClosed)
        }
    }

    /// Returns the name of the policy for a host.
    func policy(_ policy: PeerPolicy) -> String {
        switch policy {
        case .unset: self(.policyUnset)
        case .allowed: self(.policyAllowed)
        case .limited: self(.policyLimited)
        case .blocked: self(.policyBlocked)
        }
    }
}
