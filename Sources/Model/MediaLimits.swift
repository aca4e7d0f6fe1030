// SPDX-License-Identifier: Apache-2.0

/// The limits for uploads and for converted media.
public enum MediaLimits {
    /// The maximum size of an uploaded picture in bytes.
    public static let imageBytes = 16 * 1_048_576
    /// The maximum size of an uploaded video or audio file in bytes.
    public static let videoBytes = 40 * 1_048_576
    /// The maximum number of pixels of a picture or of one video frame.
    public static let pixels = 33_177_600
    /// The maximum number of pixels in all frames of an animated picture.
    public static let movingPixels = 8 * pixels
    /// The maximum number of pixels of a converted picture: that of 3840 × 2160.
    public static let shownPixels = 8_294_400
    /// The maximum number of pixels of a thumbnail: that of 640 × 360.
    public static let previewPixels = 230_400
    /// The maximum number of frames per second.
    public static let frameRate = 120
    /// The maximum duration of a video or audio file in seconds.
    public static let seconds = 3 * 3_600
}
