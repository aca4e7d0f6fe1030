// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

/// An answer to the question whether one comes to an event, in the order in which they are offered.
public enum EventAnswer: Int, Sendable, CaseIterable {
    /// Wants a seat.
    case yes
    /// Is interested.
    case perhaps
    /// Does not come.
    case no
}

extension Services {
    /// Answers the question whether one comes, as a client app asks it: seat and favourite change together or not at
    /// all.
    ///
    /// Whoever answers yes or perhaps has favourited the event from then on, so that the app offers to take that back.
    public func answerEvent(_ id: ID<Event>, _ answer: EventAnswer, as principal: Principal) async throws {
        try await database.write { tx in
            let person = try member(principal, in: tx).account
            switch answer {
            case .yes:
                _ = try join(id, by: person, in: tx)
                try favouriteEvent(id, by: person, in: tx)
            case .perhaps:
                try leave(id, by: person, in: tx)
                try favouriteEvent(id, by: person, in: tx)
            case .no: try unfavouriteEvent(id, by: person, in: tx)
            }
        }
    }
}
