// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage
internal import Vocabulary

/// The result of looking up an address or a handle.
public enum Found: Sendable, Hashable {
    /// A person or a group.
    case account(ID<Account>)
    /// A post.
    case post(ID<Post>)
    /// An event.
    case event(ID<Event>)
}

extension Services {
    /// Returns the account of `@name@host`, `name@host`, or the address of an actor.
    ///
    /// This may send requests to other servers, so only active members, the groups that they run, and the operator may
    /// call it.
    public func account(named text: String, as principal: Principal) async throws -> Account {
        _ = try await database.read { db in try acting(principal, in: db) }
        return try await account(named: text)
    }

    /// Returns the thing at an address. A remote document is fetched and stored. Only active members, the groups that
    /// they run, and the operator may call it.
    ///
    /// - Throws: `conflict("nameless_actor")` for an account without a user name.
    public func lookUp(_ text: String, as principal: Principal) async throws -> Found {
        _ = try await database.read { db in try acting(principal, in: db) }
        return try await lookUp(text)
    }

    private func account(named text: String) async throws -> Account {
        let text = text.trimmed
        do {
            if let iri = IRI(text) { return try await federation.actors.resolve(iri) }
            guard let handle = Handle(text) else { throw ServiceError.invalid("handle", "not_a_handle") }
            return try await federation.handles.resolve(handle)
        } catch let refusal as FederationError {
            throw Self.error(for: refusal)
        }
    }

    private func lookUp(_ text: String) async throws -> Found {
        let text = text.trimmed
        guard let iri = IRI(text) else { return .account(try await account(named: text).id) }
        do {
            switch try await federation.posts.resolve(iri) {
            case .post(let id): return .post(id)
            case .event(let id): return .event(id)
            case .account(let id): return .account(id)
            }
        } catch {
            throw Self.error(for: error)
        }
    }

    private static func error(for refusal: FederationError) -> ServiceError {
        if refusal == .nameless { return .conflict(refusal.code) }
        return refusal.isTemporary ? .unreachable(refusal.code) : .notFound
    }
}
