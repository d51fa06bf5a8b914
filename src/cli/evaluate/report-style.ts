/** Colours that people with any kind of colour vision tell apart (Okabe and Ito 2008), darker where paper is white. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --ink: #16202a; --faint: #5c6873; --paper: #ffffff; --panel: #f5f7f9; --rule: #d9e0e6;
  --c1: #0072b2; --c2: #d55e00; --c3: #007d5a; --heat: 0, 114, 178; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf2; --faint: #9aa7b3; --paper: #11171d; --panel: #19212a;
  --rule: #2b3641; --c1: #56b4e9; --c2: #f0a050; --c3: #33c997; --heat: 86, 180, 233; } }
@media print { :root { --ink: #000; --paper: #fff; --panel: #fff; } figure, table, section { break-inside: avoid; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1080px; padding: 40px 24px 64px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 Inter, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 26px; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 44px 0 4px; }
p { margin: 4px 0 12px; max-width: 76ch; }
.faint, figcaption, .note { color: var(--faint); font-size: 13px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; margin: 24px 0 8px; }
.tile { background: var(--panel); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 16px; }
.tile b { display: block; font-size: 28px; font-weight: 600; line-height: 1.2; }
.tile span { color: var(--faint); font-size: 13px; }
.grid-small { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 18px 16px; }
.grid-wide { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 18px 20px; }
figure { margin: 0; }
figure svg, figure img { max-width: 100%; height: auto; display: block; }
figure img { border-radius: 6px; width: 100%; }
figcaption { margin-top: 4px; }
figcaption b { color: var(--ink); font-weight: 600; }
svg text { fill: var(--faint); font-size: 11px; font-family: inherit; }
svg .name, svg .value { fill: var(--ink); font-size: 12.5px; }
svg .label { fill: var(--ink); }
svg .grid { stroke: var(--rule); stroke-width: 1; }
svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
svg .mark { stroke: var(--faint); stroke-dasharray: 3 3; }
svg .c1 { stroke: var(--c1); } svg .c2 { stroke: var(--c2); } svg .c3 { stroke: var(--c3); }
svg .bar { fill: var(--c1); } svg .rest { fill: var(--panel); }
.key { display: inline-block; width: 22px; height: 0; border-top: 2px solid; vertical-align: middle; margin: 0 6px 0 14px; }
.key:first-child { margin-left: 0; }
.key.c1 { border-color: var(--c1); } .key.c2 { border-color: var(--c2); border-top-style: dashed; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: right; font-weight: 500; color: var(--faint); font-size: 13px; padding: 6px 10px; }
td { text-align: right; padding: 6px 10px; border-top: 1px solid var(--rule); }
th:first-child, td:first-child { text-align: left; }
td.shade { background: rgba(var(--heat), var(--depth)); }
.note { border-left: 3px solid var(--c2); padding: 2px 12px; margin: 12px 0; }
`;
