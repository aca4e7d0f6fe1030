// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage

extension Post {
    /// The path of the post's page on this node.
    var path: String { "/posts/\(id)" }

    /// Whether it asks something, as far as a reader can see: a question mark, in any script.
    var isQuestion: Bool {
        (title + content.plainText(limit: 600)).contains { "?？؟⸮՞".contains($0) }
    }

    /// The headline of the post in a list: its title, or the beginning of its text.
    var headline: String {
        if !title.isEmpty { return title }
        if !warning.isEmpty { return warning }
        return content.plainText(limit: 90)
    }
}

extension Visit {
    /// Returns the card of a discussion in a list: title, excerpt, who replied, time of the last reply.
    func discussionCard(_ view: PostView, heading: Heading = .third) -> HTML {
        let post = view.post
        let lines = post.title.isEmpty || !post.warning.isEmpty ? "" : post.content.plainText(limit: 180)
        return """
            <li class="card talk">\(AccountCard.avatar(view.author))<div\("lang", foreign(post.language))>
            \(heading.wrap("<a dir=\"auto\" href=\"\(post.path)\">\(view.withEmoji(headline(post)))</a>"))
            \(when(!lines.isEmpty, "<p class=\"lines\" dir=\"auto\">\(view.withEmoji(lines))</p>"))
            <p class="meta"\("lang", foreign(post.language) == nil ? nil : t.language.rawValue)>\(byline(view))</p>
            \(repliers(view))</div></li>
            """
    }

    private func headline(_ post: Post) -> String {
        let text = post.headline
        return text.isEmpty ? t(.pictureOnly) : text
    }

    private func byline(_ view: PostView) -> HTML {
        """
        \(view.author.shownNameHTML)\(maybe(view.group) { " · \($0.shownName)" })\
        \(maybe(view.sharedBy) { " · \(t(.sharedBy, $0.shownName))" })\
        \(when(!view.author.isLocal, " · \(t(.from, view.author.host))")) · \(moments.element(ago: view.post.publishedAt))
        """
    }

    private func repliers(_ view: PostView) -> HTML {
        guard view.answerCount > 0 else {
            let isOpening = view.post.isTopLevel && view.post.event == nil
            return when(isOpening, "<p class=\"answers\"><span class=\"awaits\">\(t(.awaitsAnswer))</span></p>")
        }
        let last = maybe(view.lastReplyAt) {
            " · <span class=\"meta\">\(t(.lastAnswer)) \(moments.element(ago: $0))</span>"
        }
        return """
            <p class="answers">\(AccountCard.avatarsWithoutLinks(view.repliers, label: t(.whoAnswered)))
            <span>\(t.count(.answerCount, view.answerCount))\(last)</span></p>
            """
    }

    /// Returns a post in its thread with its whole text and its buttons.
    ///
    /// - Parameter parent: the post that it answers; nil when that is the subject of the page.
    func threadPost(_ view: PostView, parent: AnsweredPost?, isCurrent: Bool) -> HTML {
        let post = view.post
        return """
            <article class="post\(" current", if: isCurrent)" id="post-\(post.id)" aria-label="\(t(.postBy, view.author.shownName))">
            <header>\(AccountCard.avatar(view.author))<p><a class="name" href="\(view.author.path)">\(view.author.shownNameHTML)</a>
            <span class="meta">\(view.author.isLocal ? "" : view.author.fullHandle(community)) \
            <a href="\(post.path)">\(moments.element(ago: post.publishedAt))</a>\
            \(when(post.editedAt != nil, " · \(t(.wasEdited))"))\(visibilityNote(post))</span></p></header>
            \(maybe(parent) { parent in
                "<p class=\"meta to\"><a href=\"\(parent.address)\">\(t(.answerTo, parent.view.author.shownName))</a></p>"
            })
            \(maybe(flash) { flash in
                when(flash.post == post.id, flashMessage(flash.message, style: "notice at-post"))
            })\(words(view))
            \(actions(view))</article>
            """
    }

    /// Returns the text of a post, collapsed behind its warning when it has one. Pictures that were uploaded to this
    /// node are shown. Pictures on other hosts are links, because a request for them would tell these hosts who reads
    /// the page.
    func words(_ view: PostView) -> HTML {
        let post = view.post
        let text: HTML =
            "<div class=\"words\" dir=\"auto\"\("lang", foreign(post.language))>\(EmojiText.html(post.content, known: post.emojis, of: view.author))</div>\(poll(view))\(attachments(view))"
        guard !post.warning.isEmpty else { return text }
        return "<details class=\"warning\"><summary>\(view.withEmoji(post.warning))</summary>\(text)</details>"
    }

    private func attachments(_ view: PostView) -> HTML {
        when(
            !view.attachments.isEmpty,
            """
            <ul class="attachments">\(each(view.attachments) { file in
                if let shown = LocalMedia.element(file) { return "<li>\(shown)</li>" }
                let kind = t(file.mediaType.hasPrefix("image/") ? .picture : .file)
                let label = file.description.isEmpty ? kind : "\(kind) : \(file.description)"
                return "<li><a href=\"\(String(describing: file.url))\" rel=\"nofollow noopener noreferrer ugc\">\(label)</a></li>"
            })</ul>
            """)
    }

    private func visibilityNote(_ post: Post) -> HTML {
        switch post.visibility {
        case .everyone: .nothing
        case .unlisted: " · \(t(.visibleUnlisted))"
        case .followers: " · \(t(.visibleFollowers))"
        case .direct: " · \(t(.visibleDirect))"
        }
    }

    private func actions(_ view: PostView) -> HTML {
        guard let person else { return .nothing }
        let post = view.post
        let isOwn = view.author.id == person.account.id
        let thanks = view.interactions.liked ? "unlike" : "like"
        let boost = view.interactions.boosted ? "unboost" : "boost"
        return """
            <div class="deeds"><a class="button quiet small" href="\(post.path)#answer">\(t(.answer))</a>
            \(when(!isOwn, button("\(post.path)/\(thanks)", t(view.interactions.liked ? .thanked : .thank), style: "button quiet small", pressed: view.interactions.liked)))
            \(when(post.visibility.isOpen, button("\(post.path)/\(boost)", t(view.interactions.boosted ? .recommended : .recommendPost), style: "button quiet small", pressed: view.interactions.boosted)))
            \(keepButton(.post(post.id), isKept: view.interactions.bookmarked, next: "\(post.path)#post-\(post.id)"))
            \(when(isOwn, "<a class=\"button quiet small\" href=\"\(post.path)/edit\">\(t(.edit))</a>"))
            \(when(post.group != nil && post.group == moderatedGroup, removal(view)))
            \(when(!isOwn && isModerator && post.isLocal, deletion(post)))
            \(when(!post.isLocal, originLink(post)))
            \(when(!isOwn, "<a class=\"button quiet small\" href=\"/report?post=\(post.id)\">\(t(.report))</a>"))</div>
            """
    }

    /// Returns the delete button. It is hidden behind an explanation, so that deleting takes two steps without a
    /// script.
    func deletion(_ post: Post) -> HTML { deletion(ofPostAt: post.path) }

    /// As above, for a post of which only the path of its page is known.
    func deletion(ofPostAt path: String) -> HTML {
        """
        <details class="danger"><summary>\(t(.delete))</summary><p>\(t(.deleteExplained))</p>
        \(button("\(path)/delete", t(.deleteForGood), style: "button stop small"))</details>
        """
    }

    private func originLink(_ post: Post) -> HTML {
        let address = String(describing: post.url ?? post.iri)
        return """
            <a class="button quiet small" href="\(address)" rel="nofollow noopener noreferrer ugc">\(t(.seeAtOrigin))</a>
            """
    }
}
