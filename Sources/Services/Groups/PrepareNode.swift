// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Markup
internal import Model
internal import Storage
internal import Vocabulary

extension Services {
    /// Creates what every node needs: the instance actor that signs fetches, the actor that forwards reports, the main
    /// group and the agenda group. A second call changes nothing.
    public func prepareNode() async throws {
        let isReady = try await database.read { db in
            try Accounts.byIRI(identifiers.instanceActor, in: db) != nil
                && Accounts.byIRI(identifiers.person(Community.reporter), in: db) != nil
                && Accounts.byHandle(Handle(name: Community.agendaGroup, host: ""), in: db) != nil
        }
        // Key pairs are expensive to make, and most starts need none.
        if isReady { return }
        var pairs: [KeyPair] = []
        for _ in 0..<4 { pairs.append(try await secrets.makeKeyPair()) }
        let made = pairs
        try await storeUnique { tx in
            if try Accounts.byIRI(identifiers.instanceActor, in: tx) == nil {
                // The instance actor's name is the host. Tests use a port too, and a name cannot contain its colon.
                let name = String(community.origin.authority.map { $0 == ":" ? "-" : $0 })
                var node = newAccount(.application, name: name, iri: identifiers.instanceActor)
                node.displayName = community.name
                node.approvesFollowers = true
                try insert(node, summarySource: nil, pair: made[0], in: tx)
            }
            let reporter = Handle(name: Community.reporter, host: "")
            if try Accounts.byHandle(reporter, in: tx) == nil {
                var account = newAccount(.service, name: reporter.name, iri: identifiers.person(reporter.name))
                account.displayName = community.name
                account.approvesFollowers = true
                try insert(account, summarySource: nil, pair: made[3], in: tx)
            }
            let groups = [(Community.mainGroup, community.name), (Community.agendaGroup, "\(community.name) · Agenda")]
            for ((name, title), pair) in zip(groups, made[1...]) {
                guard try Accounts.byHandle(Handle(name: name, host: ""), in: tx) == nil else { continue }
                var group = newAccount(.group, name: name, iri: identifiers.group(name))
                group.displayName = title
                group.discoverable = true
                group.indexable = true
                group.summary = compose(community.tagline, known: [:]).html
                try insert(group, summarySource: community.tagline, pair: pair, in: tx)
            }
        }
    }
}
