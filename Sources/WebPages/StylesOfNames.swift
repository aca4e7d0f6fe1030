// SPDX-License-Identifier: Apache-2.0

extension Styles {
    /// Rules that keep a page as wide as its screen, whatever people write: names, titles, places and addresses may be
    /// long words without a space.
    static let names = """
        main,.side,.foot,.menu ul{overflow-wrap:anywhere}
        .brand,.button,.badge,.date,.states,.tabs,.entries,label,legend{overflow-wrap:break-word}
        .button,.badge{max-width:100%}
        .button,.badge,.who>span:last-child,.portrait>div,.post>header p,.card>div,.pair>*,.cards>*,.doors>*,.columns>*,.who,.requests form{min-width:0}
        .who{max-width:100%}
        .brand span{display:-webkit-box;-webkit-line-clamp:3;-webkit-box-orient:vertical;overflow:hidden;min-width:0}
        .menu ul{max-width:min(22rem,calc(100vw - 2rem))}
        .origin{white-space:normal}
        .tick,.ballot li{grid-template-columns:1.6rem minmax(0,1fr)}
        .results li{grid-template-columns:minmax(0,1fr) auto}
        select{text-overflow:ellipsis}
        .people li{min-width:0}
        @media (max-width:46rem){.entries a span{max-width:100%;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}}
        """

    /// Pages with two columns of their own, and parts that are at another place on a phone.
    static let rooms = """
        .twofold{display:grid;grid-template-columns:minmax(0,1fr);gap:2.5rem 4rem}
        .twofold>*{min-width:0}
        .twofold>.rest>section:first-child{margin-top:0}
        .twofold .first>:last-child{margin-bottom:0}
        @media (min-width:60rem){.twofold{grid-template-columns:minmax(0,42rem) minmax(15rem,1fr);grid-template-rows:auto 1fr}
        .twofold>.side{grid-column:2;grid-row:1/span 2}}
        .columns{display:grid;gap:2.5rem 4rem;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));align-items:start}
        .columns>section{margin:0}
        .columns .wide-one{grid-column:1/-1}
        .at-post{margin:0 0 .7rem}
        details.pictures{max-width:34rem;margin:0 0 1.15rem;border:1px solid var(--line);border-radius:6px;padding:0 1.15rem}
        details.pictures[open]{padding-bottom:.5rem}
        details.pictures>summary{min-height:44px;display:flex;align-items:center;font-weight:600}
        details.pictures>summary::before{content:"+";width:1.2rem;color:var(--accent)}
        details.pictures[open]>summary::before{content:"−"}
        .empty .button{margin:.25rem .15rem}
        .pager{display:flex;flex-wrap:wrap;gap:.5rem}
        .ways{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem}
        .ways a{display:inline-flex;align-items:center;min-height:44px}
        .foot form{margin:0}
        .foot .plain{min-height:44px;padding:0;color:var(--ink);text-decoration:underline;text-underline-offset:.18em}
        .steps{margin:0;padding-left:1.3rem}
        .steps li{margin-bottom:.35rem}
        .hello .actions{align-items:center}
        .find{display:inline-flex;align-items:center;justify-content:center;min-width:44px;min-height:44px;color:var(--ink)}
        @media (max-width:30rem){.stranger .top .bar{flex-wrap:wrap;padding-top:.3rem;padding-bottom:.3rem;gap:0 1rem}
        .stranger .door{flex:1 0 100%;margin:0;justify-content:space-between;gap:.5rem}
        .stranger .brand{max-width:100%}
        .door{gap:.25rem}}
        """
}
