/** The whole style of the documentation page; its hash is in the page's policy. */
export const docsStyle = `
:root { color-scheme: light dark; --ink: light-dark(#1c2430, #dfe5ee); --dim: light-dark(#566173, #9aa6b8);
  --paper: light-dark(#fdfdfc, #14181f); --card: light-dark(#f4f5f6, #1b212a); --line: light-dark(#dcdfe4, #2c3440);
  --accent: light-dark(#1f5fa8, #85b7f2); --get: light-dark(#1f6b45, #7cc9a0); --post: light-dark(#1f5fa8, #85b7f2);
  --put: light-dark(#85580c, #e0b366); --delete: light-dark(#a03030, #ee9a94); }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main, header, nav { max-width: 60rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 1.75rem; margin: 0; } h2 { margin: 2.5rem 0 .75rem; font-size: 1.3rem; }
h3 { margin: 0; font-size: 1rem; font-weight: 600; }
h4 { margin: 1rem 0 .35rem; font-size: .85rem; color: var(--dim); font-weight: 600; }
p { margin: .4rem 0; } .dim { color: var(--dim); font-size: .9rem; }
a { color: var(--accent); text-underline-offset: .15em; } a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code, pre { font: .875rem/1.5 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
nav ul { list-style: none; margin: .25rem 0 1rem; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: .15rem 1rem; }
nav a { display: inline-block; padding: .2rem 0; }
article { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .9rem 1rem; margin: 0 0 .9rem; }
.where { margin: .3rem 0; } .where b { display: inline-block; min-width: 4.2rem; font: 600 .8rem ui-monospace, Menlo, monospace; }
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); } .delete { color: var(--delete); }
summary { cursor: pointer; padding: .25rem 0; color: var(--dim); font-size: .9rem; }
dl { margin: 0; } dl dl { border-left: 2px solid var(--line); margin-left: .2rem; padding-left: .8rem; }
dt { margin-top: .3rem; } dt .type { color: var(--dim); font-size: .85rem; } dd { margin: 0; }
`;
