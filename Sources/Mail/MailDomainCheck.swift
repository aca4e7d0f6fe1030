// SPDX-License-Identifier: Apache-2.0

public import Model

/// Whether other mail servers have reason to believe that an e-mail of this node comes from its domain: SPF, DKIM and
/// DMARC, as far as the DNS shows it.
///
/// It cannot see from which address the mail server sends to others, so it shows the SPF record and does not judge it.
/// Spec: RFC 7208 (SPF), RFC 6376 (DKIM), RFC 7489 (DMARC).
public struct MailDomainCheck: Sendable {
    /// One result: a sentence, and whether something has to be done.
    public struct Finding: Sendable, Hashable {
        /// `spf`, `dkim` or `dmarc`.
        public let name: String
        /// Whether it is as it should be.
        public let isFine: Bool
        /// One sentence; when something has to be done, it says what.
        public let text: String
    }

    private let from: MailAddress
    private let returnPath: MailAddress
    private let keys: [DKIMKey]
    private let records: any TextRecords

    /// - Parameters:
    ///   - from: the sender.
    ///   - returnPath: where reports of failures go.
    ///   - keys: the keys that sign.
    ///   - records: asks the DNS.
    public init(from: MailAddress, returnPath: MailAddress, keys: [DKIMKey], records: any TextRecords) {
        self.from = from
        self.returnPath = returnPath
        self.keys = keys
        self.records = records
    }

    /// All results, in this order: SPF, each DKIM key, DMARC.
    public func run() async -> [Finding] {
        let (spf, hasSPF) = await self.spf()
        var dkim: [Finding] = []
        var aligned: [String] = hasSPF && Self.isAligned(returnPath.domain, from.domain) ? ["SPF"] : []
        for key in keys {
            let finding = await check(key)
            dkim.append(finding)
            if finding.isFine, Self.isAligned(key.domain, from.domain) { aligned.append("DKIM") }
        }
        if keys.isEmpty {
            dkim = [
                Finding(
                    name: "dkim", isFine: true,
                    text: "this node signs nothing; the mail server may do it, see dkim_key_file")
            ]
        }
        return [spf] + dkim + [await dmarc(aligned)]
    }

    private func spf() async -> (Finding, exists: Bool) {
        let domain = returnPath.domain
        guard let texts = await records.texts(of: domain) else { return (silence("spf", domain), false) }
        let found = texts.filter { $0.lowercased() == "v=spf1" || $0.lowercased().hasPrefix("v=spf1 ") }
        let text =
            switch found.count {
            case 0:
                "\(domain) has no SPF record: add a TXT record that your mail provider names, like “v=spf1 include:… -all”."
            case 1: "\(domain) says “\(found[0])”; it has to name the server that sends to others"
            default: "\(domain) has \(found.count) SPF records, and then none counts: leave one."
            }
        let isOpen = found.contains { $0.lowercased().split(separator: " ").contains { $0 == "+all" || $0 == "all" } }
        if isOpen {
            return (
                Finding(name: "spf", isFine: false, text: "\(text); “all” lets everybody send: write “-all”."), true
            )
        }
        return (Finding(name: "spf", isFine: found.count == 1, text: text), found.count == 1)
    }

    private func check(_ key: DKIMKey) async -> Finding {
        guard let texts = await records.texts(of: key.recordName) else { return silence("dkim", key.recordName) }
        if texts.contains(where: key.isPublished) {
            return Finding(name: "dkim", isFine: true, text: "\(key.recordName) has the public key (\(key.algorithm))")
        }
        let what = texts.isEmpty ? "does not exist" : "has another key"
        return Finding(
            name: "dkim", isFine: false, text: "\(key.recordName) \(what): add a TXT record with “\(key.record)”.")
    }

    /// The record of the domain itself, or that of the nearest domain above it with at least two labels.
    private func dmarc(_ aligned: [String]) async -> Finding {
        var domain = from.domain[...]
        var found: String?
        while true {
            guard let texts = await records.texts(of: "_dmarc.\(domain)") else {
                return silence("dmarc", "_dmarc.\(domain)")
            }
            found = texts.first { $0.filter { !$0.isWhitespace }.lowercased().hasPrefix("v=dmarc1") }
            let above = domain.drop { $0 != "." }.dropFirst()
            if found != nil || !above.contains(".") { break }
            domain = above
        }
        let ways =
            aligned.isEmpty
            ? "neither SPF nor DKIM names \(from.domain)" : "it is confirmed by \(aligned.joined(separator: " and "))"
        guard let found else {
            return Finding(
                name: "dmarc", isFine: false,
                text:
                    "\(from.domain) has no DMARC record: add a TXT record at _dmarc.\(from.domain), like “v=DMARC1; p=none”."
            )
        }
        let policy = DKIMKey.tags(of: found)["p"] ?? "none"
        let isFine = !aligned.isEmpty || policy == "none"
        return Finding(
            name: "dmarc", isFine: isFine,
            text: "\(domain) says p=\(policy), and \(ways)"
                + (isFine ? "" : ": others will refuse or hide what is sent."))
    }

    private func silence(_ name: String, _ domain: String) -> Finding {
        Finding(name: name, isFine: false, text: "no name server answers for \(domain): is the network up?")
    }

    /// Whether two domains are the same or one is below the other. A full list of registries would be stricter.
    /// Spec: RFC 7489 §3.1.
    private static func isAligned(_ one: String, _ other: String) -> Bool {
        one == other || one.hasSuffix(".\(other)") || other.hasSuffix(".\(one)")
    }
}
