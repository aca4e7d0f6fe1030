// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Database
internal import Model
internal import NIOCore
internal import Services
internal import Storage
internal import Vocabulary

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// The options of every command: which node it is for.
struct NodeOptions: ParsableArguments {
    @Option(name: .long, help: "The settings file; troquet.yaml of this folder when it is there.")
    var config: String?

    @Option(name: .long, help: "A setting, as name=value; may be repeated.")
    var set: [String] = []

    @Option(name: .long, help: "Public origin, as in the settings.")
    var origin: String?

    @Option(name: .long, help: "Address and port to listen on, as in the settings.")
    var listen: String?

    @Option(name: .long, help: "sqlite:PATH or postgres://…, as in the settings.")
    var database: String?

    func configuration() throws -> Configuration {
        let shortcuts = [("origin", origin), ("listen", listen), ("database", database)]
        return try Configuration(
            path: config,
            flags: set
                + shortcuts.compactMap { name, value in
                    value.map { "\(name)=\($0)" }
                })
    }

    /// Opens the node for one command and closes it afterwards. An error becomes one sentence on standard error.
    func withNode(
        for purpose: NodeDatabase.Purpose = .command, _ body: (Node) async throws -> Void
    ) async throws {
        do {
            var configuration = try configuration()
            configuration.quieten()
            let node = try await Node.open(configuration, for: purpose)
            do {
                try await body(node)
            } catch {
                await node.close()
                throw error
            }
            await node.close()
        } catch let exit as ExitCode {
            throw exit
        } catch {
            throw Failure.say(error)
        }
    }
}

/// Prints errors as sentences on standard error.
enum Failure {
    static func say(_ error: any Error) -> ExitCode {
        Terminal.complain("troquet: \(sentence(error))")
        return ExitCode(1)
    }

    static func sentence(_ error: any Error) -> String {
        switch error {
        case let error as ServiceError: sentence(error)
        case let error as DatabaseError: sentence(error)
        case let error as FetchError: sentence(error)
        case let error as IOError: sentence(error)
        case let SocketAddressError.unknown(host, _): "listen: there is no address “\(host)” on this machine."
        case let error as SocketAddressError.UnknownHost:
            "listen: there is no address “\(error.host)” on this machine."
        default: "\(error)"
        }
    }

    private static func sentence(_ error: DatabaseError) -> String {
        switch error.kind {
        case .corrupt: "The database is damaged (\(error.message)): restore a backup."
        case .unavailable where error.message.contains("unable to open database file"):
            "The database file cannot be opened: does its folder exist, and may this user write there?"
        case .readOnly: "The database may only be read (\(error.message)): may this user write the file and its folder?"
        case .full: "The disk is full (\(error.message)): make room."
        default: error.message
        }
    }

    private static func sentence(_ error: IOError) -> String {
        switch error.errnoCode {
        case EADDRINUSE: "listen: another program uses this address and port: stop it, or choose another port."
        case EADDRNOTAVAIL: "listen: this machine does not have this address."
        case EACCES: "listen: this user may not listen on this port: choose one from 1024."
        default: "\(error)"
        }
    }

    private static func sentence(_ error: FetchError) -> String {
        switch error {
        case .forbiddenAddress(let host): "\(host) has an address to which nothing may be sent."
        case .gone: "It was deleted there."
        case .notFound: "There is nothing at this address."
        default: "The other server did not answer as it should (\(error))."
        }
    }

    private static func sentence(_ error: ServiceError) -> String {
        switch error {
        case .notFound: "There is no such thing here, or it could not be found on its server."
        case .notAllowed: "This account may not do that."
        case .signInNeeded: "Say who acts with --account."
        case .invalid(let fields):
            fields.map { "\($0.field): \($0.code.replacing("_", with: " "))" }.joined(separator: "; ")
        case .conflict("nameless_actor"): "That account has no user name, so it can be neither named nor followed."
        case .conflict(let code): "Not possible now: \(code.replacing("_", with: " "))."
        case .tooMany: "Too often; wait a minute."
        case .busy: "The node has too much to do; try again in a few seconds."
        case .unreachable(let code): "The other server did not answer as it should (\(code)). Try again later."
        }
    }
}

/// Writes to standard output and standard error.
enum Terminal {
    static func say(_ line: String) { put(line, STDOUT_FILENO) }

    static func complain(_ line: String) { put(line, STDERR_FILENO) }

    private static func put(_ line: String, _ descriptor: Int32) {
        var rest = Array((line + "\n").utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }

    /// Prints one line of JSON or a readable line.
    static func print(_ json: JSON, _ line: String, asJSON: Bool) {
        say(asJSON ? json.serializedText() : line)
    }
}

extension Node {
    /// The local account or group with this name.
    func local(_ name: String) async throws -> Account {
        guard let handle = Handle(name), handle.host.isEmpty,
            let account = try await database.read({ db in try Accounts.byHandle(handle, in: db) })
        else { throw ConfigurationError("There is no account “\(name)” here.") }
        return account
    }

    /// The principal for a member or group that the operator named.
    func principal(_ name: String) async throws -> Principal { .onBehalf(of: try await local(name).id) }

    func group(_ name: String) async throws -> Account {
        let account = try await local(name)
        guard account.isGroup else { throw ConfigurationError("“\(name)” is no group.") }
        return account
    }
}
