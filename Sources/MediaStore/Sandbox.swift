// SPDX-License-Identifier: Apache-2.0

internal import Glibc

// Decoders have had faults that let a prepared file run code of its own. Such code would have the rights of this
// server, and could read the database and its private keys. So bubblewrap (https://github.com/containers/bubblewrap)
// starts the decoder in namespaces of its own, where it finds no network, no other process and only a few files.
//
// Not every system allows this: a container often forbids namespaces, and the package may be missing. So the sandbox is
// tried with a small program before the first file is converted.

/// Whether the programs that decode uploads run in a sandbox: the setting `media_sandbox`.
public enum MediaSandbox: String, Sendable, CaseIterable {
    /// In a sandbox if this system allows one, otherwise without.
    case auto
    /// Only in a sandbox. Where this system allows none, nothing is converted.
    case require
    /// Without a sandbox.
    case off
}

/// What was found when the sandbox was tried.
public enum SandboxFinding: Sendable, Equatable {
    /// Programs run in the sandbox.
    case works
    /// It was not tried, because the setting is `off`.
    case off
    /// This system allows none, for this reason.
    case absent(String)

    /// The finding in words for the operator.
    public var text: String {
        let consequence = "the programs that decode uploads can read what this server can read, and reach the network"
        switch self {
        case .works: return "the programs that decode uploads have no network and see no files but their own"
        case .off: return "media_sandbox is off: \(consequence)"
        case .absent(let reason):
            return "\(reason). Install the package bubblewrap, and let this process create user namespaces (in a "
                + "container: see deploy/Containerfile). Without a sandbox \(consequence): media_sandbox: \"require\" "
                + "forbids that, and \"off\" accepts it."
        }
    }
}

/// Tries the sandbox once and remembers what was found.
actor SandboxTrial {
    private let mode: MediaSandbox
    /// An existing folder that a program in the sandbox must not see.
    private let hidden: String
    /// The folder in which the folder of the trial is created.
    private let jobs: String
    private var found: SandboxFinding?

    init(mode: MediaSandbox, hidden: String, jobs: String) {
        self.mode = mode
        self.hidden = hidden
        self.jobs = jobs
    }

    /// What was found.
    ///
    /// - Throws: `.unavailable` when the trial did not end in time, or could not be started for lack of resources. This
    ///   says nothing about the system, so the next call tries again.
    func finding() async throws(MediaError) -> SandboxFinding {
        if let found { return found }
        guard mode != .off else { return .off }
        let finding = try await tryOnce()
        found = finding
        return finding
    }

    /// Whether the next program runs in the sandbox.
    ///
    /// - Throws: `.unavailable` when it must run in the sandbox and there is none.
    func isSandboxed() async throws(MediaError) -> Bool {
        let finding = try await finding()
        guard case .absent(let reason) = finding, mode == .require else { return finding == .works }
        throw .unavailable("media_sandbox is require, and \(reason)")
    }

    private func tryOnce() async throws(MediaError) -> SandboxFinding {
        let folder = "\(jobs)/\(MediaName.token())"
        try LocalFile.makeFolder(folder)
        defer { LocalFile.removeFolder(folder) }
        let process = ChildProcess(folder: folder, isSandboxed: true)
        // The program must not see the hidden folder, must not write into the root folder, and must write into its own.
        let script = "test ! -e \"$1\" && test ! -w / && echo fine >written"
        do throws(MediaError) {
            let end = try await process.end(["sh", "-c", script, "sh", hidden], .look, showsErrors: true)
            guard end.signal == 0 else { throw .unavailable("the trial of the sandbox was ended") }
            if end.code == 0, LocalFile.size("\(folder)/written") == 5 { return .works }
            let line = end.answer.prefix { $0 != "\n" }
            return .absent("bubblewrap does not work here (\(line.isEmpty ? "the trial failed" : line))")
        } catch {
            guard error == Sandbox.missing else { throw error }
            return .absent("bubblewrap is not installed")
        }
    }
}

/// The command line of bubblewrap.
enum Sandbox {
    /// The file descriptor to which bubblewrap writes whether it could start the program. The program does not inherit
    /// it.
    static let reportDescriptor: Int32 = 3
    /// The error when bubblewrap is not installed.
    static let missing = MediaError.unavailable("bwrap cannot be run")

    /// What programs need to start, readable only: programs, libraries and the links to them.
    private static let readable = ["/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/alternatives"]
    private static let devices = ["/dev/null", "/dev/urandom"]

    /// The command line that runs a command in the sandbox.
    ///
    /// The program sees its folder under its real path, and can write only there. The uploaded file in it, which is
    /// linked to the file that the next try reads, is readable only. There is no `/proc`: no program needs it, and
    /// containers do not allow to mount it.
    ///
    /// `--die-with-parent` is left out on purpose. The kernel sends that signal when the *thread* ends that started the
    /// program, and threads of the Swift runtime end when they have been idle. `--new-session` is left out because the
    /// deadline kills the process group, and because no terminal is visible that would have to be protected.
    static func commandLine(_ command: [String], in folder: String) -> [String] {
        var words = ["bwrap", "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--cap-drop", "ALL"]
        words += ["--json-status-fd", String(reportDescriptor)]
        for path in readable { words += ["--ro-bind-try", path, path] }
        for path in devices { words += ["--dev-bind", path, path] }
        words += ["--bind", folder, folder, "--ro-bind-try", "\(folder)/input", "\(folder)/input"]
        return words + ["--remount-ro", "/", "--chdir", folder, "--"] + command
    }

    /// The signal that ended the program. Like a shell, bubblewrap then exits with the sum of 128 and the signal.
    ///
    /// - Returns: 0 for a code that is none of those that a limit or a fault of the program causes. Some programs have
    ///   large exit codes of their own.
    static func signal(code: Int32) -> Int32 {
        [SIGSEGV, SIGABRT, SIGXFSZ, SIGXCPU, SIGKILL].first { $0 + 128 == code } ?? 0
    }

    /// Whether the report says that the program was started. Otherwise the sandbox could not be made.
    static func hasStarted(report: String) -> Bool { report.contains("\"exit-code\"") }
}
