// SPDX-License-Identifier: Apache-2.0

import HTTPSupport
internal import HTTPTypes
internal import Hummingbird

extension Visit {
    /// Returns an error page: what happened, what was kept, and what to do next. It shows no internal details.
    func errorPage(_ status: HTTPResponse.Status, code: String) -> Response {
        let (title, text) = sentences(status, code)
        let isOurs = status.code >= 500
        let content: HTML = """
            <div class="empty"><h1>\(t(title))</h1>\(Pictures.emptyChair)<p>\(t(text))</p>
            \(when(isOurs, "<p class=\"hint\">\(t(.errorNumber)) <code>\(context.requestID)</code></p>"))
            \(maybe(code == "cross_site" ? typed?["text"] : nil) { text in
                when(!text.isEmpty, """
                    <div class="field"><label for="kept-text">\(t(.yourTextHere))</label>
                    <textarea id="kept-text" dir="auto" rows="8" readonly>
                    \(text)</textarea></div>
                    """)
            })
            <p><a class="button" href="/">\(t(.backHome))</a> <a class="button quiet" href="/events">\(t(.wholeAgenda))</a></p></div>
            """
        let page = Page(t(title), content: content).with {
            $0.hasCorner = false
            $0.isHidden = true
        }
        return respond(page, status: status)
    }

    private func sentences(_ status: HTTPResponse.Status, _ code: String) -> (Phrase, Phrase) {
        switch (code, status.code) {
        case ("cross_site", _): (.errorForm, .errorFormText)
        case ("event_cancelled", _), ("event_postponed", _), ("event_over", _): (.errorConflict, .errorEventText)
        case (_, 404), (_, 410): (.errorNotFound, .errorNotFoundText)
        case (_, 405): (.errorMethod, .errorMethodText)
        case (_, 409): (.errorConflict, .errorConflictText)
        case (_, 413): (.errorTooLarge, .errorTooLargeText)
        case (_, 429): (.errorTooMany, .errorTooManyText)
        case (_, 503): (.errorUnavailable, .errorUnavailableText)
        case (_, 502): (.errorElsewhere, .errorElsewhereText)
        case (_, 400..<500): (.errorRequest, .errorRequestText)
        default: (.errorInternal, .errorInternalText)
        }
    }
}
