// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Synchronization

/// A small SMTP server on a loopback address, without encryption, whose answers a test decides.
public final class LoopbackMailServer: Sendable {
    /// What a server answers to.
    public enum Step: Sendable, Hashable {
        /// A new connection; the first has the number 1.
        case greeting(Int)
        /// A command, as its line.
        case command(String)
        /// A whole message.
        case message
    }

    /// How it answers.
    public enum Answer: Sendable {
        /// Lines, each without its line ending.
        case say(String)
        /// Lines, and then the connection is closed.
        case sayAndClose(String)
        /// The connection is closed without a word.
        case close
        /// Nothing.
        case silence
    }

    /// A message that was accepted.
    public struct Mail: Sendable, Hashable {
        /// The parameter of `MAIL`.
        public var sender: String
        /// The parameter of `RCPT`.
        public var recipient: String
        /// The lines of the message, with dots unescaped, each with its line ending.
        public var text: String
        /// The number of the connection.
        public var connection: Int
    }

    fileprivate struct State {
        var connections = 0
        var mails: [Mail] = []
        var commands: [String] = []
        var messages = 0
    }

    /// Decides about a step; nil for the answer of a server that takes everything.
    public typealias Script = @Sendable (Step) -> Answer?

    /// The port on 127.0.0.1.
    public let port: Int
    private let channel: any Channel
    fileprivate let state: Shared

    fileprivate final class Shared: Sendable {
        let state = Mutex(State())
    }

    /// The messages that were accepted, in order.
    public var mails: [Mail] { state.state.withLock { $0.mails } }
    /// How many messages arrived, accepted or not.
    public var messageCount: Int { state.state.withLock { $0.messages } }
    /// How many connections there were.
    public var connectionCount: Int { state.state.withLock { $0.connections } }
    /// All commands, in order.
    public var commands: [String] { state.state.withLock { $0.commands } }

    /// Starts a server on a free port.
    public static func start(_ script: @escaping Script = { _ in nil }) async throws -> LoopbackMailServer {
        let shared = Shared()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(MailHandler(shared, script))
                }
            }
        let channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        return LoopbackMailServer(port: channel.localAddress?.port ?? 0, channel: channel, state: shared)
    }

    private init(port: Int, channel: any Channel, state: Shared) {
        self.port = port
        self.channel = channel
        self.state = state
    }

    /// Stops listening.
    public func stop() async {
        try? await channel.close()
    }
}

/// One connection. NIO calls it on one thread only.
private final class MailHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let shared: LoopbackMailServer.Shared
    private let script: LoopbackMailServer.Script
    private var number = 0
    private var received = ""
    private var message: String?
    private var sender = ""
    private var recipient = ""

    init(_ shared: LoopbackMailServer.Shared, _ script: @escaping LoopbackMailServer.Script) {
        self.shared = shared
        self.script = script
    }

    func channelActive(context: ChannelHandlerContext) {
        number = shared.state.withLock { state in
            state.connections += 1
            return state.connections
        }
        answer(script(.greeting(number)) ?? .say("220 mail.example ready"), context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        while let end = received.firstRange(of: "\r\n") {
            let line = String(received[..<end.lowerBound])
            received.removeSubrange(..<end.upperBound)
            take(line, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func take(_ line: String, _ context: ChannelHandlerContext) {
        if let text = message {
            guard line == "." else {
                message = text + (line.hasPrefix(".") ? String(line.dropFirst()) : line) + "\r\n"
                return
            }
            message = nil
            shared.state.withLock { $0.messages += 1 }
            let answer = script(.message)
            if answer?.isRefusal != true {
                let mail = LoopbackMailServer.Mail(
                    sender: sender, recipient: recipient, text: text, connection: number)
                shared.state.withLock { $0.mails.append(mail) }
            }
            return self.answer(answer ?? .say("250 2.0.0 queued"), context)
        }
        shared.state.withLock { $0.commands.append(line) }
        let answer = script(.command(line))
        let verb = line.prefix { $0 != " " && $0 != ":" }.uppercased()
        switch verb {
        case "MAIL": sender = String(line.dropFirst(10))
        case "RCPT": recipient = String(line.dropFirst(8))
        case "DATA" where answer == nil: message = ""
        default: break
        }
        self.answer(answer ?? Self.standard(verb), context)
    }

    private static func standard(_ verb: String) -> LoopbackMailServer.Answer {
        switch verb {
        case "EHLO": .say("250-mail.example\r\n250-SIZE 1000000\r\n250-AUTH PLAIN LOGIN\r\n250 ENHANCEDSTATUSCODES")
        case "DATA": .say("354 go on")
        case "QUIT": .sayAndClose("221 bye")
        case "AUTH": .say("235 welcome")
        default: .say("250 fine")
        }
    }

    private func answer(_ answer: LoopbackMailServer.Answer, _ context: ChannelHandlerContext) {
        switch answer {
        case .say(let text): write(text, context)
        case .sayAndClose(let text):
            write(text, context)
            context.close(promise: nil)
        case .close: context.close(promise: nil)
        case .silence: break
        }
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
    }
}

extension LoopbackMailServer.Answer {
    fileprivate var isRefusal: Bool {
        switch self {
        case .say(let text), .sayAndClose(let text): !text.hasPrefix("2")
        case .close, .silence: false
        }
    }
}
