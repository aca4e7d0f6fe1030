// SPDX-License-Identifier: Apache-2.0

extension StringProtocol where SubSequence == Substring {
    /// The text without spaces and tabs at both ends, which HTTP calls optional white space.
    ///
    /// Trimming works on bytes, not on characters. So it also removes a space that is followed by a combining mark, as
    /// other parsers of HTTP headers do. Spec: RFC 9110 §5.6.3.
    public var trimmingSpaces: Substring {
        let bytes = self[startIndex...].utf8
        guard let start = bytes.firstIndex(where: { $0 != 0x20 && $0 != 0x09 }),
            let end = bytes.lastIndex(where: { $0 != 0x20 && $0 != 0x09 })
        else { return self[endIndex...] }
        return self[start..<bytes.index(after: end)]
    }

    /// The text without Unicode white space at both ends, line ends included.
    public var trimmingWhitespace: Substring {
        guard let start = firstIndex(where: { !$0.isWhitespace }), let end = lastIndex(where: { !$0.isWhitespace })
        else { return self[endIndex...] }
        return self[start...end]
    }
}
