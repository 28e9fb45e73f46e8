/**
 * The page's style. Colours are named once, for light and for dark; outcomes keep a contrast of 3:1 at
 * least against the page, texts of 4.5:1. No style sits in attributes: the page's policy forbids them.
 */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #fbfbf9; --card: #ffffff; --text: #1d2228; --quiet: #5b6570; --line: #e3e5e2;
  --good: #1a7a4a; --bad: #b3261e; --unsure: #8a5a00; --broken: #6a4a9c;
  --ok: #2f6fb2; --fail: #b0357a; --info: #b86a00;
  --band: rgba(120, 96, 40, .12); --band-edge: #a8925c; --leader: #4d7c6b; --code: #f3f4f1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15181c; --card: #1c2025; --text: #e6e8ea; --quiet: #9aa5b0; --line: #30363d;
    --good: #5cc98f; --bad: #ff8a80; --unsure: #e8b45a; --broken: #c0a4f0;
    --ok: #6aa9ea; --fail: #ee82bb; --info: #f0a848;
    --band: rgba(220, 190, 110, .13); --band-edge: #9c8752; --leader: #7fc0a8; --code: #23282e;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main { max-width: 1120px; margin: 0 auto; padding: 40px 24px 80px; }
bdi { unicode-bidi: isolate; overflow-wrap: anywhere; }
h1 { font-size: 27px; line-height: 1.28; font-weight: 640; letter-spacing: -.012em; margin: 14px 0 26px; max-width: 34em; text-wrap: pretty; }
h2 { font-size: 19px; font-weight: 640; letter-spacing: -.005em; margin: 0 0 16px; }
h3 { font-size: 15px; font-weight: 640; margin: 0; }
h4 { font-size: 13px; font-weight: 600; color: var(--quiet); margin: 18px 0 4px; }
p { margin: 6px 0 14px; max-width: 74em; }
ul { margin: 0; padding: 0; list-style: none; }
section { margin-top: 52px; padding-top: 28px; border-top: 1px solid var(--line); }
.quiet { color: var(--quiet); font-size: 13px; }
.eyebrow { display: flex; flex-wrap: wrap; gap: 12px; align-items: baseline; margin: 0; }
.badge { font-size: 13px; font-weight: 700; letter-spacing: .07em; padding: 3px 10px; border-radius: 5px; border: 1.5px solid currentColor; }
.good .badge { color: var(--good); } .bad .badge { color: var(--bad); }
.unsure .badge { color: var(--unsure); } .broken .badge { color: var(--broken); }
dl { margin: 0; } dd { margin: 0; }
.claims { display: grid; gap: 10px; }
.claims > div { display: grid; grid-template-columns: 96px minmax(0, 1fr); }
.claims dt { color: var(--quiet); }
.figures { display: flex; flex-wrap: wrap; gap: 14px 44px; margin: 30px 0 26px; }
.figures > div { display: flex; flex-direction: column-reverse; }
.figures dt { color: var(--quiet); font-size: 13px; }
.figures dd { font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 12px 32px; }
.facts dt { color: var(--quiet); font-size: 13px; }
details { margin-top: 24px; } summary { cursor: pointer; width: max-content; color: var(--quiet); } details[open] summary { margin-bottom: 16px; }
.command { display: flex; align-items: center; gap: 12px; background: var(--code); border-radius: 7px; padding: 9px 9px 9px 14px; }
.command code { flex: 1; min-width: 0; overflow-x: auto; white-space: nowrap; font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
button { font: inherit; font-size: 13px; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 5px; padding: 3px 12px; cursor: pointer; }
button:hover { border-color: var(--quiet); }
:focus-visible { outline: 2px solid var(--ok); outline-offset: 2px; border-radius: 4px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--quiet); font-size: 12.5px; padding: 6px 16px 6px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
td { padding: 6px 16px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
td.column-value, td.column-key, td.column-f { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12.5px; }
td.column-value, td.column-outcome, td.column-planned, td.column-evidence, td.column-healed { white-space: normal; }
td.column-evidence, td.column-healed { min-width: 180px; } td.column-planned, td.column-outcome { min-width: 100px; }
#operations table { width: auto; } #operations th, #operations td { padding-right: 36px; }
.sign { display: inline-block; margin-right: 6px; vertical-align: 0; overflow: visible; }
.sign.ok { fill: var(--ok); } .sign.info { fill: var(--info); }
.sign.fail { stroke: var(--fail); stroke-width: 1.8; fill: none; }
.proof + .proof { margin-top: 44px; }
.proof table { margin-top: 18px; }
.drawing { display: block; width: 100%; min-width: 760px; height: auto; margin: 14px 0 4px; }
.drawing text { font: 12px system-ui, sans-serif; fill: var(--text); }
.drawing .lane-name, .drawing .tick, .drawing .band-name { fill: var(--quiet); }
.drawing .leader-name { fill: var(--leader); }
.drawing .bar-name { font-size: 12.5px; }
.lane, .axis { stroke: var(--line); } .axis { stroke: var(--quiet); opacity: .6; }
.drawing .band { fill: var(--band); }
.drawing .leader { stroke: var(--leader); stroke-width: 1.5; stroke-dasharray: 4 4; }
.bar { stroke-width: 1.6; } .bar.ok { fill: var(--ok); stroke: var(--ok); }
.bar.fail { fill: var(--page); stroke: var(--fail); } .bar.info { fill: var(--page); stroke: var(--info); stroke-dasharray: 4 3; }
figure { margin: 0 0 22px; }
figcaption { display: flex; flex-wrap: wrap; gap: 4px 28px; align-items: baseline; margin-bottom: 8px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; font-size: 13px; color: var(--quiet); }
.stroke { display: inline-block; width: 22px; margin-right: 6px; vertical-align: 3px; border-top: 2.5px solid var(--ok); }
.stroke.fail { border-top: 2.5px dashed var(--fail); } .stroke.info { border-top: 2.5px dotted var(--info); }
.stroke.line-1 { border-top: 2.5px dashed var(--fail); } .stroke.line-2 { border-top: 2.5px dotted var(--info); }
.stroke.line-3 { border-top: 2.5px dashed var(--leader); } .stroke.line-4 { border-top: 2.5px dashed var(--broken); }
.stroke.line-5 { border-top: 2.5px dotted var(--bad); }
.chart { width: 100%; } .chart .uplot { width: 100%; }
.u-under .band { position: absolute; top: 0; bottom: 0; background: var(--band); border-left: 1px solid var(--band-edge); border-right: 1px solid var(--band-edge); }
.u-under bdi { overflow: hidden; max-width: var(--room); }
.u-under .band bdi { display: block; width: max-content; white-space: nowrap; font-size: 11.5px; line-height: 14px; padding: 0 6px; color: var(--quiet); }
.u-under .band bdi:first-child { padding-top: 3px; color: var(--text); }
.u-under .mark { position: absolute; top: 0; bottom: 0; border-left: 1.5px dashed var(--leader); }
.u-under .mark bdi { position: absolute; top: 32px; left: 5px; white-space: nowrap; font-size: 11.5px; line-height: 1.2; color: var(--leader); }
#rate .mark bdi { display: none; }
.u-select { background: var(--band); }
@media (max-width: 700px) { main { padding: 24px 16px 48px; } h1 { font-size: 22px; } .claims > div { grid-template-columns: 1fr; } }
@media print { .command button { display: none; } body { background: #fff; } }
`
