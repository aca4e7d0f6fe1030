// SPDX-License-Identifier: Apache-2.0

extension StringProtocol where SubSequence == Substring {
    /// The text without spaces and tabs at both ends: what HTTP calls optional white space.
    ///
    /// It looks at bytes, not at characters: a space that carries a combining mark is trimmed too, as every other
    /// reader of header fields does. Spec: RFC 9110 §5.6.3.
    public var trimmingSpaces: Substring {
        let bytes = self[startIndex...].utf8
        guard let start = bytes.firstIndex(where: { $0 != 0x20 && $0 != 0x09 }),
            let end = bytes.lastIndex(where: { $0 != 0x20 && $0 != 0x09 })
        else { return self[endIndex...] }
        return self[start..<bytes.index(after: end)]
    }

    /// The text without white space at both ends, line ends and the spaces of all scripts among it.
    public var trimmingWhitespace: Substring {
        guard let start = firstIndex(where: { !$0.isWhitespace }), let end = lastIndex(where: { !$0.isWhitespace })
        else { return self[endIndex...] }
        return self[start...end]
    }
}
