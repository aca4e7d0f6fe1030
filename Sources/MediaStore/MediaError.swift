// SPDX-License-Identifier: Apache-2.0

/// Why a file was not taken.
public enum MediaError: Error, Equatable, Sendable {
    /// Its first bytes are those of nothing that we show.
    case unsupported
    /// More bytes than its kind may have.
    case tooLarge
    /// More pixels or pictures than we decode.
    case tooManyPixels
    /// It begins like something that we show and cannot be read as such.
    case broken
    /// Reading it took longer, or more, than a file may take.
    case tooSlow
    /// The file is not its sender's fault: a program is missing, the disk is full. It may be tried again.
    case unavailable(String)

    /// A stable word for a row and for an answer.
    public var code: String {
        switch self {
        case .unsupported: "unsupported"
        case .tooLarge: "too_large"
        case .tooManyPixels: "too_many_pixels"
        case .broken: "broken"
        case .tooSlow: "too_slow"
        case .unavailable: "unavailable"
        }
    }
}
