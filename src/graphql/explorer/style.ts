export const explorerStyle = `
:root { color-scheme: light dark; --back: #f6f7f9; --card: #fff; --ink: #1d2330; --soft: #5c6675; --line: #d5dae2; --accent: #2457c5; --bad: #b3261e; --good: #1d7a46; }
@media (prefers-color-scheme: dark) {
  :root { --back: #14171d; --card: #1c2028; --ink: #e6e9ef; --soft: #9aa5b5; --line: #333a47; --accent: #8ab0ff; --bad: #ff9d94; --good: #7fd6a4; }
}
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; background: var(--back); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding: .6rem 1rem; background: var(--card); border-bottom: 1px solid var(--line); }
h1 { font-size: 1.05rem; margin: 0; white-space: nowrap; }
h2 { font-size: .8rem; margin: 0 0 .35rem; color: var(--soft); font-weight: 600; text-transform: uppercase; letter-spacing: .04em; }
main { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(15rem, 1fr) minmax(18rem, 1.3fr) minmax(18rem, 1.3fr); gap: 1rem; padding: 1rem; }
section { min-width: 0; min-height: 0; display: flex; flex-direction: column; }
label { color: var(--soft); font-size: .85rem; }
input, textarea, button, select, pre, .docs { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
input, select { padding: .35rem .55rem; }
::placeholder { color: var(--soft); opacity: 1; }
input[aria-invalid='true'] { border-color: var(--bad); }
textarea, pre { font: 13px/1.5 ui-monospace, monospace; padding: .7rem; margin: 0; resize: none; tab-size: 2; }
input:focus-visible, textarea:focus-visible, button:focus-visible, select:focus-visible, summary:focus-visible, pre:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
button { padding: .4rem .9rem; cursor: pointer; }
button.main { background: var(--accent); border-color: var(--accent); color: var(--card); font-weight: 600; }
button:disabled { opacity: .55; cursor: progress; }
.token { flex: 1; display: flex; gap: .5rem; align-items: center; min-width: 16rem; }
.token input { flex: 1; min-width: 8rem; font-family: ui-monospace, monospace; }
.get { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; padding: .6rem 1rem; background: var(--card); border-bottom: 1px solid var(--line); }
.get input { flex: 1 1 10rem; }
.get[hidden] { display: none; }
#query { flex: 3; }
#variables { flex: 1; min-height: 5rem; }
.bar { display: flex; gap: .7rem; align-items: center; padding: .6rem 0; }
.state { color: var(--soft); font-size: .85rem; }
.state.bad { color: var(--bad); }
.state.good { color: var(--good); }
textarea { white-space: pre; overflow: auto; }
pre { flex: 1; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
#search { margin-bottom: .5rem; }
.docs { flex: 1; overflow: auto; padding: .3rem .7rem; }
.docs p { margin: .3rem 0; color: var(--soft); font-size: .88rem; }
.docs summary { cursor: pointer; padding: .25rem 0; font: 600 13px/1.5 ui-monospace, monospace; }
.docs .kind { color: var(--soft); font-weight: 400; }
.docs dl { margin: 0 0 .5rem .6rem; padding-left: .7rem; border-left: 2px solid var(--line); }
.docs dt { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.docs dd { margin: 0 0 .45rem; color: var(--soft); font-size: .85rem; }
.docs a { color: var(--accent); }
@media (max-width: 60rem) {
  main { grid-template-columns: 1fr; }
  section { min-height: 22rem; }
}
`;
