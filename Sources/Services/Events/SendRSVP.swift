// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

/// An answer (RSVP) to the invitation of an event. The cases are in the order in which apps offer them.
public enum RSVP: Int, Sendable, CaseIterable {
    /// Asks for a seat.
    case yes
    /// Is interested and takes no seat.
    case perhaps
    /// Does not come.
    case no
}

extension Services {
    /// Answers the invitation of an event, as a client app does it in a poll. The RSVP and the favourite change in one
    /// transaction.
    ///
    /// An account that answers yes or perhaps also favourites the event, so that the app offers to undo the answer. The
    /// organizer is not told of a favourite, which nobody gave.
    public func sendRSVP(_ id: ID<Event>, _ rsvp: RSVP, as principal: Principal) async throws {
        try await database.write { tx in
            let person = try member(principal, in: tx).account
            switch rsvp {
            case .yes:
                _ = try join(id, by: person, in: tx)
                try favouriteEvent(id, by: person, isAnswer: true, in: tx)
            case .perhaps:
                try leave(id, by: person, in: tx)
                try favouriteEvent(id, by: person, isAnswer: true, in: tx)
            case .no: try unfavouriteEvent(id, by: person, in: tx)
            }
        }
    }
}
