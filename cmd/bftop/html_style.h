/* The style of the page: light and dark, as many columns as fit, one on a phone. */
#ifndef BFTOP_HTML_STYLE_H
#define BFTOP_HTML_STYLE_H

#define HTML_STYLE                                                                                 \
    ":root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--ink:#1b2430;--soft:#5b6675;"     \
    "--rule:#d8dde4;--line:#0b6fa4;--bar:#3c78b4;--up:#1a7f37;--down:#c0362c}"                     \
    "@media(prefers-color-scheme:dark){:root{--ground:#11151b;--card:#1a2029;--ink:#e7ecf2;"       \
    "--soft:#9aa7b6;--rule:#323b48;--line:#56b6e6;--bar:#4f8fca;--up:#57b86b;--down:#f0776c}}"     \
    "*{box-sizing:border-box}body{margin:0 auto;padding:1rem;max-width:90rem;"                     \
    "background:var(--ground);color:var(--ink);font:16px/1.4 system-ui,sans-serif}"                \
    "header{display:flex;flex-wrap:wrap;gap:0 1rem;align-items:baseline}"                          \
    "h1{font-size:1.3rem;margin:0}h2{font-size:.95rem;margin:0 0 .4rem;color:var(--soft)}"         \
    "#state{margin:0;color:var(--soft)}:focus-visible{outline:2px solid var(--line);"              \
    "outline-offset:2px}"                                                                          \
    "main{display:grid;gap:.8rem;margin-top:.8rem;grid-auto-flow:dense;align-items:start;"         \
    "grid-template-columns:repeat(auto-fit,minmax(min(100%,13rem),1fr))}"                          \
    "section{background:var(--card);border:1px solid var(--rule);border-radius:.5rem;"             \
    "padding:.8rem;min-width:0}"                                                                   \
    ".line,.bars,.table,.funnel{grid-column:span 2}"                                               \
    ".v{font-size:1.5rem;font-weight:600;margin:0;overflow-wrap:anywhere;"                         \
    "font-variant-numeric:tabular-nums}.t{margin:0;color:var(--soft);min-height:1.4em}"            \
    ".up{color:var(--up)}.down{color:var(--down)}.e{color:var(--down);margin:0;"                   \
    "overflow-wrap:anywhere}.w{overflow-x:auto}table{border-collapse:collapse;width:100%;"         \
    "font-size:.9rem}th,td{text-align:left;padding:.15rem .5rem .15rem 0;font-weight:400;"         \
    "vertical-align:middle;unicode-bidi:isolate}thead th{color:var(--soft)}"                       \
    ".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"                    \
    ".b{width:45%}.b svg{display:block;width:100%;height:.9rem}"                                   \
    "rect.f{fill:var(--bar)}svg{display:block;width:100%;height:auto}"                             \
    "svg text{fill:var(--soft);font-size:15px}.l{fill:none;stroke:var(--line);stroke-width:2.5;"   \
    "stroke-linejoin:round}.g{fill:none;stroke:var(--soft);stroke-width:2.2;"                      \
    "stroke-linecap:round;stroke-dasharray:.1 5}.r{stroke:var(--rule)}.h{fill:transparent}"        \
    ".s{display:inline-block;width:6rem;height:1rem;vertical-align:middle;margin-left:.5rem}"      \
    "details{margin-top:.4rem;font-size:.9rem}summary{color:var(--soft);cursor:pointer}"           \
    "details .w{max-height:16rem;overflow-y:auto}"                                                 \
    "@media(max-width:34rem){.line,.bars,.table,.funnel{grid-column:1/-1}body{padding:.5rem}svg "  \
    "text{font-size:24px}}"                                                                        \
    "@media print{body{background:#fff}section{break-inside:avoid}}"

#endif
