/// The one stylesheet of both sites.
let stylesheet = #"""
  :root { --ink: #1d2733; --soft: #4d5b6a; --line: #c9d1da; --paper: #ffffff; --ground: #f3f5f8;
    --blue: #124a8c; --blue-dark: #0b3566; --red: #a3171e; --green: #1c6b3c; --wash: #e9f0f9; }
  * { box-sizing: border-box; }
  [hidden] { display: none !important; }
  html { font-size: 16px; -webkit-text-size-adjust: 100%; }
  body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.7;
    font-family: "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; }
  a { color: var(--blue); text-underline-offset: 0.2em; }
  :focus-visible { outline: 3px solid #c77700; outline-offset: 2px; }
  .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  code { overflow-wrap: anywhere; }
  .skip { position: absolute; left: -999em; }
  .skip:focus { left: 1rem; top: 0.5rem; background: #fff; padding: 0.5rem 1rem; z-index: 2; }
  .inner, main { max-width: 60rem; margin: 0 auto; padding: 0 1rem; }
  .top { background: var(--blue); border-bottom: 4px solid #b3261e; }
  .top .inner { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0 1.5rem; }
  .top a { color: #fff; text-decoration: none; }
  .top a:hover { text-decoration: underline; }
  .brand { font-size: 1.35rem; font-weight: 700; letter-spacing: 0.05em; padding: 0.75rem 0; display: flex;
    align-items: center; gap: 0.6rem; }
  .mark { width: 1.6rem; height: 1.15rem; border: 2px solid #fff; border-radius: 3px; position: relative; overflow: hidden; }
  .mark::before { content: ""; position: absolute; width: 1.1rem; height: 1.1rem; border: 2px solid #fff; left: 0.12rem;
    top: -0.75rem; transform: rotate(45deg); }
  .top ul { display: flex; flex-wrap: wrap; list-style: none; margin: 0; padding: 0; }
  .top li a { display: block; padding: 0.7rem 0.8rem; min-height: 44px; }
  .top .bar { padding: 0.7rem 0.8rem; border: 0; border-radius: 0; background: none; font-weight: 400; }
  .top .bar:hover { text-decoration: underline; }
  .top li a[aria-current] { background: var(--blue-dark); }
  main { padding: 1.5rem 1rem 3rem; background: var(--paper); min-height: 60vh; box-shadow: 0 0 0 1px #e1e6ec; }
  main:focus { outline: none; }
  h1 { font-size: 1.6rem; line-height: 1.35; margin: 0.25rem 0 1rem; }
  h2 { font-size: 1.2rem; margin: 2rem 0 0.6rem; }
  .bottom { color: var(--soft); font-size: 0.9rem; }
  .soft, .hint { color: var(--soft); }
  .hint { margin: 0 0 0.35rem; font-size: 0.95rem; }
  .ways { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; padding: 0; list-style: none; }
  .ways a { display: block; height: 100%; padding: 1.25rem; border: 1px solid var(--line); border-top: 4px solid var(--blue);
    border-radius: 4px; text-decoration: none; color: var(--ink); background: #fff; }
  .ways a:hover { background: var(--wash); }
  .ways strong { display: block; font-size: 1.2rem; color: var(--blue); margin-bottom: 0.3rem; }
  .steps { display: flex; flex-wrap: wrap; list-style: none; padding: 0; margin: 0 0 1.25rem; gap: 0.3rem 1.25rem;
    color: var(--soft); font-size: 0.95rem; border-bottom: 1px solid var(--line); padding-bottom: 0.6rem; }
  .steps [aria-current] { color: var(--blue); font-weight: 700; }
  .field { margin: 0 0 1.25rem; border: 0; padding: 0; min-width: 0; }
  .field > label:not(.choice), legend { display: block; font-weight: 700; padding: 0; margin-bottom: 0.25rem; }
  input, select, textarea, button { font: inherit; color: inherit; }
  input[type="text"], input[type="tel"], input[type="email"], input[type="search"], input[type="date"], input[type="password"], select, textarea { width: 100%; min-height: 44px;
    padding: 0.5rem 0.7rem; border: 1px solid #6b7886; border-radius: 4px; background: #fff; }
  input.short { max-width: 16rem; }
  input[type="file"] { display: block; width: 100%; padding: 0.5rem 0; min-height: 44px; }
  textarea { min-height: 14rem; resize: vertical; }
  .choice { display: flex; align-items: center; gap: 0.6rem; min-height: 44px; }
  .choice input { width: 1.35rem; height: 1.35rem; flex: none; margin: 0; }
  .choices { display: flex; flex-wrap: wrap; gap: 0 2rem; }
  .button, button { display: inline-block; min-height: 44px; padding: 0.55rem 1.6rem; border: 1px solid var(--blue);
    border-radius: 4px; background: var(--blue); color: #fff; font-weight: 700; text-decoration: none; cursor: pointer; }
  .button:hover, button:hover { background: var(--blue-dark); }
  .plain { background: #fff; color: var(--blue); }
  .plain:hover { background: var(--wash); }
  .danger { background: #fff; color: var(--red); border-color: var(--red); }
  .danger:hover { background: #fdeeee; }
  .actions { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem 1rem; margin-top: 1.5rem; }
  .error { border: 2px solid var(--red); border-left-width: 8px; border-radius: 4px; padding: 0.75rem 1rem; color: #7d0f15;
    background: #fdf3f3; font-weight: 700; }
  .error p { margin: 0; }
  .error h2 { font-size: 1rem; margin: 0 0 0.25rem; }
  .error ul { margin: 0; padding-left: 1.25rem; }
  .error a { color: inherit; }
  .wrong { margin: 0 0 0.35rem; color: var(--red); font-weight: 700; overflow-wrap: anywhere; }
  [aria-invalid="true"] { border-color: var(--red) !important; border-width: 2px !important; }
  fieldset[aria-invalid="true"], .choice input[aria-invalid="true"] { outline: 2px solid var(--red); outline-offset: 4px; }
  div.error { margin: 1rem 0; }
  .note { border-left: 6px solid #b98900; background: #fff8e3; padding: 0.75rem 1rem; margin: 1rem 0; }
  .good { border-left: 6px solid var(--green); background: #eef8f1; padding: 0.75rem 1rem; }
  .notice { border: 1px solid var(--line); background: #fafbfc; padding: 0.5rem 1.25rem; border-radius: 4px; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .written { white-space: pre-wrap; overflow-wrap: anywhere; }
  dl.facts { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: 0.5rem 1.25rem; margin: 0 0 1.5rem; }
  dl.facts dt { font-weight: 700; color: var(--soft); }
  dl.facts dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
  .box { border: 1px solid var(--line); border-radius: 4px; padding: 1rem 1.25rem; margin: 0 0 1.25rem; }
  .box > h2:first-of-type { margin-top: 0; }
  .tick { display: inline-block; min-height: 44px; padding: 0.6rem 0; }
  .ticket { border: 2px solid var(--blue); border-radius: 6px; padding: 1.25rem; margin: 1.25rem 0; }
  .ticket dt { color: var(--soft); }
  .ticket dd { margin: 0 0 1rem; }
  .ticket dd:last-child { margin: 0; }
  .ticket output { font-family: "DejaVu Sans Mono", "Noto Sans Mono CJK SC", Consolas, monospace; font-size: 1.4rem;
    font-weight: 700; letter-spacing: 0.04em; overflow-wrap: anywhere; }
  .stage { display: inline-block; padding: 0.1rem 0.8rem; border-radius: 2rem; background: var(--wash); color: var(--blue-dark);
    border: 1px solid #a8c0de; font-weight: 700; margin: 0; }
  .stage[data-stage="answered"] { background: #eef8f1; color: #14532d; border-color: #9ccbb0; }
  .stage[data-stage="declined"], .stage[data-stage="refused"] { background: #fdf3f3; color: #7d0f15; border-color: #dfb0b2; }
  .timeline { list-style: none; margin: 1rem 0 1.5rem; padding: 0 0 0 0.4rem; }
  .timeline li { border-left: 3px solid var(--line); padding: 0 0 0.9rem 1.4rem; position: relative; color: var(--soft); }
  .timeline li:last-child { border-left-color: transparent; padding-bottom: 0; }
  .timeline li::before { content: ""; position: absolute; left: -0.62rem; top: 0.35rem; width: 1rem; height: 1rem;
    border-radius: 50%; background: #fff; border: 3px solid #8795a4; }
  .timeline .past { color: var(--ink); border-left-color: var(--blue); }
  .timeline .past:last-child { border-left-color: transparent; }
  .timeline .past::before { background: var(--blue); border-color: var(--blue); }
  .timeline [aria-current] { color: var(--ink); font-weight: 700; }
  .timeline [aria-current]::before { border-color: var(--blue); }
  .timeline .standing { display: inline-block; min-width: 4em; margin-right: 0.5rem; color: var(--soft); font-weight: 400;
    font-size: 0.95rem; }
  .timeline time { color: var(--soft); margin-left: 0.75rem; font-size: 0.95rem; white-space: nowrap; }
  .list { list-style: none; margin: 0; padding: 0; }
  .list li { border-bottom: 1px solid var(--line); padding: 0.8rem 0; }
  .list a { font-weight: 700; font-size: 1.08rem; overflow-wrap: anywhere; }
  .list p { margin: 0.15rem 0 0; }
  .tabs { display: flex; flex-wrap: wrap; list-style: none; padding: 0; margin: 0 0 1rem; border-bottom: 2px solid var(--blue); }
  .tabs a { display: block; padding: 0.6rem 1rem; min-height: 44px; text-decoration: none; }
  .tabs a[aria-current] { background: var(--blue); color: #fff; border-radius: 4px 4px 0 0; }
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: 0.6rem 0.75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
  th { background: #eef2f6; white-space: nowrap; }
  td { overflow-wrap: anywhere; }
  td.tight { white-space: nowrap; }
  .paging { display: flex; gap: 1rem; align-items: center; margin-top: 1.25rem; }
  .files { padding-left: 1.25rem; }
  details { border: 1px solid var(--line); border-radius: 4px; padding: 0.5rem 1.25rem; margin: 0 0 1.25rem; }
  .actions + details { margin-top: 1.5rem; }
  summary { cursor: pointer; font-weight: 700; min-height: 44px; padding: 0.5rem 0; }
  @media (max-width: 40rem) {
    h1 { font-size: 1.35rem; }
    .top li a, .top .bar { padding: 0.7rem 0.6rem; }
    .timeline .standing { min-width: 0; }
    .actions .button, .actions button { width: 100%; text-align: center; }
    dl.facts { grid-template-columns: 1fr; gap: 0; }
    dl.facts dd { margin-bottom: 0.75rem; }
    .box > h2:first-of-type { margin-top: 0; }
  .ticket { padding: 1rem; }
    .ticket output { font-size: 1.15rem; letter-spacing: 0; }
    .timeline time { display: block; margin: 0; }
    table.cards, table.cards tbody, table.cards tr, table.cards td { display: block; }
    table.cards thead { position: absolute; left: -999em; }
    table.cards tr { border-bottom: 1px solid var(--line); padding: 0.6rem 0; }
    table.cards td { border: 0; padding: 0.1rem 0; }
    table.cards td:empty { display: none; }
    table.cards td[data-label]::before { content: attr(data-label) " "; font-size: 0.9rem; color: var(--soft); }
  }
  @media print {
    body, main { background: #fff; box-shadow: none; }
    .top nav, .skip, .bottom, .actions, .screen { display: none; }
    .top { background: #fff; border-bottom: 2px solid #000; }
    .top a, .ticket output, body { color: #000; }
    .mark, .mark::before { border-color: #000; }
    .box > h2:first-of-type { margin-top: 0; }
  .ticket { border-color: #000; break-inside: avoid; }
  }
  """#
