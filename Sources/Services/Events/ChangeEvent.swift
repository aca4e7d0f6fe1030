// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Changes an event. A new start time sets its status to rescheduled. More seats let in people from the waiting
    /// list.
    public func changeEvent(_ id: ID<Event>, _ draft: EventDraft, as principal: Principal) async throws {
        try check(draft, mustBeAhead: false)
        try await changing(id, as: principal) { event in
            guard event.status != .cancelled else { throw ServiceError.conflict("event_cancelled") }
            if draft.startsAt != event.startsAt {
                event.previousStart = event.startsAt
                event.status = .rescheduled
            } else if event.status == .postponed {
                event.status = .rescheduled
            }
            fill(&event, from: draft)
        }
    }

    /// Postpones an event: it will not take place at its announced time, and the new time is not known yet.
    public func postponeEvent(_ id: ID<Event>, as principal: Principal) async throws {
        try await setStatus(.postponed, of: id, as: principal)
    }

    /// Cancels an event. It stays visible, because the people who signed up are notified of the cancellation.
    public func cancelEvent(_ id: ID<Event>, as principal: Principal) async throws {
        try await setStatus(.cancelled, of: id, as: principal)
    }

    /// Whether the principal may change an event, for the buttons of a page.
    public func mayChangeEvent(_ id: ID<Event>, as principal: Principal) async throws -> Bool {
        try await database.read { db in
            guard let event = try Events.byID(id, in: db), event.isLocal else { return false }
            return try mayChange(event, acting(principal, in: db), in: db)
        }
    }

    private func setStatus(_ status: Model.EventStatus, of id: ID<Event>, as principal: Principal) async throws {
        try await changing(id, as: principal) { event in
            guard event.status.successors.contains(status) else { throw ServiceError.conflict("event_\(event.status)") }
            event.status = status
        }
    }

    private func changing(
        _ id: ID<Event>, as principal: Principal, _ change: @escaping @Sendable (inout Event) throws -> Void
    ) async throws {
        try await database.write { tx in
            // Changes of the guest list take the same lock, so that seats and capacity change one after the other.
            guard try Events.lock(id, in: tx), var event = try Events.byID(id, in: tx), event.isLocal else {
                throw ServiceError.notFound
            }
            let acting = try acting(principal, in: tx)
            guard let actor = acting.account, try mayChange(event, acting, in: tx) else {
                throw ServiceError.notAllowed
            }
            let known = event
            try change(&event)
            event.sequence += 1
            event.updatedAt = max(now(), event.updatedAt + .milliseconds(1000))
            try Events.update(event, in: tx)
            let promoted = try GuestLists.resize(id, to: event.capacity, in: tx)
            try outbox.update(id, in: tx)
            try outbox.notify(changed: event, from: known, by: actor.id, in: tx)
            try outbox.promote(promoted, of: event, in: tx)
            if event.onlineURL != known.onlineURL { try outbox.tellAddress(of: event, in: tx) }
        }
    }
}
