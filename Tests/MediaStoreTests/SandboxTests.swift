// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Testing

@testable import MediaStore

@Suite("Sandbox", .serialized)
struct SandboxTests {
    @Test("a child in the sandbox reads and writes only its own folder, and reaches no network")
    func walls() async throws {
        try await ConverterFixture.open { fixture async throws in
            let listener = try LoopbackListener()
            let outside = fixture.folder.appending(path: "outside")
            for isSandboxed in try await fixture.ways() {
                try Data("CANARY".utf8).write(to: outside)
                let job = fixture.folder.appending(path: "job")
                try FileManager.default.createDirectory(at: job, withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(at: job) }
                try Data("upload".utf8).write(to: job.appending(path: "input"))
                let script = """
                    cat '\(outside.path)' && echo READS
                    [ -e /etc/passwd ] && echo SEES
                    (echo x >'\(outside.path)') && echo WRITES
                    (echo x >'\(fixture.folder.path)/new') && echo CREATES
                    (echo x >>input) && echo CHANGES
                    (exec 9<>/dev/tcp/127.0.0.1/\(listener.port)) && echo CONNECTS
                    echo x >mine && cat input mine
                    """
                let process = ChildProcess(folder: job.path, isSandboxed: isSandboxed)
                let said = try await process.end(["bash", "-c", script], .look).answer
                let words = ["CANARY", "READS", "SEES", "WRITES", "CREATES", "CHANGES", "CONNECTS"]
                for word in words { #expect(said.contains(word) != isSandboxed, "\(word), sandbox: \(isSandboxed)") }
                #expect(said.hasSuffix(isSandboxed ? "uploadx\n" : "uploadx\nx\n"), "\(said)")
                #expect(listener.connections() == (isSandboxed ? 0 : 1))
                let text = try String(contentsOf: outside, encoding: .utf8)
                #expect(text == (isSandboxed ? "CANARY" : "x\n"))
                try? FileManager.default.removeItem(at: fixture.folder.appending(path: "new"))
            }
        }
    }

    @Test("pictures and videos are converted in the sandbox, and nothing else is left")
    func conversions() async throws {
        try await ConverterFixture.open(sandbox: .require) { fixture async throws in
            guard try await fixture.ways().contains(true) else {
                // Then the store refuses instead of converting without one.
                let picture = try await fixture.picture("a.png")
                let error = await #expect(throws: MediaError.self) { try await fixture.convert(picture) }
                #expect(error?.code == "unavailable")
                return
            }
            let picture = try await fixture.convert(try await fixture.picture("a.png"))
            #expect(picture.measures.width == 64)
            #expect(picture.blurhash != nil)
            let bytes = try await fixture.make("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=d=1", "a.webm")
            let video = try await fixture.convert(bytes)
            #expect(video.file.mediaType == "video/mp4")
            #expect(video.preview != nil)
            try await fixture.store.tryPrograms()
            #expect(fixture.paths().allSatisfy { $0.hasPrefix("files/") })
            #expect(fixture.paths().count == 4)
        }
    }

    @Test("where no sandbox works, the setting decides whether files are converted, and the text says what to do")
    func absent() async throws {
        try await ConverterFixture.open { fixture async throws in
            func trial(_ mode: MediaSandbox) -> SandboxTrial {
                // A sandbox in which a program sees what it must not see is no sandbox. `/usr` is always visible.
                SandboxTrial(mode: mode, hidden: "/usr", jobs: fixture.folder.path)
            }
            let auto = trial(.auto)
            #expect(try await !auto.isSandboxed())
            let finding = try await auto.finding()
            guard case .absent(let reason) = finding else {
                Issue.record("\(finding)")
                return
            }
            for word in [reason, "bubblewrap", "media_sandbox", "user namespaces"] {
                #expect(finding.text.contains(word))
            }
            let require = trial(.require)
            let error = await #expect(throws: MediaError.self) { try await require.isSandboxed() }
            #expect(error == .unavailable("media_sandbox is require, and \(reason)"))
            let off = trial(.off)
            #expect(try await !off.isSandboxed())
            #expect(try await off.finding() == .off)
        }
    }

    @Test("a pipe or a link that a child leaves in place of its output is an error, and blocks nobody")
    func pipes() async throws {
        try await ConverterFixture.open { fixture async throws in
            for isSandboxed in try await fixture.ways() {
                let process = ChildProcess(folder: fixture.folder.path, isSandboxed: isSandboxed)
                _ = try await process.run(
                    "sh", ["-c", "rm -f pipe link; mkfifo pipe; ln -s /etc/hostname link"], .look)
                for name in ["pipe", "link"] {
                    #expect(throws: MediaError.self) {
                        try LocalFile.bytes("\(fixture.folder.path)/\(name)", limit: 10)
                    }
                }
            }
        }
    }
}

/// A TCP listener on the loopback interface that counts connections.
private final class LoopbackListener {
    private let descriptor: Int32
    let port: UInt16

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(descriptor, raw, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, raw, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        try #require(isBound)
    }

    deinit { close(descriptor) }

    /// How many have connected since the last call.
    func connections() -> Int {
        var count = 0
        while case let accepted = accept(descriptor, nil, nil), accepted >= 0 {
            close(accepted)
            count += 1
        }
        return count
    }
}
