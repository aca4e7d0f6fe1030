// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Vocabulary

/// Converts the fields of a profile to the JSON text of the column `account.fields` and back: `[[name, markup, source],
/// …]`.
enum ProfileFields {
    static func text(_ fields: [Model.ProfileField]) -> String {
        let json = JSON.array(
            fields.map { .array([.string($0.name), .string($0.value.string), .string($0.source)]) })
        return String(decoding: json.serialized(), as: UTF8.self)
    }

    /// Fields that cannot be parsed are left out.
    static func read(_ text: String) -> [Model.ProfileField] {
        guard text != "[]", let lines = try? JSON.parse(Array(text.utf8)).array else { return [] }
        return lines.compactMap { line in
            guard let parts = line.array?.compactMap(\.string), parts.count == 3 else { return nil }
            return Model.ProfileField(name: parts[0], value: SanitizedHTML(unchecked: parts[1]), source: parts[2])
        }
    }
}
