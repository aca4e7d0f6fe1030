// SPDX-License-Identifier: Apache-2.0

internal import CoreMetrics
internal import Database
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Model
internal import Storage
internal import Synchronization
internal import Telemetry

/// The metrics of this node, and the page that shows them.
///
/// Requests, statements and events are counted when they happen. The lengths of the queues are read from the database
/// when the page is requested, at most once in ``queueAge``, because counting a long queue is expensive.
final class NodeMetrics: Sendable {
    /// The factory of all metrics.
    let registry: PrometheusRegistry
    /// Counts events by name.
    let counters: Counters

    /// How old the numbers of the queues may be.
    private static let queueAge = Duration.seconds(5)

    private let statements: Counter
    private let waits: Timer
    private let queues = Mutex<ContinuousClock.Instant?>(nil)

    init() {
        registry = PrometheusRegistry(help: Self.help)
        counters = Counters(registry)
        statements = Counter(label: "troquet_database_statements", factory: registry)
        waits = Timer(label: "troquet_database_wait_seconds", factory: registry)
    }

    /// Counts one SQL statement.
    func countStatement() { statements.increment() }

    /// Counts an attempt to send an e-mail.
    func countMail(_ kind: String, _ result: String) {
        Counter(label: "troquet_emails_total", dimensions: [("kind", kind), ("result", result)], factory: registry)
            .increment()
    }

    /// Records how long a read or write waited for a database connection.
    func recordWait(_ duration: Duration) {
        waits.recordNanoseconds(Int64(clamping: duration.attoseconds / 1_000_000_000))
    }

    /// All metrics in the text format of Prometheus.
    func page(of node: Node) async -> Response {
        await refreshQueues(of: node)
        var response = Responses.text(registry.text)
        response.headers[.contentType] = PrometheusRegistry.mediaType
        return response
    }

    private func refreshQueues(of node: Node) async {
        let isDue = queues.withLock { last in
            if let last, ContinuousClock.now - last < Self.queueAge { return false }
            // Set before the rows are counted, so that two concurrent requests count them once.
            last = .now
            return true
        }
        guard isDue else { return }
        let now = node.clock.now
        do {
            let (backlogs, sender, failed, suppressed) = try await node.database.read { db in
                let backlogs = try LeasedQueue.all.map { queue in (queue.name, try queue.backlog(now: now, in: db)) }
                return (
                    backlogs, try MailSenders.status(in: db), try MailQueue.counts(in: db).failed,
                    try MailSuppressions.count(in: db)
                )
            }
            for (name, backlog) in backlogs { show(name, backlog, at: now) }
            for problem in [MailSenderStatus.Problem.server, .settings] {
                let since = sender.problem == problem ? sender.since : nil
                let age = since.map { max(0, (now - $0).milliseconds / 1000) } ?? 0
                set("troquet_mail_stopped_seconds", ["problem": problem.rawValue], Int(age))
            }
            set("troquet_mail_failed", [:], failed)
            set("troquet_mail_suppressed_addresses", [:], suppressed)
        } catch {
            queues.withLock { $0 = nil }
            node.logger.warning("queues not counted", metadata: ["error.kind": "\(error)"])
        }
    }

    private func show(_ queue: String, _ backlog: QueueBacklog, at now: Timestamp) {
        let age = backlog.oldestDue.map { max(0, (now - $0).milliseconds / 1000) } ?? 0
        set("troquet_queue_depth", ["queue": queue], backlog.count)
        set("troquet_queue_oldest_seconds", ["queue": queue], Int(age))
        // These two queues had metrics of their own before there was a label `queue`.
        guard let name = ["inbox": "inbox", "outbox": "delivery"][queue] else { return }
        set("troquet_\(name)_backlog", [:], backlog.count)
        set("troquet_\(name)_oldest_seconds", [:], Int(age))
    }

    private func set(_ label: String, _ dimensions: [String: String], _ value: Int) {
        Gauge(label: label, dimensions: dimensions.map { ($0.key, $0.value) }, factory: registry).record(value)
    }

    /// The help text of each metric.
    static let help = [
        Counters.metric: "What happened since the start, by name.",
        "troquet_database_statements": "SQL statements since the start.",
        "troquet_database_wait_seconds": "How long reads and writes waited for a connection to the database.",
        "troquet_delivery_backlog": "Deliveries that are not done, those included that wait for another try.",
        "troquet_delivery_oldest_seconds": "For how long the oldest delivery has been due.",
        "troquet_emails_total": "Attempts to send an e-mail, by kind and result.",
        "troquet_mail_failed": "E-mails of the last 14 days that were given up.",
        "troquet_mail_stopped_seconds":
            "For how long nothing could be sent: the server is away, or it refuses the settings.",
        "troquet_mail_suppressed_addresses": "Addresses that get no e-mail.",
        "troquet_http_request_duration_seconds": "Time from a request's head to its answer, by face.",
        "troquet_http_requests_total": "Answers by face (pages, documents, clients) and class of status.",
        "troquet_http_shed_total": "Requests that got 503 because too many of their class were under way, by class.",
        "troquet_inbox_backlog": "Received activities that are not applied yet.",
        "troquet_inbox_oldest_seconds": "Age of the oldest received activity that is not applied yet.",
        "troquet_queue_depth": "What waits, by queue.",
        "troquet_queue_oldest_seconds": "For how long the oldest that is due has waited, by queue.",
    ]
}
