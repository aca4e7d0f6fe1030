// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// Runs a program of this machine that creates a file for a test.
public enum TestProgram {
    /// The program failed.
    public struct Failed: Error {
        /// The program and its arguments.
        public let arguments: [String]
    }

    /// Runs a program without blocking a thread, until it ends.
    ///
    /// - Parameter words: the program and its arguments. The last one is the name of the file that it creates, relative
    ///   to `folder`.
    /// - Returns: the bytes of that file.
    public static func make(_ arguments: [String], in folder: URL) async throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        guard status == 0, let name = arguments.last?.split(separator: "[").first else {
            throw Failed(arguments: arguments)
        }
        return [UInt8](try Data(contentsOf: URL(filePath: String(name), relativeTo: folder)))
    }

    /// A video of one second, 64 × 48.
    public static func video(in folder: URL) async throws -> [UInt8] {
        let arguments = [
            "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=64x48:d=1:r=25", "-c:v", "libx264",
            "-pix_fmt", "yuv420p", "film.mp4",
        ]
        defer { try? FileManager.default.removeItem(at: folder.appending(path: "film.mp4")) }
        return try await make(arguments, in: folder)
    }
}
