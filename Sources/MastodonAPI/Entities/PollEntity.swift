// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Services
internal import Storage

extension JSONWriter {
    /// Poll: the poll of a post, or the invitation of an event.
    ///
    /// - Returns: false when there is no poll; then nothing is written.
    mutating func poll(of view: StatusView, _ node: Rendering, viewer: ID<Account>?) -> Bool {
        switch view.subject {
        case .post(let post):
            guard post.poll != nil else { return false }
            poll(of: post, node)
        case .event(let event):
            guard event.asks else { return false }
            poll(of: event, node)
        }
        return true
    }

    /// Null for a post that asks nothing.
    mutating func poll(of status: PostView, _ node: Rendering) {
        guard let poll = status.poll else { return null() }
        let isOver = poll.isOver(at: node.clock.now)
        object {
            $0.field("id", status.post.id)
            $0.field("expires_at", poll.expiresAt)
            $0.field("expired", isOver)
            $0.field("multiple", poll.isMultiple)
            let votes = poll.options.reduce(0) { $0 &+ max(0, $1.votes) }
            $0.field("votes_count", votes)
            $0.field("voters_count", poll.isMultiple ? poll.votersCount : votes)
            $0.field("voted", !poll.ownVotes.isEmpty || status.isOwn)
            $0.array("own_votes", poll.ownVotes) { $0.number($1) }
            $0.array("options", poll.options) { writer, option in
                writer.option(option.title, votes: poll.hidesTotals && !isOver ? nil : option.votes)
            }
            let used = status.post.emojis.filter { code in
                poll.options.contains { $0.title.contains(":\(code):") }
            }
            $0.emojis(used, of: status.author, node)
        }
    }

    /// Writes the invitation of an event as a poll, because apps have no other way to answer it. Writes null when
    /// people sign up on another site or need an invitation.
    ///
    /// Whoever gave up a seat is shown that, and may answer again. Whoever asked for a seat and has none yet is shown an
    /// answer of their own, because the first one would say that they have a seat.
    mutating func poll(of status: EventView, _ node: Rendering) {
        guard status.asks else { return null() }
        let event = status.event
        let rsvp = status.rsvp
        let counts = [max(0, status.going), max(0, status.maybeCount), max(0, status.absentCount)]
        let isFrench = event.isFrench(node)
        var options = Array(
            zip(isFrench ? ["J’y vais", "Peut-être", "Je ne viens pas"] : ["Going", "Maybe", "Can’t"], counts))
        if let pending = status.pendingTitle(isFrench) { options.append((pending, max(1, status.waiting))) }
        let votes = options.reduce(0) { $0 &+ $1.1 }
        let own = status.pendingTitle(isFrench) == nil ? rsvp?.rawValue : options.count - 1
        object {
            $0.field("id", event.id)
            $0.field("expires_at", event.startsAt)
            $0.field("expired", event.startsAt <= node.clock.now || !event.status.takesGuests)
            $0.field("multiple", false)
            $0.field("votes_count", votes)
            $0.field("voters_count", votes)
            $0.field("voted", rsvp != nil && rsvp != .no)
            $0.array("own_votes", [own].compactMap { $0 }) { $0.number($1) }
            $0.array("options", options) { $0.option($1.0, votes: $1.1) }
            $0.empty("emojis")
        }
    }

    private mutating func option(_ title: String, votes: Int?) {
        object {
            $0.field("title", title)
            if let votes { $0.field("votes_count", votes) } else { $0.null("votes_count") }
        }
    }
}

extension EventView {
    /// Whether one can say here whether one comes.
    fileprivate var asks: Bool { event.joinMode != .external && event.joinMode != .invite }

    /// The answer of a viewer who asked for a seat and has none yet; nil for everybody else.
    fileprivate func pendingTitle(_ isFrench: Bool) -> String? {
        switch viewer?.state {
        case .waiting: isFrench ? "Sur liste d’attente" : "On the waiting list"
        case .asked: isFrench ? "Demande envoyée" : "Request sent"
        case .going, .cancelled, .declined, nil: nil
        }
    }

    /// The viewer's answer.
    fileprivate var rsvp: RSVP? {
        switch viewer?.state {
        case .going, .waiting, .asked: .yes
        case .cancelled, .declined: interactions.liked ? .perhaps : .no
        case nil: interactions.liked ? .perhaps : nil
        }
    }
}
