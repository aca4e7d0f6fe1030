// SPDX-License-Identifier: Apache-2.0

/// What is taken in, and how large it becomes.
public enum MediaLimits {
    /// Bytes of a picture.
    public static let imageBytes = 16 * 1_048_576
    /// Bytes of a film or a sound.
    public static let videoBytes = 40 * 1_048_576
    /// Pixels of a picture or of one picture of a film.
    public static let pixels = 33_177_600
    /// Pixels of all pictures of one that moves.
    public static let movingPixels = 8 * pixels
    /// Pixels of the picture that is shown: those of 3840 × 2160.
    public static let shownPixels = 8_294_400
    /// Pixels of the smaller picture: those of 640 × 360.
    public static let previewPixels = 230_400
    /// Pictures a second.
    public static let frameRate = 120
    /// Seconds of a film or a sound.
    public static let seconds = 3 * 3_600
}
