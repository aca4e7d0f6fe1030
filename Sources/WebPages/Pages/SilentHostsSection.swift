// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Model
internal import Storage

/// The part of the moderation page with the hosts that do not accept what this node sends.
enum SilentHostsSection {
    static func html(_ peers: ListPart<SilentPeer>, _ visit: Visit) -> HTML {
        let t = visit.t
        return """
            <section aria-labelledby="silent"><h2 id="silent">\(t(.silentHosts))</h2>
            <p class="hint">\(peers.items.isEmpty && visit.query["silent"] == nil ? t(.noSilentHosts) : t(.silentHostsHint))</p>
            <ul class="list">\(each(peers.items) { peer in
                """
                <li class="card"><div><h3 class="address">\(peer.host)</h3><p class="meta">\(facts(of: peer, visit))</p>
                \(visit.form("/moderation/retry", style: "inline", """
                    \(visit.hidden("host", peer.host))<button class="button quiet small" type="submit">\(t(.tryAgain))</button>
                    """))</div></li>
                """
            })</ul>\(visit.rest("silent", after: peers.last?.host, section: "silent"))</section>
            """
    }

    private static func facts(of peer: SilentPeer, _ visit: Visit) -> String {
        let t = visit.t
        var facts = [peer.failingSince.map { t(.silentSince, visit.moments.day($0)) } ?? t(.acceptsAgain)]
        if peer.waiting > 0 { facts.append(t.count(.waitingDeliveries, peer.waiting)) }
        if peer.abandoned > 0 { facts.append(t.count(.givenUpDeliveries, peer.abandoned)) }
        return facts.joined(separator: " · ")
    }
}
