// SPDX-License-Identifier: Apache-2.0

extension LeasedQueue {
    /// All queues of the server. Metrics and `troquet doctor` read this list.
    public static let all = [
        InboxQueue.queue,
        OutboxQueue.queue,
        MailQueue.queue,
        PushQueue.queue,
        Uploads.queue,
        Scheduled.queue,
    ]
}
