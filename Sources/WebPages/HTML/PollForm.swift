// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Services
internal import Storage

extension Visit {
    /// Returns the poll of a post: its options as a form, or the result for viewers who have voted and for a poll that
    /// is over.
    func poll(_ view: PostView) -> HTML {
        maybe(view.poll) { poll in
            let isOver = poll.isOver(at: services.clock.now)
            let mayVote = person != nil && !isOver && poll.ownVotes.isEmpty && person?.account.id != view.author.id
            return """
                <div class="poll">\(mayVote ? ballot(poll, view) : result(poll, view, isOver: isOver))
                <p class="meta">\(facts(poll, isOver: isOver))</p></div>
                """
        }
    }

    private func ballot(_ poll: Poll, _ view: PostView) -> HTML {
        let kind = poll.isMultiple ? "checkbox" : "radio"
        let choices = each(Array(poll.options.enumerated())) { index, option in
            let id = "poll-\(view.post.id)-\(index)"
            return """
                <li><input type="\(kind)" id="\(id)" name="choice" value="\(String(index))">
                <label for="\(id)">\(view.withEmoji(option.title))</label></li>
                """
        }
        return form(
            "\(view.post.path)/vote", label: t(.pollVote),
            "<ul>\(choices)</ul>\(submit(t(.pollVote)))")
    }

    private func result(_ poll: Poll, _ view: PostView, isOver: Bool) -> HTML {
        let hides = poll.hidesTotals && !isOver
        return """
            <ul>\(each(Array(poll.options.enumerated())) { index, option in
                let mark = poll.ownVotes.contains(index) ? " ✓" : ""
                let votes = hides ? "" : " · \(t.count(.pollVotes, option.votes))"
                return "<li>\(view.withEmoji(option.title))\(mark)\(votes)</li>"
            })</ul>
            """
    }

    private func facts(_ poll: Poll, isOver: Bool) -> HTML {
        let end: HTML = maybe(poll.expiresAt) { " · \(t(isOver ? .pollEnded : .pollEnds)) \(moments.day($0))" }
        return "\(t.count(.pollVoters, poll.votersCount))\(end)"
    }
}
