// SPDX-License-Identifier: Apache-2.0

extension Styles {
    /// Typography and spacing.
    static let base = """
        *,*::before,*::after{box-sizing:border-box}
        html{font-size:106.25%;-webkit-text-size-adjust:100%;scroll-padding:5rem 0 6rem}
        body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:var(--paper);color:var(--ink);font:1rem/1.55 var(--sans);overflow-wrap:break-word}
        h1,h2,h3,.chalk strong{font-family:var(--serif);font-weight:600;line-height:1.2;text-wrap:balance}
        h1{font-size:2.07rem;margin:0 0 1rem;letter-spacing:-.01em}
        h2{font-size:1.44rem;margin:0 0 .75rem}
        h3{font-size:1.2rem;margin:0 0 .25rem}
        p{margin:0 0 .75rem;max-width:34rem}
        a{color:var(--accent);text-underline-offset:.18em;text-decoration-thickness:1px}
        a:hover{color:var(--accent-deep);text-decoration-thickness:2px}
        :focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
        main:focus{outline:0}
        .slate :focus-visible{outline-color:var(--chalk)}
        ul,ol{margin:0 0 .75rem;padding-left:1.3rem}
        blockquote{margin:.5rem 0;padding-left:1rem;border-left:3px solid var(--line);color:var(--soft)}
        pre{overflow-x:auto;padding:.75rem;background:var(--tint);border-radius:6px}
        code{font-size:.92em}
        summary{cursor:pointer}
        .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        .skip{position:absolute;left:1rem;top:-6rem;z-index:9;background:var(--accent);color:var(--on-accent);padding:.7rem 1.2rem;border-radius:0 0 6px 6px}
        .skip:focus{top:0}
        .meta,.hint{color:var(--soft);font-size:.9rem}
        .intro,.tagline{font-size:1.1rem;color:var(--soft);text-wrap:pretty}
        .intro{margin-bottom:1.75rem}
        .address{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.87rem;overflow-wrap:anywhere;user-select:all}
        p.address:not(.meta){padding:.5rem .7rem;background:var(--paper);border:1px solid var(--line);border-radius:6px}
        .printed,.paper-only,.box,.code-of{display:none}
        .box{width:1.1em;height:1.1em;margin-right:.7em;border:1.5px solid;vertical-align:-.15em}
        .code-of{align-items:center;gap:1.2rem;font-size:1.1rem;max-width:none;break-inside:avoid;overflow-wrap:anywhere}
        .qr{flex:none;width:11rem;height:11rem}
        @media (prefers-reduced-motion:no-preference){a,button,.button{transition:color .12s,background-color .12s,border-color .12s}}
        """

    /// Header, columns, the corner with print and share links, footer.
    static let frame = """
        .bar{max-width:68rem;margin:0 auto;padding:0 1.25rem;display:flex;align-items:center;gap:.5rem 1.5rem}
        .top{border-bottom:1px solid var(--line);background:var(--paper)}
        .top .bar{min-height:4rem}
        .brand{display:flex;align-items:center;gap:.6rem;color:var(--ink);text-decoration:none;font:600 1.13rem/1.15 var(--serif);min-height:44px;min-width:0}
        .brand:hover{color:var(--accent)}
        .logo{flex:none;color:var(--accent)}
        .entries{margin:0 auto}
        .entries ul{list-style:none;display:flex;gap:.25rem;margin:0;padding:0}
        .entries a,.mine{display:flex;align-items:center;min-height:44px;padding:0 .7rem;color:var(--ink);text-decoration:none;border-bottom:3px solid transparent;border-top:3px solid transparent}
        .entries a:hover,.mine:hover{color:var(--accent);border-bottom-color:var(--line)}
        .entries a[aria-current],.mine[aria-current]{border-bottom-color:var(--accent);font-weight:600}
        .entries .sign{display:none}
        .door{display:flex;align-items:center;gap:1rem;margin-left:auto;white-space:nowrap}
        .door>a:not(.button):not(.mine){min-height:44px;display:flex;align-items:center}
        .bell{position:relative;display:flex;align-items:center;justify-content:center;min-width:44px;color:var(--ink);border-radius:50%}
        .bell:hover,.bell[aria-current]{color:var(--accent)}
        .fields{margin:.75rem 0;display:grid;gap:.35rem}
        .fields div{display:flex;flex-wrap:wrap;gap:.15rem .75rem}
        .fields dt{font-weight:600;overflow-wrap:anywhere}
        .fields dd{margin:0;min-width:0;overflow-wrap:anywhere}
        .dot{display:inline-block;width:.6rem;height:.6rem;border-radius:50%;background:var(--accent)}
        .bell .dot{position:absolute;top:.55rem;right:.55rem;outline:2px solid var(--paper)}
        .menu{position:relative}
        .menu>button{display:flex;align-items:center;justify-content:center;min-width:44px;min-height:44px;padding:0;border:0;background:none;border-radius:50%;cursor:pointer}
        .menu ul{position:absolute;inset:3.9rem max(1.25rem,calc((100vw - 68rem)/2 + 1.25rem)) auto auto;z-index:5;min-width:15rem;margin:0;padding:.4rem;list-style:none;color:var(--ink);background:var(--raised);border:1px solid var(--line);border-radius:6px}
        @supports not selector(:popover-open){.menu ul{inset:auto 0 auto auto}.menu:not(:focus-within) ul{display:none}}
        .menu li>a,.menu .plain{display:flex;align-items:center;gap:.6rem;width:100%;min-height:44px;padding:0 .8rem;color:var(--ink);text-decoration:none;border-radius:4px;white-space:normal;text-align:left}
        .menu li>a:hover,.menu .plain:hover{background:var(--tint)}
        .menu form{margin:0;border-top:1px solid var(--line)}
        .plain{border:0;background:none;font:inherit;cursor:pointer}
        .sheet{width:100%;max-width:47rem;margin:0 auto;flex:1;align-content:start;padding:2.25rem 1.25rem 3rem;display:grid;grid-template-columns:minmax(0,1fr);gap:2.5rem 4rem}
        .has-aside .sheet,.wide .sheet{max-width:68rem}
        main{min-width:0}
        main>*+section{margin-top:2.5rem}
        .side>section{margin-bottom:1.25rem}
        .heading{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;gap:.25rem 1.5rem;margin-bottom:.75rem}
        .heading h1,.heading h2{margin:0}
        .heading .button{align-self:center}
        .more{min-height:24px}
        .corner{grid-column:1/-1;border-top:1px solid var(--line);padding-top:.75rem;font-size:.9rem}
        .corner ul{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.75rem}
        .corner a,.corner summary{display:inline-flex;align-items:center;min-height:44px;color:var(--soft)}
        .corner summary{text-decoration:underline;text-decoration-thickness:1px;text-underline-offset:.18em}
        .corner summary:hover,.corner a:hover{color:var(--accent)}
        .corner .drop{padding-bottom:.75rem}
        .corner details[open]{flex-basis:100%}
        .foot{background:var(--tint);border-top:1px solid var(--line);font-size:.9rem}
        .foot .bar{flex-wrap:wrap;justify-content:space-between;padding-top:1rem;padding-bottom:1rem}
        .foot p{display:flex;flex-wrap:wrap;align-items:center;gap:.2rem .7rem;margin:0;max-width:none}
        .foot ul{list-style:none;display:flex;flex-wrap:wrap;gap:0 1.5rem;margin:0;padding:0}
        .foot li a{display:inline-flex;align-items:center;min-height:44px;color:var(--ink)}
        .crumbs{font-size:.9rem;color:var(--soft);margin-bottom:.75rem}
        .notice{max-width:none;padding:.7rem 1rem;border:1px solid var(--green);border-left-width:5px;border-radius:6px;background:var(--raised);margin-bottom:1.5rem}
        .notice span{color:var(--green);font-weight:700}
        .tabs{display:flex;flex-wrap:wrap;gap:.25rem;border-bottom:1px solid var(--line);margin:0 0 1.25rem}
        .tabs a{display:inline-flex;align-items:center;min-height:44px;padding:0 .9rem;margin-bottom:-1px;color:var(--soft);text-decoration:none;border-bottom:3px solid transparent}
        .tabs a:hover{color:var(--accent)}
        .tabs+.list>.card:first-child{border-top:0;padding-top:.25rem}
        .tabs a[aria-current]{color:var(--ink);font-weight:600;border-bottom-color:var(--accent)}
        @media (min-width:60rem){.has-aside .sheet{grid-template-columns:minmax(0,42rem) minmax(15rem,1fr)}}
        @media (max-width:60rem){.entries{margin:0}.entries a,.mine{padding:0 .5rem}.bar{gap:.5rem 1rem}.top .mine{display:none}}
        @media (pointer:coarse) and (max-width:46rem){.corner .to-paper{display:none}}
        @media (max-width:46rem){
        body{padding-bottom:calc(4.2rem + env(safe-area-inset-bottom))}
        .entries{position:fixed;left:0;right:0;bottom:0;z-index:4;background:var(--raised);border-top:1px solid var(--line);padding:0 .25rem env(safe-area-inset-bottom)}
        .entries ul{justify-content:space-around;gap:0}
        .entries li{flex:1 1 0;min-width:0}
        .entries a{flex-direction:column;justify-content:center;gap:.1rem;min-height:3.7rem;padding:0;font-size:.72rem;border:0;border-top:3px solid transparent}
        .entries a[aria-current]{border-top-color:var(--accent);color:var(--accent);font-weight:500}
        .entries .sign{display:block}
        .tabs a{padding:0 .6rem}
        .on-paper{padding-bottom:1rem}
        .sheet{padding-top:1.5rem}
        h1{font-size:1.73rem}}
        @media (max-width:24rem){.top .logo{width:26px;height:26px}.brand{font-size:1rem}.door{gap:.6rem}.bar{padding:0 1rem}.sheet{padding-left:1rem;padding-right:1rem}.entries a{font-size:.61rem;letter-spacing:-.01em}}
        """

    /// Buttons and fields.
    static let forms = """
        .button,button{font:inherit}
        .button{display:inline-flex;align-items:center;justify-content:center;min-height:44px;padding:.4rem 1.15rem;border:1px solid var(--accent);border-radius:6px;background:var(--accent);color:var(--on-accent);font-weight:600;text-decoration:none;cursor:pointer;text-align:center}
        .button:hover{background:var(--accent-deep);border-color:var(--accent-deep);color:var(--on-accent)}
        .button.quiet{background:transparent;color:var(--ink);border-color:var(--edge);font-weight:500}
        .button.quiet:hover{border-color:var(--accent);color:var(--accent)}
        .button.quiet[aria-pressed=true]{border-color:var(--green);color:var(--green)}
        .button.quiet[aria-pressed=true]::before{content:"✓";margin-right:.4rem}
        .button.stop{background:transparent;border-color:var(--red);color:var(--red)}
        .button.stop:hover{background:var(--red);color:var(--on-red)}
        .button.small{padding:.2rem .8rem;font-size:.9rem}
        .button.chalked{background:var(--chalk);border-color:var(--chalk);color:#23312f}
        .button.chalked:hover{background:transparent;color:var(--chalk)}
        @media (pointer:fine){.button.small{min-height:34px}}
        form.inline{display:inline-flex;flex-wrap:wrap;gap:.5rem;margin:0}
        .actions,.deeds{display:flex;flex-wrap:wrap;align-items:flex-start;gap:.5rem;margin:.75rem 0 0}
        main>.actions{margin:1rem 0 2.25rem}
        .field{margin-bottom:1.15rem;max-width:34rem}
        label,legend{display:block;font-weight:600;margin-bottom:.25rem}
        .optional{font-weight:400;color:var(--soft);font-size:.85rem}
        .field .hint{margin:0 0 .35rem;line-height:1.4}
        input:not([type=checkbox]):not([type=radio]):not([type=hidden]),textarea,select{width:100%;min-height:44px;padding:.5rem .75rem;font:inherit;color:var(--ink);background:var(--raised);border:1px solid var(--edge);border-radius:6px}
        textarea{resize:vertical;line-height:1.5}
        input[type=number]{max-width:9rem}
        [aria-invalid=true]{border-color:var(--red)!important;border-width:2px!important}
        .problem{color:var(--red);font-weight:600;margin:0 0 .35rem;font-size:.94rem}
        .problem::before{content:"▲ ";font-size:.75em}
        .errors{border:2px solid var(--red);border-radius:6px;padding:1rem 1.25rem;margin-bottom:1.5rem;background:var(--raised)}
        .errors h2{font-size:1.2rem;margin-bottom:.25rem}
        .errors ul{margin:0}
        .errors a{color:var(--red)}
        fieldset{border:1px solid var(--line);border-radius:6px;padding:1rem 1.15rem .1rem;margin:0 0 1.15rem;max-width:34rem;min-width:0}
        legend{padding:0 .4rem;margin-left:-.4rem}
        .search{max-width:34rem;margin:0 0 1.75rem}
        .search .row{display:flex;flex-wrap:wrap;gap:.5rem}
        .search input{flex:1 1 8rem;width:auto!important;min-width:0}
        .panel .search{margin:0}
        .pair{display:grid;gap:0 1rem;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));max-width:34rem}
        fieldset .pair{grid-template-columns:repeat(auto-fit,minmax(9rem,1fr))}
        .tick{display:grid;grid-template-columns:1.6rem 1fr;gap:0 .6rem;align-items:start}
        .tick input{width:1.5rem;height:1.5rem;margin:.1rem 0 0;accent-color:var(--accent)}
        details.more{margin:.75rem 0 0}
        details.more>summary{min-height:44px;display:inline-flex;align-items:center;color:var(--soft)}
        details.more>summary::before{content:"▸";margin-right:.5rem}
        details.more[open]>summary::before{content:"▾"}
        details.danger{border:1px solid var(--line);border-radius:6px;padding:0 .9rem;max-width:34rem}
        details.danger+details.danger{margin-top:.75rem}
        details.danger>summary{min-height:42px;display:flex;align-items:center;color:var(--red)}
        .deeds details.danger>summary,.actions details.danger>summary{min-height:32px;font-size:.9rem;color:var(--soft)}
        .deeds details.danger:not([open]){border-color:transparent}
        details.danger>summary:hover{color:var(--red)!important}
        details.danger>summary::before{content:"▸";margin-right:.5rem}
        details.danger[open]>summary::before{content:"▾"}
        details.danger[open]{padding-bottom:.9rem}
        .sheet-form+.hint,.answer+.hint{margin-top:1rem}
        .last{margin-top:2.5rem;padding-top:1.25rem;border-top:1px solid var(--line)}
        """

    /// Avatars, events, discussions.
    static let cards = """
        .face{flex:none;display:inline-flex;align-items:center;justify-content:center;width:2.75rem;height:2.75rem;border-radius:50%;color:#fff;font:600 1rem/1 var(--serif);letter-spacing:.02em}
        .face.small{width:2rem;height:2rem;font-size:.78rem}
        .face.large{width:5rem;height:5rem;font-size:1.8rem}
        .face.group{border-radius:6px}
        .tone0{background:#7c4a38}.tone1{background:#2f6b4f}.tone2{background:#3d5a75}.tone3{background:#6a4a70}
        .tone4{background:#7a5a1c}.tone5{background:#4d5f25}.tone6{background:#8a3b4c}.tone7{background:#356261}
        .faces{display:inline-flex;flex-wrap:wrap;list-style:none;margin:0;padding:0 0 0 .35rem;vertical-align:middle}
        .faces .face{margin-left:-.35rem;border:2px solid var(--paper);width:2.15rem;height:2.15rem}
        .slate .faces .face{border-color:var(--slate)}
        .who{display:inline-flex;align-items:center;gap:.55rem;min-height:44px;color:var(--ink);text-decoration:none}
        .who:hover span:last-child{text-decoration:underline;color:var(--accent)}
        .people,.plain-list,.requests{list-style:none;margin:0;padding:0}
        .plain-list li{margin-bottom:.5rem}
        .requests li{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem .8rem;padding:.35rem 0;border-top:1px solid var(--line)}
        .tags{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1rem}
        .tags a{display:inline-block;min-height:32px}
        .list{list-style:none;margin:0;padding:0}
        .card{position:relative;display:grid;grid-template-columns:auto minmax(0,1fr);gap:0 1rem;padding:1.15rem 0;border-top:1px solid var(--line)}
        .list>.card:last-child{border-bottom:1px solid var(--line)}
        .card h2,.card h3{font-size:1.2rem;margin:0 0 .2rem}
        .card h2 a,.card h3 a{color:var(--ink);text-decoration:none}
        .card h2 a::after,.card h3>a:only-child::after{content:"";position:absolute;inset:0;border-radius:6px}
        .card:hover h2 a,.card:hover h3 a{color:var(--accent);text-decoration:underline}
        .card p{margin:0 0 .3rem}
        .card .faces,.card form,.card .who{position:relative}
        .card .lines{color:var(--soft)}
        .talk .answers{display:flex;flex-wrap:wrap;align-items:center;gap:.2rem .6rem;margin:.45rem 0 0;font-size:.94rem}
        .awaits{color:var(--soft)}
        .origin{white-space:nowrap}
        .cards{list-style:none;margin:0 0 1rem;padding:0;display:grid;gap:0 2rem;grid-template-columns:repeat(auto-fill,minmax(min(17rem,100%),1fr))}
        .person p:last-child{margin:0}
        .date{display:flex;flex-direction:column;align-items:center;justify-content:center;width:4.9rem;min-height:6.4rem;padding:.5rem .25rem;background:var(--slate);border:1px solid var(--slate-edge);color:var(--chalk);border-radius:6px;line-height:1.15;text-align:center;font-variant-numeric:tabular-nums lining-nums;align-self:start}
        .date .day{font:600 2.07rem/1 var(--serif);margin:.1rem 0}
        .date .weekday,.date .month{font-size:.82rem;color:var(--dust)}
        .date .hour{margin-top:.35rem;padding-top:.3rem;border-top:1px solid rgb(243 239 230/.3);font-size:.85rem;width:84%;white-space:nowrap}
        .date .zone{display:block;font-size:.72rem;white-space:normal;line-height:1.2;margin-top:.15rem;overflow-wrap:anywhere}
        .date.off .day,.date.off .hour{text-decoration:line-through;text-decoration-thickness:2px}
        .states{display:flex;flex-wrap:wrap;align-items:center;gap:.3rem .7rem;font-variant-numeric:tabular-nums}
        .free{color:var(--green);font-weight:600}
        .full{color:var(--amber);font-weight:600}
        .badge{display:inline-block;padding:.05rem .6rem;border:1px solid currentColor;border-radius:6px;font-size:.88rem;font-weight:600;color:var(--soft)}
        .badge.warn,.badge.wait{color:var(--amber)}
        .badge.stop{color:var(--red)}
        .badge.yes{color:var(--green)}
        .slate .free,.slate .badge.yes{color:var(--light-green)}
        .slate .full,.slate .badge.warn,.slate .badge.wait{color:var(--light-amber)}
        .slate .badge.stop{color:#ffb4a8}
        .slate .badge{color:var(--dust)}
        """

    /// The slate with the next event, a thread, and empty lists.
    static let places = """
        .hello{margin-bottom:1.5rem}
        .hello h1{margin-bottom:.4rem}
        .hello .tagline{margin:0}
        .slate{position:relative;background:var(--slate);border:1px solid var(--slate-edge);color:var(--chalk);border-radius:6px;padding:2rem 2.1rem;outline:1px solid rgb(243 239 230/.28);outline-offset:-10px;margin-bottom:2.5rem}
        .slate p{margin:0 0 .4rem}
        .slate .chalk{color:var(--dust);font-size:.94rem}
        .slate .chalk strong{color:var(--chalk);font-size:1.05rem}
        .slate h2,.slate h1{font-size:2.3rem;margin:.15rem 0 .6rem}
        .slate a:not(.button){color:var(--chalk);text-decoration-color:rgb(243 239 230/.45)}
        .slate h2 a:not(.button){text-decoration:none}
        .slate h2 a:hover{text-decoration:underline!important}
        .slate .when{font-size:1.13rem}
        .slate .where{color:var(--dust)}
        .slate .below{display:flex;flex-wrap:wrap;align-items:center;gap:.75rem 1.5rem;margin-top:1.25rem}
        .slate .below .states{margin:0}
        .slate .below .button{margin-left:auto}
        .poster{display:grid;grid-template-columns:auto minmax(0,1fr);gap:1.5rem;align-items:start}
        .poster .date{background:transparent;border-color:rgb(243 239 230/.45);width:6rem;min-height:8rem}
        .poster .date .day{font-size:2.9rem}
        .poster .states{margin-top:.75rem}
        .empty-slate{text-align:center;padding:2.5rem 1.5rem}
        .empty-slate .drawing{color:var(--dust)}
        .empty-slate p{margin:0 auto 1rem}
        .panel{background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:1.15rem 1.3rem}
        .panel h2{font-size:1.2rem;margin-bottom:.55rem}
        .panel>:last-child{margin-bottom:0}
        p.panel{max-width:none}
        .ask{border-left:4px solid var(--accent);padding:.2rem 0 .2rem 1.15rem}
        .ask h2{font-size:1.05rem;font-family:var(--sans);margin:0 0 .35rem}
        .ask p{display:flex;align-items:center;gap:.7rem;margin:0}
        .ask a{font:600 1.2rem/1.3 var(--serif);color:var(--ink)}
        .empty{text-align:center;padding:2rem 1rem;color:var(--soft)}
        .empty p{margin:0 auto .6rem}
        .empty strong{font:600 1.2rem/1.3 var(--serif);color:var(--ink)}
        .empty h1{color:var(--ink)}
        .drawing{display:block;margin:0 auto 1rem;color:var(--edge);max-width:100%;height:auto}
        .month-of{margin-bottom:2rem}
        .month-of h2::first-letter{text-transform:uppercase}
        .month-of h2{margin-bottom:.5rem}
        .portrait{display:flex;align-items:center;gap:1.25rem;margin-bottom:1.25rem}
        .portrait h1{margin:0 0 .15rem}
        .portrait p{margin:0}
        .words{max-width:34rem;margin-bottom:1rem}
        img.emoji{display:inline;height:1.25em;width:auto;max-width:4em;vertical-align:-.25em;border:0;border-radius:0}
        main>.words{margin-bottom:2rem}
        .rsvp+.words{margin-top:2rem}
        .words>:last-child{margin-bottom:0}
        .words h2,.words h3,.words h4{font-size:1.13rem;margin:1rem 0 .4rem}
        .words .invisible{font-size:0;line-height:0;display:inline-block;width:0;height:0;position:absolute}
        .words .ellipsis::after{content:"…"}
        .post{padding:1.4rem 0;border-top:1px solid var(--line)}
        .post>header{display:flex;gap:.8rem;align-items:center;margin-bottom:.7rem}
        .post>header p{margin:0;line-height:1.35}
        .post .name{font-weight:600;color:var(--ink);text-decoration:none;margin-right:.4rem}
        .post .name:hover{color:var(--accent);text-decoration:underline}
        .post .meta a{color:inherit}
        .post .meta{display:inline-block}
        .post .to{display:block;margin-bottom:.4rem}
        .post.current{border-left:4px solid var(--accent);padding-left:1.15rem}
        .post:target{background:var(--tint);outline:.6rem solid var(--tint)}
        h1+.post,h1.unseen+.post,.about+.post{border-top:0;padding-top:.25rem}
        .warning>summary{font-weight:600;min-height:44px;display:flex;align-items:center}
        .warning>summary::before{content:"▸";margin-right:.5rem}
        .warning[open]>summary::before{content:"▾"}
        .poll ul{list-style:none;padding:0}
        .ballot li{display:grid;grid-template-columns:1.6rem 1fr;gap:0 .6rem;align-items:center;min-height:44px}
        .ballot input{width:1.5rem;height:1.5rem;margin:0;accent-color:var(--accent)}
        .ballot label{display:flex;align-items:center;min-height:44px;margin:0;font-weight:400}
        .results li{display:grid;grid-template-columns:1fr auto;gap:.1rem .75rem;padding:.3rem 0}
        .results progress{grid-column:1/-1;width:100%;height:.5rem;accent-color:var(--accent)}
        .attachments{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.5rem}
        .attachments li{max-width:100%}
        .attachments img,.attachments video{display:block;max-width:100%;max-height:26rem;height:auto;border-radius:.4rem}
        .face img{width:100%;height:100%;object-fit:cover;border-radius:inherit}
        .answer form{margin-top:.5rem}
        .rsvp form+p,.rsvp .address+p{margin-top:.75rem}
        .rsvp p:not(.address):not(.hint){font-size:1.05rem}
        .yes-line{color:var(--green);font-weight:600}
        .wait-line{color:var(--amber);font-weight:600}
        .guests{padding-left:1.8rem}
        .guests li{border-bottom:1px solid var(--line)}
        .guests .meta{margin-left:.5rem}
        address{font-style:normal;margin-bottom:.75rem}
        .doors{display:grid;gap:2rem;grid-template-columns:repeat(auto-fit,minmax(min(17rem,100%),1fr));margin-bottom:2rem}
        .doors section{background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:1.3rem 1.4rem}
        @media (max-width:46rem){
        .slate{padding:1.6rem 1.5rem}
        .slate h2,.slate h1{font-size:1.73rem}
        .poster{grid-template-columns:minmax(0,1fr);gap:1rem}
        .poster .date{flex-direction:row;gap:.5rem;width:auto;min-height:0;padding:.5rem .9rem;justify-self:start}
        .poster .date .day{font-size:1.6rem;margin:0}
        .poster .date .hour{margin:0;padding:0 0 0 .6rem;border-top:0;border-left:1px solid rgb(243 239 230/.3);width:auto}
        .slate .below .button{margin-left:0}
        .card{gap:0 .8rem}
        .date{width:4.4rem}.date .hour{font-size:.8rem;width:92%}
        .face.large{width:3.8rem;height:3.8rem;font-size:1.4rem}}
        """
}
