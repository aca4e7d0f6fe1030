// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("What an app gives to encrypt for it")
struct PushKeysTests {
    private static let point = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    private static let auth = "BTBZMqHH6r4Tts7J_aSIgg"

    @Test(
        "both alphabets are read, padded or not",
        arguments: [
            (point, auth), (point + "=", auth + "=="), (standard(point), standard(auth)),
            (standard(point) + "=", standard(auth) + "=="), (standard(point), auth + "=="),
        ])
    func spellings(p256dh: String, auth: String) throws {
        let keys = try #require(PushKeys(p256dh: p256dh, auth: auth))
        #expect(keys == PushKeys(p256dh: Self.point, auth: Self.auth))
        #expect(keys.point.count == 65 && keys.point.prefix(3) == [0x04, 0x25, 0x71] && keys.point.last == 0x0E)
        #expect(keys.secret == [5, 48, 89, 50, 161, 199, 234, 190, 19, 182, 206, 201, 253, 164, 136, 130])
    }

    @Test(
        "what is no key is refused",
        arguments: [
            ("", auth), (point, ""), (String(point.dropLast()), auth), ("\(point)A", auth), (point, "\(auth)AA"),
            ("C\(point.dropFirst())", auth), (point, "BTBZMqHH6r4Tts7J!aSIgg"), (point, "BTBZMqHH6r4T=ts7J_aSIgg"),
            (point, "é\(auth)"), (String(repeating: "A", count: 10_000), auth), ("====", "===="),
        ] as [(String, String)])
    func refused(p256dh: String, auth: String) {
        #expect(PushKeys(p256dh: p256dh, auth: auth) == nil)
    }

    private static func standard(_ text: String) -> String {
        String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
    }
}
