// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Model
internal import Services
internal import Storage
internal import TextEncoding

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
            "<ul class=\"ballot\">\(choices)</ul>\(submit(t(.pollVote)))")
    }

    /// The number of answers that the form of a new post offers.
    private static var pollFields: ClosedRange<Int> { 1...4 }

    /// Returns the fields of a new poll, hidden behind a summary.
    func pollFields(_ state: FormState) -> HTML {
        let answers = each(Self.pollFields) { number in
            let name = "poll\(number)"
            return field(Field(name, t(.pollAnswer, String(number))).with { $0.limit = Poll.Limits.title }, state)
        }
        let days = [1, 3, 7, 14, 30].map { Field.Choice(value: String($0), label: t.count(.pollDays, $0)) }
        let isOpen = Self.pollFields.contains { !state["poll\($0)"].isEmpty } || state.error("poll") != nil
        return """
            <details class="pictures" id="field-poll"\(" open", if: isOpen)><summary>\(t(.addPoll))</summary>
            <p class="hint">\(t(.pollHint))</p>
            \(maybe(state.error("poll")) { "<p class=\"problem\">\(t.problem($0))</p>" })\(answers)
            \(field(Field("poll_days", t(.pollLength), .choice(days)), state))
            \(checkbox("poll_multiple", t(.pollMultiple), hint: t(.pollMultipleHint), state))</details>
            """
    }

    private func result(_ poll: Poll, _ view: PostView, isOver: Bool) -> HTML {
        let hides = poll.hidesTotals && !isOver
        let most = poll.options.map(\.votes).max() ?? 0
        return """
            <ul class="results">\(each(Array(poll.options.enumerated())) { index, option in
                let mark: HTML = when(poll.ownVotes.contains(index), "<span class=\"badge yes\">✓ \(t(.pollYours))</span>")
                let votes: HTML = when(!hides, "<span class=\"meta\">\(t.count(.pollVotes, option.votes))</span>")
                let bar: HTML = when(!hides && most > 0, """
                    <progress aria-hidden="true" max="\(String(most))" value="\(String(option.votes))"></progress>
                    """)
                return "<li><span>\(view.withEmoji(option.title)) \(mark)</span>\(votes)\(bar)</li>"
            })</ul>
            """
    }

    private func facts(_ poll: Poll, isOver: Bool) -> HTML {
        let end: HTML = maybe(poll.expiresAt) { " · \(t(isOver ? .pollEnded : .pollEnds)) \(moments.day($0))" }
        return "\(t.count(.pollVoters, poll.votersCount))\(end)"
    }
}

extension Submission {
    /// The names of the fields of a new poll.
    static let pollFields = ["poll1", "poll2", "poll3", "poll4", "poll_days", "poll_multiple"]

    /// Returns the poll of the form; nil when no answer is filled in.
    var poll: PollDraft? {
        let answers = Self.pollFields.prefix(4).map { String(form[$0].trimmingWhitespace) }.filter { !$0.isEmpty }
        guard !answers.isEmpty else { return nil }
        let days = min(max(Int(form["poll_days"]) ?? 7, 1), 30)
        return PollDraft(options: answers, seconds: days * 86_400, isMultiple: form["poll_multiple"] == "yes")
    }
}
