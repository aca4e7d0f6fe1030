// SPDX-License-Identifier: Apache-2.0

internal import Services

/// The state of a form: its values and its errors.
struct FormState: Sendable {
    /// The values by the names of the fields.
    var values: [String: String] = [:]
    /// The errors, in the order of the fields.
    var errors: [FieldError] = []

    /// Creates an empty form.
    init() {}

    /// Creates a form with values.
    init(_ values: [String: String]) { self.values = values }

    /// The value of a field; empty when there is none.
    subscript(name: String) -> String { values[name] ?? "" }

    /// The first error of a field.
    func error(_ name: String) -> FieldError? { errors.first { $0.field == name } }
}

/// One field of a form. It always has a label, and its hint and its error are linked to it with `aria-describedby`.
struct Field: Sendable {
    /// The kind of input.
    enum Kind: Sendable, Equatable {
        case text, email, password, moment, number, url
        case area(rows: Int)
        case choice([Choice])
        case file(accept: String)
    }

    /// One option of a choice.
    struct Choice: Sendable, Equatable {
        var value: String
        var label: String
    }

    var name: String
    var label: String
    var kind = Kind.text
    var hint = ""
    var isRequired = false
    /// The value of the `autocomplete` attribute.
    var autocomplete: String?
    /// The maximum length in characters.
    var limit: Int?
    /// Distinguishes the ids of fields that have the same name on one page.
    var scope = ""
    /// Whether the label says that the field may stay empty.
    var saysOptional = true

    /// Creates a field. Its other properties are set with ``with(_:)``.
    init(_ name: String, _ label: String, _ kind: Kind = .text) {
        self.name = name
        self.label = label
        self.kind = kind
    }

    /// Returns a changed copy.
    func with(_ change: (inout Field) -> Void) -> Field {
        var field = self
        change(&field)
        return field
    }

    /// Whether the field is a choice, which always has a value.
    var isChoice: Bool {
        if case .choice = kind { return true }
        return false
    }

    var id: String { scope.isEmpty ? "field-\(name)" : "field-\(scope)-\(name)" }
}

extension Visit {
    /// Returns a field with its label, hint and error.
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
            field.isRequired || field.isChoice || !field.saysOptional
            ? "" : " <span class=\"optional\">\(t(.optional))</span>"
        return """
            <div class="field"><label for="\(field.id)">\(field.label)\(optional)</label>
            \(when(!field.hint.isEmpty, "<p class=\"hint\" id=\"\(field.id)-hint\">\(field.hint)</p>"))
            \(maybe(error) { "<p class=\"problem\" id=\"\(field.id)-error\">\(t.problem($0))</p>" })
            \(control(field, common, value: value(of: field.name, state)))</div>
            """
    }

    private func control(_ field: Field, _ common: HTML, value: String) -> HTML {
        switch field.kind {
        case .text: return "<input type=\"text\" dir=\"auto\"\(common) value=\"\(value)\">"
        case .email: return "<input type=\"email\"\(common) value=\"\(value)\">"
        case .url: return "<input type=\"url\"\(common) value=\"\(value)\" placeholder=\"https://\">"
        case .password: return "<input type=\"password\"\(common)>"
        case .moment: return "<input type=\"datetime-local\"\(common) value=\"\(value)\">"
        case .number: return "<input type=\"number\" min=\"1\" inputmode=\"numeric\"\(common) value=\"\(value)\">"
        // The browser removes the first line break after the tag. Without it, a line break at the start of the text
        // would be lost.
        case .area(let rows): return "<textarea dir=\"auto\" rows=\"\(rows)\"\(common)>\n\(value)</textarea>"
        case .file(let accept): return "<input type=\"file\" accept=\"\(accept)\"\(common)>"
        case .choice(let choices):
            let options = each(choices) { choice in
                let isChosen = choice.value == value
                return "<option value=\"\(choice.value)\"\(" selected", if: isChosen)>\(choice.label)</option>"
            }
            return "<select\(common)>\(options)</select>"
        }
    }

    /// Returns a checkbox.
    func checkbox(_ name: String, _ label: String, hint: String, _ state: FormState) -> HTML {
        """
        <div class="field tick"><input type="checkbox" id="field-\(name)" name="\(name)" value="yes"\
        \(" checked", if: value(of: name, state) == "yes") aria-describedby="field-\(name)-hint">
        <div><label for="field-\(name)">\(label)</label><p class="hint" id="field-\(name)-hint">\(hint)</p></div></div>
        """
    }

    /// Returns a form that changes something. It is sent by POST and contains the form token, which a page of another
    /// site cannot know.
    ///
    /// - Parameter files: whether the form has file fields.
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

    /// Returns a form that consists of one button.
    func button(_ action: String, _ label: String, style: String = "button", pressed: Bool? = nil) -> HTML {
        let state = pressed.map { $0 ? "true" : "false" }
        return form(
            action, style: "inline",
            "<button class=\"\(style)\" type=\"submit\"\("aria-pressed", state)>\(label)</button>")
    }

    /// Returns a hidden field.
    func hidden(_ name: String, _ value: String) -> HTML {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
    }

    /// Returns the list of all errors, to be shown before the form. Each item links to its field.
    ///
    /// - Parameter keepsText: whether the form still contains what was typed.
    func problems(_ state: FormState, scope: String = "", keepsText: Bool = true) -> HTML {
        guard !state.errors.isEmpty else { return .nothing }
        let lines = each(state.errors) { error in
            let id = scope.isEmpty ? "field-\(error.field)" : "field-\(scope)-\(error.field)"
            let label = t.label(of: error.field).map { "\($0) – " } ?? ""
            return "<li><a href=\"#\(id)\">\(label)\(t.problem(error))</a></li>"
        }
        return """
            <div class="errors" role="alert"><h2>\(t.count(.problemsTitle, state.errors.count))</h2>
            \(when(keepsText, "<p>\(t(.problemsKept))</p>"))<ul>\(lines)</ul></div>
            """
    }

    /// Returns the submit button and the cancel link.
    func submit(_ label: String, cancel: String? = nil) -> HTML {
        """
        <div class="actions"><button class="button" type="submit">\(label)</button>\
        \(maybe(cancel) { "<a class=\"button quiet\" href=\"\($0)\">\(t(.cancel))</a>" })</div>
        """
    }
}
