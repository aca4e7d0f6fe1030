// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Services
internal import TextEncoding

/// A form that is sent twice, by going back or by an impatient finger, has one effect: it contains a random word, and the
/// command is executed once for that word and these values.
extension Visit {
    /// Returns the hidden field with the random word.
    var onceField: HTML { hidden(Submission.onceName, Sessions.makeToken()) }
}

extension Submission {
    static let onceName = "once"

    /// The idempotency key of the form; nil when it has no random word. Another text from the same page is no repetition.
    var onceKey: String? {
        let word = form[Self.onceName]
        guard word.utf8.count == 64, word.utf8.allSatisfy({ Hexadecimal.value(of: $0) != nil }) else { return nil }
        var sum: UInt64 = 14_695_981_039_346_656_037
        for (name, value) in form.single.sorted(by: { $0.key < $1.key }) where name != Sessions.formField {
            for byte in "\(name)=\(value)\n".utf8 { sum = (sum ^ UInt64(byte)) &* 1_099_511_628_211 }
        }
        return "form:\(word):\(String(sum, radix: 16))"
    }
}
