// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import CivilDates
internal import Database
internal import Federation
internal import HTTPSignatures
internal import IPAddresses
internal import MediaStore
internal import Model
internal import Storage
internal import Transport
internal import Vocabulary

/// `troquet doctor`: checks the node. Each failure is reported in one sentence that says what to do.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check database, keys, clock, federation, queues and media.", subcommands: [DoctorMail.self])

    @OptionGroup var options: NodeOptions

    @Flag(name: .long, help: "Answer in JSON.")
    var json = false

    func run() async throws {
        let findings = await examine()
        if json {
            Terminal.say(JSON.array(findings.map(\.json)).serializedText())
        } else {
            for finding in findings { Terminal.say(finding.line) }
        }
        if findings.contains(where: { !$0.isFine }) { throw ExitCode(1) }
    }

    /// A node that cannot be opened is one finding.
    private func examine() async -> [Finding] {
        do {
            var configuration = try options.configuration()
            configuration.quieten()
            let node = try await Node.open(configuration, for: .inspection)
            let findings = try await Examination(node).run()
            await node.close()
            return findings
        } catch let error as ConfigurationError {
            return [Finding(check: "node", isFine: false, text: error.description)]
        } catch {
            return [Finding(check: "database", isFine: false, text: Failure.sentence(error))]
        }
    }
}

/// One check and its result.
struct Finding: Sendable {
    let check: String
    let isFine: Bool
    let text: String
    /// Whether the node works, but people miss something.
    var isWarning = false

    var line: String { "\(isFine ? isWarning ? "warn" : "ok  " : "FAIL")  \(check): \(text)" }

    var json: JSON { ["check": JSON(check), "ok": JSON(isFine), "warning": JSON(isWarning), "text": JSON(text)] }
}

/// All checks, run one after the other. None of them changes anything.
struct Examination: Sendable {
    private let node: Node
    private let client: OutboundClient

    init(_ node: Node) throws {
        self.node = node
        // The checks send requests to this node itself, which may run on localhost while it is tried out. Only then are
        // loopback addresses allowed.
        let isTrial = ["localhost", "127.0.0.1"].contains(node.settings.community.origin.host)
        let loopback = isTrial ? ["127.0.0.0/8", "::1/128"].compactMap { CIDRBlock($0) } : []
        client = try node.settings.makeClient(opening: loopback, logger: node.logger)
    }

    func run() async -> [Finding] {
        let findings = [
            await database(), await keys(), await webFinger(), await actor(), await clock(), await queues(),
            await hosts(), await descriptors(), await retention(), await disk(), await mail(), await media(),
        ]
        await client.shutdown()
        return findings
    }

    private func check(_ name: String, _ body: () async throws -> String) async -> Finding {
        do {
            return Finding(check: name, isFine: true, text: try await body())
        } catch {
            return Finding(check: name, isFine: false, text: Failure.sentence(error))
        }
    }

    private func database() async -> Finding {
        await check("database") {
            let pending = try await Migrator(migrations: Schema.migrations).pending(node.database)
            guard pending.isEmpty else {
                throw ConfigurationError("\(pending.count) migrations wait: run `troquet migrate`.")
            }
            guard try await node.database.read({ db in try DatabaseHealth.isIntact(in: db) }) else {
                throw ConfigurationError("the file is damaged: restore a backup.")
            }
            return "\(node.database.engine.rawValue), schema up to date"
        }
    }

    private func retention() async -> Finding {
        await check("retention") {
            let now = node.clock.now
            let overdue = try await node.database.read { db in try Retention.overdue(at: now, in: db) }
            guard overdue.isEmpty else {
                throw ConfigurationError("old rows wait in \(overdue.joined(separator: ", ")): is a scheduler running?")
            }
            let days = { (duration: Duration) in duration.milliseconds / 86_400_000 }
            return "\(Retention.rules.count) tables have a rule, see FEDERATION.md: received activities "
                + "\(days(Retention.receivedMemory)) days, sent ones \(days(Retention.sentMemory)), what other nodes said "
                + "and nobody here needs \(days(Retention.foreignMemory))"
        }
    }

    private func keys() async -> Finding {
        await check("keys") {
            let accounts = try await node.database.read { db in
                var people: [Account] = []
                while case let page = try LocalAccounts.list(after: people.last?.id, in: db), !page.isEmpty {
                    people += page.map(\.account)
                }
                return try people + Storage.Accounts.groups(in: db)
                    + [Storage.Accounts.byIRI(node.federation.identifiers.instanceActor, in: db)].compactMap(\.self)
            }
            guard !accounts.isEmpty else {
                throw ConfigurationError("nobody is here yet: start the node once, or restore a backup.")
            }
            for account in accounts where account.isActive {
                guard let identity = try await node.keys.identity(of: account.id) else {
                    throw ConfigurationError("@\(account.username) has no key and can say nothing: restore a backup.")
                }
                let proof = Array("proof".utf8)
                guard identity.key.publicKey.verify(try identity.key.sign(proof), of: proof) else {
                    throw ConfigurationError("the key of @\(account.username) is damaged: restore a backup.")
                }
            }
            return "\(accounts.count) actors can sign"
        }
    }

    /// Sends a request to the public origin. The node must be running, and the proxy must forward the request.
    private func ask(_ path: String, accept: String) async throws -> (JSON, date: String?) {
        let origin = node.settings.community.origin
        guard let iri = IRI(origin.string + path) else { throw ConfigurationError("the origin is no address.") }
        do {
            let response = try await client.get(
                iri, headers: [("Accept", accept)], deadline: .now + .seconds(10))
            guard response.status == 200 else {
                throw ConfigurationError("\(iri) answers \(response.status): is the node running behind its proxy?")
            }
            return (try JSON.parse(response.body), response.headers["date"])
        } catch let error as FetchError {
            throw ConfigurationError(
                "\(iri) cannot be reached: is the node running, and its name in the DNS? (\(Failure.sentence(error)))")
        } catch is JSONError {
            throw ConfigurationError("\(iri) answers no JSON: does the proxy pass Accept on unchanged?")
        }
    }

    private func webFinger() async -> Finding {
        await check("webfinger") {
            let identifiers = node.federation.identifiers
            let resource = "acct:\(Community.mainGroup)@\(identifiers.host)"
            let (answer, _) = try await ask(
                "/.well-known/webfinger?resource=\(resource)", accept: "application/jrd+json")
            guard WebFinger.selfLink(in: answer) == identifiers.group(Community.mainGroup) else {
                throw ConfigurationError("\(resource) leads elsewhere: does the proxy pass the host on unchanged?")
            }
            return "\(resource) leads to its group"
        }
    }

    private func actor() async -> Finding {
        await check("actor") {
            let group = node.federation.identifiers.group(Community.mainGroup)
            let (answer, _) = try await ask(group.pathAndQuery, accept: "application/activity+json")
            guard answer["id"]?.string == group.string else {
                throw ConfigurationError("\(group) answers another document: does the proxy pass Accept on unchanged?")
            }
            return "\(group) is served as an ActivityPub document"
        }
    }

    /// Compares the clock with that of the serving process and with those of servers that took a delivery lately. This
    /// machine alone cannot know that its clock is wrong.
    private func clock() async -> Finding {
        await check("clock") {
            let (_, date) = try await ask("/nodeinfo/2.1", accept: "application/json")
            let own = date.flatMap(Dates.parseHTTPDate).map(secondsOff)
            var others: [(host: String, seconds: Int64)] = []
            for host in try await recentHosts() {
                guard let iri = IRI("\(node.settings.community.origin.scheme)://\(host)/.well-known/nodeinfo"),
                    let response = try? await client.get(iri, headers: [], deadline: .now + .seconds(5)),
                    let theirs = response.headers["date"].flatMap(Dates.parseHTTPDate)
                else { continue }
                others.append((host, secondsOff(theirs)))
            }
            // One other server may be wrong itself. Two that agree are right.
            let wrong = others.filter { $0.seconds >= 30 }
            let worst = own.flatMap { $0 >= 30 ? $0 : nil } ?? (wrong.count >= 2 ? wrong[0].seconds : nil)
            if let worst {
                throw ConfigurationError(
                    "\(worst) seconds off: signatures will be refused. Start time synchronisation.")
            }
            let texts =
                (own.map { ["\($0) s from the serving process"] } ?? [])
                + others.map { host, seconds in "\(seconds) s from \(host)" }
            return texts.isEmpty ? "no other clock to compare with" : texts.joined(separator: ", ")
        }
    }

    private func secondsOff(_ theirs: Int64) -> Int64 { abs(node.clock.now.milliseconds - theirs) / 1000 }

    /// The three hosts that were the last to take a delivery.
    private func recentHosts() async throws -> [String] {
        let peers = try await node.database.read { db in try Peers.list(in: db) }
        return peers.filter { $0.policy != .blocked && $0.failures == 0 && $0.lastSuccess != nil }
            .sorted { ($0.lastSuccess ?? $0.firstSeen) > ($1.lastSuccess ?? $1.firstSeen) }.prefix(3).map(\.host)
    }

    /// Says to which hosts nothing could be delivered. It is no failure of this node.
    private func hosts() async -> Finding {
        await check("hosts") {
            let since = node.clock.now - .days(30)
            let (silent, given) = try await node.database.read { db in
                let silent = try Peers.list(in: db).filter { $0.failures > 0 }
                return (silent.count, try OutboxQueue.expired(since: since, in: db))
            }
            let list = given.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(5)
            let lost = list.map { host, count in "\(count) to \(host)" }.joined(separator: ", ")
            let end = lost.isEmpty ? "" : "; given up in 30 days because nobody accepted them: \(lost)"
            return (silent == 0 ? "all accept deliveries" : "\(silent) do not accept deliveries at the moment") + end
        }
    }

    /// The limit is that of this command. A service manager or container may give `troquet serve` another one, which
    /// then stands in the log of its start.
    private func descriptors() async -> Finding {
        await check("descriptors") {
            DescriptorPlan.raiseLimit()
            try DescriptorPlan.current.requireMinimum()
            return DescriptorPlan.current.summary
        }
    }

    private func queues() async -> Finding {
        await check("queues") {
            let now = node.clock.now
            let backlogs = try await node.database.read { db in
                try LeasedQueue.all.map { queue in (queue.name, try queue.backlog(now: now, in: db)) }
            }
            for (name, backlog) in backlogs {
                guard let oldest = backlog.oldestDue, now - oldest > .minutes(10) else { continue }
                throw ConfigurationError("the oldest in \(name) is due since \(oldest): is a worker running?")
            }
            return backlogs.map { name, backlog in "\(backlog.count) in \(name)" }.joined(separator: ", ") + " wait"
        }
    }

    private func disk() async -> Finding {
        await check("disk") {
            var folders = [("media", node.settings.mediaFolder)]
            if let folder = node.settings.mail.folder { folders.append(("mail", folder)) }
            if node.settings.databaseFile != nil { folders.append(("database", node.settings.databaseFolder ?? ".")) }
            var rooms: [String] = []
            for (name, folder) in folders {
                guard let room = DiskRoom(folder) else { continue }
                guard room.free >= DiskRoom.minimum else {
                    throw ConfigurationError(
                        "\(room.freeMiB) MiB are free for \(name) in \(folder): make room, soon nothing can be stored.")
                }
                rooms.append("\(room.freeMiB) MiB free for \(name)")
            }
            return rooms.joined(separator: ", ")
        }
    }

    private func mail() async -> Finding {
        var finding = await check("mail") { try await MailReport(node).summary() }
        finding.isWarning = finding.isFine && !node.settings.community.mailReachesPeople
        return finding
    }

    private func media() async -> Finding {
        await check("media") {
            do throws(MediaError) {
                let finding = try await node.media.sandboxFinding()
                if case .absent = finding { throw .unavailable(finding.text) }
                try await node.media.tryPrograms()
                return finding.text
            } catch {
                guard case .unavailable(let reason) = error else { throw error }
                throw ConfigurationError(reason.hasSuffix(".") ? reason : "\(reason).")
            }
        }
    }
}
