// SPDX-License-Identifier: Apache-2.0

internal import Services

/// What stands in a form: what was typed before, and what is wrong with it.
struct FormState: Sendable {
    /// By the field's name.
    var values: [String: String] = [:]
    /// In the order of the form.
    var errors: [FieldError] = []

    /// An empty form.
    init() {}

    /// A form that is filled in.
    init(_ values: [String: String]) { self.values = values }

    /// What a field holds.
    subscript(name: String) -> String { values[name] ?? "" }

    /// What is wrong with a field.
    func error(_ name: String) -> FieldError? { errors.first { $0.field == name } }
}

/// One field: its label is always there, its help and its problem are tied to it.
struct Field: Sendable {
    /// What one types into it.
    enum Kind: Sendable, Equatable {
        case text, email, password, moment, number, url
        case area(rows: Int)
        case choice([Choice])
        case file(accept: String)
    }

    /// One line of a choice.
    struct Choice: Sendable, Equatable {
        var value: String
        var label: String
    }

    var name: String
    var label: String
    var kind = Kind.text
    var hint = ""
    var isRequired = false
    /// The browser's word for what it may fill in.
    var autocomplete: String?
    /// Characters.
    var limit: Int?
    /// Where the same name stands twice on a page: what sets the ids apart.
    var scope = ""

    /// Creates a field that takes a line of text; the rest is set by ``with(_:)``.
    init(_ name: String, _ label: String, _ kind: Kind = .text) {
        self.name = name
        self.label = label
        self.kind = kind
    }

    /// The field, changed.
    func with(_ change: (inout Field) -> Void) -> Field {
        var field = self
        change(&field)
        return field
    }

    /// A choice always has a value.
    var isChoice: Bool {
        if case .choice = kind { return true }
        return false
    }

    var id: String { scope.isEmpty ? "field-\(name)" : "field-\(scope)-\(name)" }
}

extension Visit {
    /// A field with label, help and problem.
    func field(_ field: Field, _ state: FormState) -> HTML {
        let error = state.error(field.name)
        let describers = [field.hint.isEmpty ? nil : "\(field.id)-hint", error == nil ? nil : "\(field.id)-error"]
        let describedBy = describers.compactMap { $0 }.joined(separator: " ")
        let common: HTML = """
             id="\(field.id)" name="\(field.name)"\("aria-describedby", describedBy.isEmpty ? nil : describedBy)\
            \(" aria-invalid=\"true\"", if: error != nil)\(" required", if: field.isRequired)\
            \("autocomplete", field.autocomplete)\("maxlength", field.limit.map { String($0) })
            """
        let optional: HTML =
            field.isRequired || field.isChoice ? "" : " <span class=\"optional\">\(t(.optional))</span>"
        return """
            <div class="field"><label for="\(field.id)">\(field.label)\(optional)</label>
            \(when(!field.hint.isEmpty, "<p class=\"hint\" id=\"\(field.id)-hint\">\(field.hint)</p>"))
            \(maybe(error) { "<p class=\"problem\" id=\"\(field.id)-error\">\(t.problem($0))</p>" })
            \(control(field, common, value: state[field.name]))</div>
            """
    }

    private func control(_ field: Field, _ common: HTML, value: String) -> HTML {
        switch field.kind {
        case .text: return "<input type=\"text\"\(common) value=\"\(value)\">"
        case .email: return "<input type=\"email\"\(common) value=\"\(value)\">"
        case .url: return "<input type=\"url\"\(common) value=\"\(value)\" placeholder=\"https://\">"
        case .password: return "<input type=\"password\"\(common)>"
        case .moment: return "<input type=\"datetime-local\"\(common) value=\"\(value)\">"
        case .number: return "<input type=\"number\" min=\"1\" inputmode=\"numeric\"\(common) value=\"\(value)\">"
        // The line break after the tag is eaten by the browser, so that one at the start of the text is not.
        case .area(let rows): return "<textarea rows=\"\(rows)\"\(common)>\n\(value)</textarea>"
        case .file(let accept): return "<input type=\"file\" accept=\"\(accept)\"\(common)>"
        case .choice(let choices):
            let options = each(choices) { choice in
                let isChosen = choice.value == value
                return "<option value=\"\(choice.value)\"\(" selected", if: isChosen)>\(choice.label)</option>"
            }
            return "<select\(common)>\(options)</select>"
        }
    }

    /// A box to tick.
    func checkbox(_ name: String, _ label: String, hint: String, _ state: FormState) -> HTML {
        """
        <div class="field tick"><input type="checkbox" id="field-\(name)" name="\(name)" value="yes"\
        \(" checked", if: state[name] == "yes") aria-describedby="field-\(name)-hint">
        <div><label for="field-\(name)">\(label)</label><p class="hint" id="field-\(name)-hint">\(hint)</p></div></div>
        """
    }

    /// A form that changes something: sent by POST, with the word that another site's page cannot know.
    ///
    /// - Parameter files: whether files can be chosen in it.
    func form(
        _ action: String, label: String? = nil, style: String? = nil, files: Bool = false, _ content: HTML
    ) -> HTML {
        """
        <form method="post" action="\(action)"\("aria-label", label)\("class", style)\
        \("enctype", files ? "multipart/form-data" : nil)>
        <input type="hidden" name="\(Sessions.formField)" value="\(formToken)">
        \(content)</form>
        """
    }

    /// A form that is one button.
    func button(_ action: String, _ label: String, style: String = "button", pressed: Bool? = nil) -> HTML {
        let state = pressed.map { $0 ? "true" : "false" }
        return form(
            action, style: "inline",
            "<button class=\"\(style)\" type=\"submit\"\("aria-pressed", state)>\(label)</button>")
    }

    /// A value that goes along unseen.
    func hidden(_ name: String, _ value: String) -> HTML {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
    }

    /// What is wrong, all of it, before the form: each line leads to its field.
    func problems(_ state: FormState, scope: String = "") -> HTML {
        guard !state.errors.isEmpty else { return .nothing }
        let lines = each(state.errors) { error in
            let id = scope.isEmpty ? "field-\(error.field)" : "field-\(scope)-\(error.field)"
            return "<li><a href=\"#\(id)\">\(t.problem(error))</a></li>"
        }
        return """
            <div class="errors" role="alert"><h2>\(t.count(.problemsTitle, state.errors.count))</h2>
            <p>\(t(.problemsKept))</p><ul>\(lines)</ul></div>
            """
    }

    /// The button that sends a form, and the way back.
    func submit(_ label: String, cancel: String? = nil) -> HTML {
        """
        <div class="actions"><button class="button" type="submit">\(label)</button>\
        \(maybe(cancel) { "<a class=\"button quiet\" href=\"\($0)\">\(t(.cancel))</a>" })</div>
        """
    }
}
