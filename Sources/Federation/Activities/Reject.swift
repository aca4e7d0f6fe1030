// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// Handles `Reject`, and `Ignore` of FEP-8a8e: the negative response to our `Follow`, `Join` or `QuoteRequest`, or to
/// an event. It may come after an `Accept`. Spec: ActivityPub §7.7.
enum RejectHandler: ActivityHandler {
    static let types = ["Reject", "Ignore", "TentativeReject"]

    static func gather(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Answer {
        try Answer(incoming)
    }

    static func apply(
        _ answer: Answer, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        switch try answer.request(in: tx) {
        case .follow(let follow):
            return try FollowHandler.answered(follow, isAccepted: false, by: incoming, in: tx)
        case .seat(let guest):
            return try JoinHandler.answered(guest, .declined, by: incoming, in: tx)
        case .quote(let post):
            return try QuoteRequestHandler.answered(post, isAccepted: false, by: incoming, in: tx)
        case .event(let event):
            return try LeaveHandler.leave(event, incoming, in: tx)
        case nil:
            return .ignored(.unknownObject)
        }
    }
}
