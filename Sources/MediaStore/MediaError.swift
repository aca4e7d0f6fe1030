// SPDX-License-Identifier: Apache-2.0

/// Why a file was not accepted or not converted.
public enum MediaError: Error, Equatable, Sendable {
    /// The first bytes are not those of a supported format.
    case unsupported
    /// The file has more bytes than its kind may have.
    case tooLarge
    /// The file has more pixels or frames than are decoded.
    case tooManyPixels
    /// The file begins like a supported format and cannot be decoded.
    case broken
    /// The conversion took longer than its limit, or the duration of the file is above the limit.
    case tooSlow
    /// The fault is on this server: a program is missing or the disk is full. The caller may try again.
    case unavailable(String)

    /// A stable code for the row and for the response.
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
