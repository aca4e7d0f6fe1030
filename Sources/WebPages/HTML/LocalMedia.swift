// SPDX-License-Identifier: Apache-2.0

internal import Model

/// Shows media that were uploaded to this node.
enum LocalMedia {
    /// Returns the path of an uploaded file; nil for an address that is not one of this node's files.
    static func path(of address: String) -> String? {
        let parts = address.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[3] == "media", let name = parts.last, !name.isEmpty,
            name.utf8.allSatisfy({ $0 &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == UInt8(ascii: ".") })
        else { return nil }
        return "/media/\(name)"
    }

    /// Returns a picture with a link to its full size, or a player for video or audio; nil for a file on another host.
    static func element(_ file: Attachment) -> HTML? {
        guard file.media != nil, let path = path(of: String(describing: file.url)) else { return nil }
        let preview = file.previewURL.flatMap { Self.path(of: String(describing: $0)) }
        let width = file.measures.previewWidth.map { String($0) }
        let height = file.measures.previewHeight.map { String($0) }
        switch file.kind {
        case .image:
            return """
                <a href="\(path)"><img src="\(preview ?? path)" alt="\(file.description)" loading="lazy"\
                \("width", width)\("height", height)></a>
                """
        case .gifv, .video:
            return """
                <video src="\(path)" controls preload="none"\("poster", preview)\("width", width)\("height", height)\
                \(" loop", if: file.kind == .gifv) aria-label="\(file.description)"></video>
                """
        case .audio:
            return "<audio src=\"\(path)\" controls preload=\"none\" aria-label=\"\(file.description)\"></audio>"
        case .unknown: return nil
        }
    }
}
