// SPDX-License-Identifier: Apache-2.0

internal import Vocabulary

/// Every activity that we understand. A new one is a new file, one line here, and an example in `federation-specs`.
let handlers: [any ActivityHandler.Type] = [
    FollowHandler.self,
    AcceptHandler.self,
    RejectHandler.self,
    UndoHandler.self,
    CreateHandler.self,
    UpdateHandler.self,
    DeleteHandler.self,
    AnnounceHandler.self,
    LikeHandler.self,
    JoinHandler.self,
    LeaveHandler.self,
    BlockHandler.self,
    FlagHandler.self,
    MoveHandler.self,
    QuoteRequestHandler.self,
]

/// The handler of a type, by its name on the wire.
enum Dispatcher {
    private static let byType: [String: any ActivityHandler.Type] = {
        var table: [String: any ActivityHandler.Type] = [:]
        for handler in handlers {
            for type in handler.types { table[type] = handler }
        }
        return table
    }()

    /// Gathers for an activity.
    ///
    /// - Throws: `NothingToApply` for a type that we do not know.
    static func prepare(_ said: Said) async throws -> Applicable {
        guard let handler = byType[said.activity.type] else { throw NothingToApply.ignored(.unknownType) }
        return try await handler.prepare(said)
    }
}
