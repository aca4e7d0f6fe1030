// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Vocabulary

/// Calls every public function of Storage, so that all its statements are recorded.
///
/// The results of the functions are tested elsewhere. Here each function must only run, at least once and with rows to
/// work on.
struct StatementTour {
    let scene: Scene

    func run() async throws {
        let stage = try await Stage(scene)
        try await scene.db.write { tx in
            try accounts(stage, tx)
            try members(stage, tx)
            try keysAndPeers(stage, tx)
            try relations(stage, tx)
            try postsAndReactions(stage, tx)
            try postLists(stage, tx)
            try events(stage, tx)
            try guests(stage, tx)
            try inbox(stage, tx)
            try outbox(stage, tx)
            try sessions(stage, tx)
            try mail(stage, tx)
            try media(stage, tx)
            try push(stage, tx)
            try streams(stage, tx)
            try clients(stage, tx)
            try notifications(stage, tx)
            try personal(stage, tx)
            try posting(stage, tx)
            try moderation(stage, tx)
            try retention(stage, tx)
            try ends(stage, tx)
        }
    }

    /// The accounts, posts and events of the tour.
    struct Stage: Sendable {
        let ada, group, vic: Account
        let post, answer: Post
        let event: Event
        let address: IRI
        let now = Scene.start
        let digest = [UInt8](repeating: 1, count: 32)
        let page = PageRequest()

        init(_ scene: Scene) async throws {
            ada = try await scene.account("ada")
            group = try await scene.account("cafe", kind: .group)
            vic = try await scene.account("vic", host: "far.example")
            post = try await scene.post(by: ada, mentions: [vic], tags: ["tea"])
            answer = try await scene.post(by: vic, replyingTo: post)
            event = try await scene.event(by: group, capacity: 1)
            address = try scene.iri("things")
        }
    }

    private func accounts(_ s: Stage, _ tx: Transaction) throws {
        try Accounts.insert(try Someone.local(901, "bob"), in: tx)
        for _ in 1...2 { _ = try Accounts.upsertRemote(try Someone.remote(902, "una"), in: tx) }
        _ = try Accounts.byID(s.ada.id, in: tx)
        _ = try Accounts.byIRI(s.ada.iri, in: tx)
        _ = try Accounts.byHandle(s.ada.handle, in: tx)
        _ = try Accounts.byHandles([s.ada.handle], in: tx)
        _ = try Accounts.byFollowersIRI(s.address, in: tx)
        _ = try Accounts.byIDs([s.ada.id, s.vic.id], in: tx)
        _ = try Accounts.byIRIs([s.ada.iri, s.vic.iri], in: tx)
        try Accounts.update(s.ada, summarySource: "tea", at: s.now, in: tx)
        _ = try Accounts.summarySource(of: s.ada.id, in: tx)
        try Accounts.suspend(s.vic.id, at: s.now, in: tx)
        try Accounts.suspend(s.vic.id, at: nil, in: tx)
    }

    private func members(_ s: Stage, _ tx: Transaction) throws {
        try LocalAccounts.insert(Someone.member(s.ada, approvedAt: nil), signUpNote: "tea?", in: tx)
        _ = try LocalAccounts.waiting(in: tx)
        _ = try LocalAccounts.waitingCount(in: tx)
        _ = try LocalAccounts.waiting(among: [s.ada.id], in: tx)
        _ = try LocalAccounts.approve(s.ada.id, at: s.now, in: tx)
        _ = try LocalAccounts.byID(s.ada.id, in: tx)
        _ = try LocalAccounts.byEmail("ada@mail.example", in: tx)
        _ = try LocalAccounts.byName("ada", in: tx)
        _ = try LocalAccounts.list(in: tx)
        _ = try LocalAccounts.stewards(in: tx)
        _ = try LocalAccounts.hasSteward(in: tx)
        _ = try LocalAccounts.hasSteward(besides: s.ada.id, in: tx)
        try LocalAccounts.setRole(s.ada.id, .steward, in: tx)
        try LocalAccounts.setPassword(s.ada.id, hash: nil, in: tx)
        try LocalAccounts.setLanguage(s.ada.id, "fr", in: tx)
        _ = try LocalAccounts.setEmail(s.ada.id, "ada@elsewhere.example", in: tx)
        let eve = try Someone.local(903, "eve")
        try Accounts.insert(eve, in: tx)
        try LocalAccounts.insert(Someone.member(eve, approvedAt: nil), signUpNote: "", in: tx)
        _ = try LocalAccounts.remove(eve.id, in: tx)
        _ = try Accounts.groups(in: tx)
        _ = try Accounts.followedGroups(of: s.ada.id, in: tx)
        _ = try Accounts.suspended(in: tx)
        for isListed in [true, false] { _ = try Accounts.members(s.page, onlyListed: isListed, in: tx) }
        _ = try Accounts.newcomers(since: s.now, limit: 5, in: tx)
        _ = try Accounts.helpers(since: s.now, limit: 5, in: tx)
        _ = try Accounts.counts(activeSince: s.now, halfYear: s.now, in: tx)
        try Settings.set("motd", "tea", in: tx)
        _ = try Settings.value("motd", in: tx)
    }

    private func keysAndPeers(_ s: Stage, _ tx: Transaction) throws {
        let pair = KeyPair(privatePEM: "private", publicPEM: "public")
        try Keys.insertLocal(keyID: "ada#key", account: s.ada.id, pair: pair, at: s.now, in: tx)
        try Keys.remember(keyID: "vic#old", account: s.vic.id, publicPEM: "pem", at: s.now, in: tx)
        try Keys.rememberOnly(keyID: "vic#new", account: s.vic.id, publicPEM: "pem", at: s.now, in: tx)
        _ = try Keys.publicKey("vic#new", in: tx)
        _ = try Keys.signing(for: s.ada.id, in: tx)
        try Peers.touch("far.example", at: s.now, in: tx)
        try Peers.setPolicy("far.example", .limited, note: "", at: s.now, in: tx)
        try Peers.failed("far.example", at: s.now, restUntil: s.now, in: tx)
        try Peers.succeeded("far.example", at: s.now, in: tx)
        try Peers.rememberScheme("far.example", "cavage", until: s.now, in: tx)
        try Peers.rememberSoftware("far.example", "lemmy", at: s.now, in: tx)
        try Peers.saw("far.example", .threadiverse, at: s.now, in: tx)
        _ = try Peers.software(of: "far.example", in: tx)
        _ = try Peers.state(of: "far.example", in: tx)
        _ = try Peers.list(in: tx)
        _ = try Peers.policies(in: tx)
        _ = try Peers.ties(with: ["far.example"], in: tx)
        _ = try Accounts.localIRI(in: tx)
        _ = try Peers.decided(in: tx)
        _ = try Peers.policy(of: "far.example:444", in: tx)
        _ = try Peers.resting(["far.example"], at: s.now, in: tx)
        try Peers.failed("far.example", at: s.now, restUntil: s.now + .hours(1), in: tx)
        try Peers.wake("far.example", at: s.now, in: tx)
        _ = try Processes.living(at: s.now, in: tx)
        _ = try Processes.areSeveral(in: tx)
    }

    private func relations(_ s: Stage, _ tx: Transaction) throws {
        for target in [s.group, s.ada] {
            _ = try Follows.request(by: s.vic.id, of: target.id, activity: s.address, at: s.now, in: tx)
            _ = try Follows.setState(.accepted, by: s.vic.id, of: target.id, in: tx)
        }
        _ = try Follows.find(by: s.vic.id, of: s.ada.id, in: tx)
        _ = try Follows.byActivity(s.address, in: tx)
        _ = try Follows.followsAny(localTo: s.group.id, in: tx)
        _ = try Follows.followers(of: s.ada.id, s.page, in: tx)
        _ = try Follows.following(of: s.vic.id, s.page, in: tx)
        _ = try Follows.followerCount(of: s.ada.id, in: tx)
        _ = try Follows.followingCount(of: s.vic.id, in: tx)
        _ = try Follows.pending(of: s.ada.id, in: tx)
        _ = try Follows.pending(ofEach: [s.group.id], in: tx)
        _ = try Follows.byLocalGroups(of: s.ada.id, in: tx)
        _ = try Follows.acceptedGroups(followedBy: s.vic.id, in: tx)
        _ = try Follows.remove(by: s.vic.id, of: s.ada.id, in: tx)
        _ = try Blocks.add(by: s.ada.id, target: s.vic.id, activity: s.address, at: s.now, in: tx)
        _ = try Blocks.exists(between: s.ada.id, s.vic.id, in: tx)
        _ = try Blocks.target(ofActivity: s.address, by: s.ada.id, in: tx)
        _ = try Blocks.activity(by: s.ada.id, target: s.vic.id, in: tx)
        _ = try Blocks.targets(of: s.ada.id, in: tx)
        _ = try Blocks.remove(by: s.ada.id, target: s.vic.id, in: tx)
        try GroupRoles.set(.moderator, group: s.group.id, account: s.ada.id, in: tx)
        _ = try GroupRoles.moderators(of: s.group.id, in: tx)
        _ = try GroupRoles.role(of: s.ada.id, group: s.group.id, in: tx)
        _ = try GroupRoles.remove(group: s.group.id, account: s.ada.id, in: tx)
        let report = Report(
            id: ID(1), activity: s.address, reporter: s.vic.id, target: s.ada.id, objects: [], comment: "",
            createdAt: s.now)
        _ = try Reports.insert(report, in: tx)
        _ = try Reports.open(in: tx)
        _ = try Reports.openCount(in: tx)
        _ = try ReportedItems.load([s.address.string], in: tx)
        for deed in [ModerationDeed.Kind.suspended, .hostBlocked] {
            try ModerationLog.add(
                ModerationDeed(
                    id: ID(deed == .suspended ? 1 : 2), moderator: s.ada.id, kind: deed, target: s.ada.id,
                    host: "far.example", createdAt: s.now), in: tx)
        }
        _ = try ModerationLog.list(s.page, in: tx)
        _ = try Reports.resolve(ID(1), at: s.now, in: tx)
        _ = try Moves.record(s.vic.id, target: s.address, activity: s.address, at: s.now, in: tx)
    }

    private func postsAndReactions(_ s: Stage, _ tx: Transaction) throws {
        var parts = PostParts()
        parts.mentions = [s.vic.id]
        parts.hashtags = ["tea"]
        parts.attachments = [Attachment(url: s.address, mediaType: "image/png", description: "")]
        var post = Post(
            id: ID(904), iri: s.address, author: s.ada.id, content: .empty, visibility: .everyone, publishedAt: s.now,
            isLocal: true)
        _ = try Posts.insert(post, parts, in: tx)
        let new = Post(
            id: ID(905), iri: s.address.appending(path: "new"), author: s.ada.id, content: .empty,
            visibility: .everyone, publishedAt: s.now, isLocal: true)
        try Posts.insertNew(new, parts, in: tx)
        post.title = "Tea"
        try Posts.update(post, parts, in: tx)
        try Posts.attachOrphanReplies(of: s.post, in: tx)
        try Posts.attachOrphanReplies(of: s.event, in: tx)
        _ = try Posts.byID(post.id, in: tx)
        _ = try Posts.byIRI(post.iri, in: tx)
        _ = try Posts.parts(of: post.id, in: tx)
        _ = try Posts.relation(of: s.vic.id, to: post, in: tx)
        try arrivals(s, tx)
        _ = try Boosts.add(ID(1), account: s.vic.id, post: s.post.id, activity: s.address, at: s.now, in: tx)
        _ = try Boosts.byActivity(s.address, in: tx)
        _ = try Boosts.find(account: s.vic.id, post: s.post.id, in: tx)
        _ = try Boosts.count(of: s.post.id, in: tx)
        _ = try Boosts.remove(account: s.vic.id, post: s.post.id, in: tx)
        _ = try Likes.add(account: s.vic.id, post: s.post.id, activity: s.address, at: s.now, in: tx)
        _ = try Likes.byActivity(s.address, in: tx)
        _ = try Likes.find(account: s.vic.id, post: s.post.id, in: tx)
        _ = try Likes.count(of: s.post.id, in: tx)
        _ = try Likes.remove(account: s.vic.id, post: s.post.id, in: tx)
    }

    private func arrivals(_ s: Stage, _ tx: Transaction) throws {
        var post = Post(
            id: ID(906), iri: s.address.appending(path: "arriving"), author: s.vic.id, content: .empty,
            visibility: .everyone, publishedAt: s.now, isLocal: false)
        post.inReplyToIRI = s.post.iri
        _ = try ArrivingPosts.knowledge(
            of: post.iri, by: s.vic.id, naming: [s.ada.iri], replyingTo: s.post.iri, in: tx)
        let arriving = try ArrivingPosts.read(
            post.iri, by: s.vic.id, naming: [s.ada.iri], replyingTo: s.post.iri, at: s.now, in: tx)
        _ = try Posts.insert(post, PostParts(), arriving, in: tx)
        let other = Post(
            id: ID(907), iri: s.address.appending(path: "other"), author: s.vic.id, content: .empty,
            visibility: .everyone, publishedAt: s.now, isLocal: false)
        _ = try PostAudience.storing(
            other, PostParts(), arriving, followersOf: [s.group.id], at: s.now, in: tx)
        try Boosts.addFirst(ID(908), account: s.group.id, post: other.id, activity: s.address, at: s.now, in: tx)
        let like = try Likes.receive(from: s.vic.id, of: s.post, activity: s.address, at: s.now, in: tx)
        if let like { try Notifications.favoured(like, at: s.now, ids: IDMaker(slot: 62), in: tx) }
        _ = try Likes.remove(account: s.vic.id, post: s.post.id, in: tx)
        _ = try UndoneActivities.find([.activity(s.address)], by: s.vic.id, andPost: s.post.iri, in: tx)
        _ = try Posts.byIRI(post.iri, seenBy: s.ada.id, in: tx)
        _ = try RelayAudience.of(s.group.id, for: s.vic.id, at: s.now, in: tx)
    }

    private func postLists(_ s: Stage, _ tx: Transaction) throws {
        for mode in FederationMode.allCases {
            _ = try Timelines.discussions(s.page, viewer: nil, mode: mode, in: tx)
            _ = try Timelines.group(s.group.id, s.page, viewer: s.vic.id, mode: mode, in: tx)
        }
        _ = try Timelines.mentions(s.vic.id, s.page, in: tx)
        _ = try Threads.load(s.post.thread, viewer: s.vic.id, in: tx)
        let place = AnswerPosition(publishedAt: s.answer.publishedAt, post: s.answer.id)
        for range in [AnswerRange.beginning, .after(place), .before(place), .around(place)] {
            _ = try Threads.answers(to: .post(s.post.id), range, viewer: nil, in: tx)
            _ = try Threads.answers(to: .event(s.event.id), range, viewer: nil, in: tx)
        }
        _ = try Threads.replyIRIs(to: s.post.iri, in: tx)
        _ = try Threads.remoteParticipants(in: s.post.id, ofGroup: s.group.id, forPostBy: s.ada.id, in: tx)
        _ = try Posts.iris(of: [s.post.id], in: tx)
        _ = try PostViews.load([s.post.id, s.answer.id], viewer: s.ada.id, with: .page, in: tx)
        _ = try PostViews.one(s.post.id, viewer: nil, in: tx)
        _ = try PostViews.unrestricted(s.post.id, in: tx)
    }

    private func events(_ s: Stage, _ tx: Transaction) throws {
        let event = Event(
            id: ID(905), iri: s.address, owner: s.group.id, uuid: "u", title: "Tea", startsAt: s.now,
            endsAt: s.now + .hours(1), publishedAt: s.now, isLocal: true)
        _ = try Events.insert(event, in: tx)
        try Events.update(event, in: tx)
        _ = try Events.byID(event.id, in: tx)
        _ = try Events.byIRI(event.iri, in: tx)
        _ = try Events.lock(event.id, in: tx)
        _ = try Events.setOnlineURL(s.address, of: event.id, in: tx)
        for mode in FederationMode.allCases {
            for scope in [.community, .of(s.group.id), .shown(by: s.group.id)] as [EventScope] {
                for after in [nil, (s.now, event.id)] as [(Timestamp, ID<Event>)?] {
                    _ = try Events.upcoming(
                        from: s.now, scope: scope, limit: 5, after: after, viewer: nil, mode: mode, in: tx)
                    _ = try Events.past(
                        before: s.now, scope: scope, limit: 5, after: after, viewer: nil, mode: mode, in: tx)
                }
            }
        }
        _ = try EventViews.load([event.id, s.event.id], viewer: s.ada.id, with: .page, in: tx)
        _ = try EventViews.one(event.id, viewer: nil, in: tx)
        _ = try EventViews.unrestricted(event.id, in: tx)
        _ = try Events.relation(of: s.ada.id, to: event, in: tx)
        _ = try EventShares.add(
            scene.id(), event: event.id, account: s.group.id, activity: s.address, at: s.now, in: tx)
        _ = try EventShares.byActivity(s.address, in: tx)
        _ = try EventShares.find(event: event.id, account: s.group.id, in: tx)
        _ = try EventShares.remove(event: event.id, account: s.group.id, in: tx)
        _ = try EventInvitations.add([s.ada.id], to: event.id, in: tx)
        _ = try Events.delete(event.id, in: tx)
    }

    private func guests(_ s: Stage, _ tx: Transaction) throws {
        let guests = [s.ada, s.vic].map {
            Guest(account: $0.id, event: s.event.id, state: .asked, join: s.address, requestedAt: s.now)
        }
        for (rank, guest) in guests.enumerated() { _ = try GuestLists.requestToJoin(guest, rank: Int64(rank), in: tx) }
        _ = try GuestLists.requestToJoin(guests[0], rank: 9, in: tx)
        _ = try GuestLists.find(account: s.ada.id, event: s.event.id, in: tx)
        _ = try GuestLists.byJoin(s.address, in: tx)
        _ = try GuestLists.remoteGuests(of: s.event.id, in: tx)
        _ = try GuestLists.page(s.event.id, state: .going, limit: 1, in: tx)
        _ = try GuestLists.counts(s.event.id, in: tx)
        _ = try GuestLists.position(account: s.vic.id, event: s.event.id, in: tx)
        _ = try GuestLists.of(s.ada.id, from: s.now, in: tx)
        _ = try GuestLists.attendees(
            s.event.id, viewer: s.ada.id, after: AccountMark(rank: 1, account: s.ada.id), limit: 1, in: tx)
        _ = try GuestLists.leave(account: s.ada.id, event: s.event.id, in: tx)
        _ = try GuestLists.decline(account: s.vic.id, event: s.event.id, in: tx)
        _ = try GuestLists.resize(s.event.id, to: 5, in: tx)
        try GuestLists.set(guests[0], rank: 3, in: tx)
    }

    private func inbox(_ s: Stage, _ tx: Transaction) throws {
        let activity = ReceivedActivity(
            id: ID(1), activity: s.address, type: "Like", signer: s.vic.id, keyID: "k", body: "{}", receivedAt: s.now)
        _ = try InboxQueue.accept(activity, in: tx)
        _ = try InboxQueue.knows(s.address, in: tx)
        _ = try InboxQueue.lease(signers: 5, Lease(now: s.now, until: s.now + .minutes(1)), in: tx)
        try InboxQueue.postpone(ID(1), until: s.now, reason: "", in: tx)
        try InboxQueue.park(ID(1), reason: "", in: tx)
        _ = try HeldActivities.hasRoom(for: "far.example", in: tx)
        try tx.run("UPDATE received SET outcome = 'held:far.example' WHERE state = 'parked'")
        _ = try HeldActivities.hosts(in: tx)
        _ = try HeldActivities.release("far.example", at: s.now, in: tx)
        _ = try HeldActivities.drop("far.example", in: tx)
        _ = try InboxQueue.finish(ID(1), outcome: "applied", in: tx)
        _ = try InboxQueue.queue.backlog(now: s.now, in: tx)
        _ = try InboxQueue.outcome(of: s.address, in: tx)
        _ = try InboxQueue.queue.prune(before: s.now, in: tx)
        _ = try InboxQueue.queue.extend([QueueKey(activity.id)], Lease(now: s.now, until: s.now), in: tx)
        _ = try SignatureMemory.remember(s.digest, until: s.now, in: tx)
        _ = try Retention.sweep("seen_signature", at: s.now, in: tx)
    }

    private func outbox(_ s: Stage, _ tx: Transaction) throws {
        let said = SentActivity(
            id: ID(1), iri: s.address, actor: s.ada.id, type: "Create", object: s.post.iri, body: "{}", isPublic: true,
            createdAt: s.now)
        try OutboxQueue.insert(said, in: tx)
        try OutboxQueue.deliver(said, to: [s.address, s.post.iri, s.event.iri], ids: IDMaker(), in: tx)
        _ = try OutboxQueue.followerInboxes(of: s.group.id, in: tx)
        _ = try OutboxQueue.guestInboxes(of: s.event.id, in: tx)
        for busy in [[], ["busy.example", "calm.example"]] {
            let lease = Lease(now: s.now, until: s.now + .minutes(1))
            _ = try OutboxQueue.lease(LeaseRequest(limit: 1, lease, busyHosts: busy), in: tx)
        }
        let rest = try OutboxQueue.lease(LeaseRequest(limit: 1, Lease(now: s.now, until: s.now)), in: tx)
        for delivery in rest {
            try OutboxQueue.postpone(delivery.id, until: s.now, in: tx)
            try OutboxQueue.release([delivery.id], in: tx)
            try OutboxQueue.abandon(delivery, record: ID(1), reason: "", at: s.now, in: tx)
        }
        try OutboxQueue.finish([ID(1)], in: tx)
        _ = try OutboxQueue.abandonExpired(1, ids: IDMaker(), at: s.now + .days(15), in: tx)
        _ = try OutboxQueue.expired(since: s.now, in: tx)
        try GoneInboxes.forget(s.address, in: tx)
        _ = try AnsweredRequests.find(s.address, in: tx)
        _ = try DatabaseHealth.isIntact(in: tx)
        _ = try SentActivities.byID(said.id, in: tx)
        _ = try SentActivities.newest("Create", by: s.ada.id, about: s.post.iri, in: tx)
        _ = try SentActivities.outbox(of: s.ada.id, s.page, in: tx)
        _ = try SentActivities.outboxCount(of: s.ada.id, in: tx)
    }

    private func sessions(_ s: Stage, _ tx: Transaction) throws {
        let later = s.now + .days(1)
        try Sessions.insert(s.digest, account: s.ada.id, at: s.now, expires: later, in: tx)
        _ = try Sessions.find(s.digest, at: s.now, in: tx)
        _ = try Sessions.account(s.digest, at: s.now, in: tx)
        _ = try Sessions.extend(s.digest, at: s.now, expires: later, in: tx)
        try Sessions.delete(s.digest, in: tx)
        try Sessions.deleteAll(of: s.ada.id, in: tx)
        _ = try Retention.sweep("session", at: s.now, in: tx)
        try SignInLinks.insert(s.digest, account: s.ada.id, expires: later, in: tx)
        _ = try SignInLinks.use(s.digest, at: s.now, in: tx)
        try SignInLinks.deleteAll(of: s.ada.id, in: tx)
        _ = try Retention.sweep("sign_in_link", at: s.now, in: tx)
        try Invitations.insert(s.digest, createdBy: s.ada.id, expires: later, in: tx)
        _ = try Invitations.find(s.digest, at: s.now, in: tx)
        _ = try Invitations.use(s.digest, at: s.now, in: tx)
        _ = try Retention.sweep("invitation", at: s.now, in: tx)
    }

    private func ends(_ s: Stage, _ tx: Transaction) throws {
        _ = try Posts.delete(s.answer.id, in: tx)
        try Accounts.markDeleted(s.ada.id, at: s.now, in: tx)
        try Tombstones.record(s.post.iri, actor: s.ada.iri, formerType: "Note", at: s.now, in: tx)
        _ = try Tombstones.find(s.post.iri, in: tx)
    }
}
