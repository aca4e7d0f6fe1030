// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage

extension StatementTour {
    func mail(_ s: Stage, _ tx: Transaction) throws {
        let later = s.now + .days(1)
        for number in 1...4 {
            var mail = QueuedMail(id: ID(Int64(number)), recipient: "ada@mail.example", subject: "", body: "text")
            mail.account = s.ada.id
            mail.identify(at: "cafe.example")
            mail.returnToken = "token\(number)"
            try MailQueue.enqueue(mail, at: s.now, in: tx)
        }
        let lease = Lease(now: s.now, until: later)
        _ = try MailQueue.lease(1, lease, in: tx)
        _ = try MailQueue.lease(1, lease, perHour: 100, in: tx)
        _ = try MailQueue.lease(2, lease, perHour: 3, in: tx)
        try MailQueue.postpone(ID(1), until: s.now, after: "later", at: s.now, in: tx)
        try MailQueue.postpone(ID(1), until: s.now, in: tx)
        try MailQueue.putBack(ID(2), until: s.now, after: "later", in: tx)
        try MailQueue.finish(ID(1), at: s.now, in: tx)
        try MailQueue.fail(ID(2), "never", at: s.now, in: tx)
        _ = try MailQueue.list(.failed, limit: 10, in: tx)
        _ = try MailQueue.list(.failed, before: ID(9), limit: 10, in: tx)
        _ = try MailQueue.lastEnded(of: s.ada.id, in: tx)
        _ = try MailQueue.byReturnToken("token1", in: tx)
        try MailQueue.bounce(ID(1), "it came back", at: s.now, in: tx)
        _ = try MailQueue.retry(ID(2), at: s.now, in: tx)
        _ = try MailQueue.drop(ID(2), in: tx)
        _ = try MailQueue.counts(in: tx)
        _ = try MailQueue.count(["digest"], to: s.ada.id, since: s.now, in: tx)
        try MailQueue.replace(["event_changed"], to: s.ada.id, about: ID(1), in: tx)
        try mailChoices(s, tx)
        try MailSuppressions.add("gone@mail.example", .refused, "550", at: s.now, in: tx)
        _ = try MailSuppressions.find("gone@mail.example", in: tx)
        _ = try MailSuppressions.list(limit: 10, in: tx)
        _ = try MailSuppressions.count(in: tx)
        _ = try MailSuppressions.remove("gone@mail.example", in: tx)
        try MailSenders.rest(.server, "no answer", at: s.now, in: tx)
        _ = try MailSenders.status(in: tx)
        try MailSenders.wake(in: tx)
        try MailSenders.recover(in: tx)
    }

    private func mailChoices(_ s: Stage, _ tx: Transaction) throws {
        try MailChoices.set("digest", true, of: s.ada.id, in: tx)
        _ = try MailChoices.of(s.ada.id, in: tx)
        _ = try MailChoices.linkKey(orStore: "key", in: tx)
        _ = try MailChoices.linkKey(in: tx)
        _ = try MailNotices.exist(in: tx)
        _ = try MailNotices.take(10, in: tx)
        let rule = MailBatchRule(
            kind: "digest", reasons: [.mention], pause: .days(7), patience: .days(1), memory: .days(8))
        _ = try MailBatches.due(rule, limit: 10, at: s.now, in: tx)
        _ = try MailBatches.news(rule, of: s.ada.id, mentioning: [.mention], limit: 10, at: s.now, in: tx)
        try MailBatches.record(rule, of: s.ada.id, upTo: ID(1), at: s.now, in: tx)
        _ = try WaitingTasks.of(s.ada.id, in: tx)
        _ = try WaitingTasks.isDone(of: s.ada.id, in: tx)
    }
}
