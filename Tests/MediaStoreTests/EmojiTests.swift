// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@testable import MediaStore

@Suite("Pictures of custom emoji", .serialized)
struct EmojiTests {
    @Test("become small and keep their shape", arguments: [("300x200", 96, 64), ("16x16", 16, 16), ("640x20", 128, 4)])
    func small(size: String, width: Int, height: Int) async throws {
        try await ConverterFixture.open { fixture async throws in
            let name = try await fixture.store.makeEmoji(.bytes(try await fixture.picture("a.png", size: size)))
            #expect(name.mediaType == "image/png")
            let shown = try await fixture.read(name)
            #expect(shown.dropFirst(16).prefix(8).elementsEqual([0, 0, 0, UInt8(width), 0, 0, 0, UInt8(height)]))
        }
    }

    @Test("are refused when they are none, and nothing is stored")
    func refused() async throws {
        try await ConverterFixture.open { fixture async throws in
            for bytes in [Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8), Array("GIF89a".utf8), []] {
                await #expect(throws: MediaError.self) { try await fixture.store.makeEmoji(.bytes(bytes)) }
            }
        }
    }
}
