/** The style of the page at `/docs`: system fonts, light or dark as the reader has it. */
export const DOCS_STYLE = `:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.875em; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid var(--line); border-radius: 0.375rem; }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; }
details { border-bottom: 1px solid var(--line); padding: 0.5rem 0; }
summary { cursor: pointer; display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: baseline; }
summary b { min-width: 4rem; }
summary span { opacity: 0.75; }
.get { color: light-dark(#06603a, #5fd49c); }
.post, .patch { color: light-dark(#7a4a00, #f0b95a); }
.delete { color: light-dark(#9b1c1c, #ff8a8a); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid var(--line); }
`;
