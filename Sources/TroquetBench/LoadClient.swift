// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOPosix

/// Requests to send, each written out beforehand.
struct LoadPlan: Sendable {
    /// Taken in turn by whichever connection is free.
    var requests: [ByteBuffer]
    /// Open connections; each has one request under way.
    var connections = 32
    /// How long to go round the requests; nil sends each of them once.
    var duration: TimeAmount?
    /// When to give up on answers that do not come.
    var limit: TimeAmount = .seconds(90)
}

/// What came back.
struct LoadResult: Sendable {
    /// Answers by status.
    var statuses: [Int: Int] = [:]
    /// Microseconds from the last byte written to the last byte read, in no order.
    var latencies: [UInt32] = []
    /// Requests whose connection broke, or that were never answered.
    var lost = 0
    /// From the first request to the last answer.
    var seconds = 0.0

    /// Answers of this status per second.
    func rate(of status: Int) -> Double { seconds > 0 ? Double(statuses[status] ?? 0) / seconds : 0 }

    /// The latency in milliseconds below which this part of the answers stayed.
    func percentile(_ part: Double) -> Double {
        let sorted = latencies.sorted()
        guard !sorted.isEmpty else { return 0 }
        let index = min(sorted.count - 1, Int(Double(sorted.count) * part))
        return Double(sorted[index]) / 1000
    }

    /// Ends the benchmark when anything but `status` came back: a figure about errors would mean nothing.
    func check(_ name: String, status: Int) throws(BenchError) {
        guard lost == 0, Set(statuses.keys) == [status] else {
            throw BenchError("\(name): expected only \(status), got \(statuses), \(lost) without an answer.")
        }
    }
}

/// A keep-alive HTTP/1.1 client that does as little as it can.
struct LoadClient: Sendable {
    let loop: any EventLoop
    let port: Int

    /// Sends the plan's requests and waits for their answers.
    func run(_ plan: LoadPlan) async throws -> LoadResult {
        let loop = loop
        let promise = loop.makePromise(of: LoadResult.self)
        let load = try await loop.submit { NIOLoopBound(Load(plan, promise, loop), eventLoop: loop) }.get()
        let bootstrap = ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(LoadConnection(load.value))
                }
            }
        for _ in 0..<plan.connections {
            _ = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
        }
        loop.execute { load.value.begin() }
        return try await promise.futureResult.get()
    }
}

/// One plan under way; lives on its event loop.
private final class Load {
    private let plan: LoadPlan
    private let promise: EventLoopPromise<LoadResult>
    private let loop: any EventLoop
    private var connections: [LoadConnection] = []
    private var next = 0
    private var running = 0
    private var started = NIODeadline.now()
    private var timeout: Scheduled<Void>?
    var result = LoadResult()

    init(_ plan: LoadPlan, _ promise: EventLoopPromise<LoadResult>, _ loop: any EventLoop) {
        self.plan = plan
        self.promise = promise
        self.loop = loop
        result.latencies.reserveCapacity(200_000)
    }

    func add(_ connection: LoadConnection) { connections.append(connection) }

    func begin() {
        started = .now()
        running = connections.count
        let load = NIOLoopBound(self, eventLoop: loop)
        timeout = loop.scheduleTask(in: plan.limit) { load.value.giveUp() }
        for connection in connections { connection.sendNext() }
    }

    func take() -> ByteBuffer? {
        guard !plan.requests.isEmpty else { return nil }
        if let duration = plan.duration {
            guard NIODeadline.now() < started + duration else { return nil }
        } else {
            guard next < plan.requests.count else { return nil }
        }
        defer { next += 1 }
        return plan.requests[next % plan.requests.count]
    }

    func end() {
        running -= 1
        guard running == 0 else { return }
        timeout?.cancel()
        result.seconds = Double((NIODeadline.now() - started).nanoseconds) / 1e9
        connections = []
        promise.succeed(result)
    }

    private func giveUp() {
        for connection in connections { connection.giveUp() }
    }
}

/// One connection of a plan.
private final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let load: Load
    private var context: ChannelHandlerContext?
    private var reader = ResponseReader()
    private var sentAt = NIODeadline.now()
    private var isWaiting = false
    private var hasEnded = false

    init(_ load: Load) {
        self.load = load
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        load.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func sendNext() {
        guard let context, context.channel.isActive, let request = load.take() else { return end() }
        isWaiting = true
        sentAt = .now()
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let status = reader.receive(unwrapInboundIn(data)), isWaiting else { return }
        isWaiting = false
        let microseconds = (NIODeadline.now() - sentAt).nanoseconds / 1000
        load.result.statuses[status, default: 0] += 1
        load.result.latencies.append(UInt32(clamping: microseconds))
        sendNext()
    }

    func channelInactive(context: ChannelHandlerContext) { end() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func giveUp() { end() }

    private func end() {
        guard !hasEnded else { return }
        hasEnded = true
        if isWaiting { load.result.lost += 1 }
        context?.close(promise: nil)
        load.end()
    }
}
