// The bundle in dist/bundle: each command and worker with the chunks they share, as CommonJS in which nothing is loaded
// before it is used. The loader of ES modules alone costs a short command a fifth of its time on Node.js 20, and most of
// what a command's imports name it never calls.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { build, transform } from 'esbuild';

/**
 * Packages that stay outside of the bundle: native code, or files of their own that they look for at run time. Ink asks for
 * react-devtools-core only under DEV=true.
 */
const EXTERNAL = ['better-sqlite3', 'pino', 'pino-pretty', 'react-devtools-core'];

/** CommonJS packages inside an ES module bundle expect these names. */
const MODULE_BANNER = `import { createRequire as __mcRequire } from 'node:module';
import { fileURLToPath as __mcPath } from 'node:url';
import { dirname as __mcDirname } from 'node:path';
const require = __mcRequire(import.meta.url);
const __filename = __mcPath(import.meta.url);
const __dirname = __mcDirname(__filename);
`;

const COMMON = {
  bundle: true,
  metafile: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  jsx: 'automatic',
  external: EXTERNAL,
  minifySyntax: true,
  logLevel: 'warning',
};

/**
 * Builds what `entryPoints` name (`{in, out}`) into `outdir`, and beside it `alone`: the source file of what cannot be CommonJS.
 * Returns esbuild's metafiles, and per file which packages and rooms of ours it holds code of.
 */
export async function bundle(entryPoints, alone, outdir) {
  const { outputFiles, metafile } = await build({
    ...COMMON,
    entryPoints,
    outdir,
    splitting: true,
    write: false,
    plugins: [lazyOclif, lazyWidths, leaveOut(alone)],
  });
  const outputs = new Set(outputFiles.map(({ path }) => path));
  const becomes = (path) => path.replace(/\.js$/, '.cjs');
  for (const { path, text } of outputFiles) {
    const required = (await commonJs(text)).replaceAll(/\bimport\(("\.{1,2}\/[^"]+\.js")\)/g, (whole, name) =>
      outputs.has(resolve(dirname(path), JSON.parse(name))) ? `Promise.resolve().then(() => require(${name}))` : whole,
    );
    const renamed = required
      .replaceAll(IMPORT_OF_COMMONJS, requireLater)
      .replaceAll(/(?<=["'])\.{1,2}\/[^"']+\.js(?=["'])/g, (name) => {
        const target = resolve(dirname(path), name);
        return outputs.has(target) ? name.slice(0, -basename(target).length) + basename(becomes(target)) : name;
      });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(becomes(path), await smaller(renamed));
  }
  const other = await buildAlone(alone, outdir);
  const contents = { ...contentsOf(metafile, outdir, becomes), ...contentsOf(other, outdir, (path) => path) };
  return { metafiles: [metafile, other], contents };
}

/** What waits at its top for something (Ink's layout does) is an ES module, whole in itself. */
async function buildAlone(file, outdir) {
  const { metafile } = await build({
    ...COMMON,
    entryPoints: [file],
    outdir,
    outExtension: { '.js': '.mjs' },
    // Ink's developer tools are loaded by DEV=true only.
    splitting: true,
    minifyWhitespace: true,
    banner: { js: MODULE_BANNER },
  });
  return metafile;
}

function nameAlone(file) {
  return `${basename(file, '.tsx')}.mjs`;
}

/** Only where it is loaded while the program runs: what it takes of ours are types, so that nothing is there twice. */
function leaveOut(file) {
  const source = `./${basename(file, '.tsx')}.js`;
  return {
    name: 'leave out',
    setup(builder) {
      builder.onResolve({ filter: /\.js$/ }, ({ path, kind, resolveDir }) =>
        // Chunks lie at the top of the bundle, as it does.
        kind === 'dynamic-import' && path === source && resolveDir === dirname(file)
          ? { path: `./${nameAlone(file)}`, external: true }
          : undefined,
      );
    },
  };
}

/** Node's own modules and packages in CommonJS: nothing of them needs the loader of ES modules, which takes time to start. */
const IMPORT_OF_COMMONJS = /\bimport\(("(?:node:[^"]+|better-sqlite3)")\)/g;

function requireLater(_, name) {
  const loaded = name.startsWith('"node:') ? `require(${name})` : `({ default: require(${name}) })`;
  return `Promise.resolve().then(() => ${loaded})`;
}

/** Which packages and rooms of ours each file holds code of: the tests ask what a command loads. */
function contentsOf({ outputs }, outdir, becomes) {
  const partOf = (input) =>
    /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? input.split('/').slice(0, 2).join('/');
  return Object.fromEntries(
    Object.entries(outputs).map(([output, { inputs }]) => {
      const used = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
      const parts = new Set(used.map(([input]) => partOf(input)));
      return [relative(outdir, becomes(resolve(output))), [...parts].sort((a, b) => (a < b ? -1 : 1))];
    }),
  );
}

/**
 * Less to read at each start of a command. Names stay, for the traces of --debug. One sign in a regular expression that is not
 * ASCII, which esbuild leaves as it is, would double the memory of the whole file; in raw texts it has to stay.
 */
async function smaller(text) {
  const { code } = await transform(text, { platform: 'node', target: 'node20.19', minifyWhitespace: true });
  return code.replaceAll(/String\.raw\s*`[^`]*`|[\u0080-\uffff]/g, (found) =>
    found.length > 1 ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** An ES module as CommonJS with lazy imports. @throws when it waits at its top for something */
async function commonJs(text) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    // Our own modules ask where they lie by their URL.
    define: { 'import.meta.url': '__mcUrl' },
  });
  const url = 'const __mcUrl = require("node:url").pathToFileURL(__filename).href;\n';
  return (code.includes('__mcUrl') ? url : '') + lazyRequires(code, /^var (import_\w+) = (.*\brequire\(".*"\).*);$/gm);
}

/**
 * Turns each statement `const name = …require("…")…` that `form` finds into one that is carried out where the name is first
 * used. Compilers write such names (`import_x`, `x_1`) as `name.something` alone; a name that stands otherwise is left. In
 * brackets, because `new name.Thing()` would take the call for the constructor.
 */
function lazyRequires(code, form) {
  let changed = code;
  for (const [statement, name, loaded] of code.matchAll(form)) {
    const uses = new RegExp(String.raw`(?<![\w$]|(?<!\.\.)\.)${name.replaceAll('$', String.raw`\$`)}(?![\w$])`, 'g');
    const property = new RegExp(`${uses.source}(?=\\.)`, 'g');
    const rest = changed.replace(statement, '');
    if ((rest.match(uses)?.length ?? 0) !== (rest.match(property)?.length ?? 0)) continue;
    const lazy = `var ${name}$was; function ${name}$get() { return ${name}$was ??= ${loaded}; }`;
    changed = changed
      .replace(statement, () => '\0')
      .replaceAll(property, `(${name}$get())`)
      .replace('\0', () => lazy);
  }
  // What is imported for its effect alone: our own modules have none, and packages in chunks are wrapped until they are asked for.
  return changed.replaceAll(/^require\("\.{1,2}\/[^"]*chunk-[^"]*"\);$/gm, '');
}

/** oclif loads all of itself for each command: its parts load each other when they are used instead. */
const lazyOclif = {
  name: 'lazy oclif',
  setup(builder) {
    builder.onLoad({ filter: /[\\/]@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, ({ path }) => {
      const code = readFileSync(path, 'utf8')
        // It parses its own package.json with all of semver; mc says itself which Node.js it needs.
        .replace(/^checkNodeVersion\(\);$/m, '')
        // Whether this is Windows under Linux costs it the loading of node:child_process, and nothing here asks.
        .replace("(await import('wsl-utils')).isWsl ? 'wsl' : ", '')
        // Debug lines are for those who ask for them by DEBUG; the package that prints them looks at the terminal first.
        .replace(/\(0, debug_1\.default\)\(namespace\)/, 'process.env.DEBUG ? $& : () => {}')
        // Ids are ASCII: comparing them as words of a language loads all that Node knows of languages.
        .replace('a.id.localeCompare(b.id)', '(a.id < b.id ? -1 : 1)')
        .replaceAll(
          /^exports\.(\w+) = __importStar\((require\("[^"]+"\))\);$/gm,
          'Object.defineProperty(exports, "$1", { enumerable: true, get: () => __importStar($2) });',
        );
      return { contents: lazyRequires(code, /^(?:const|var) (\w+) = (.*\brequire\("[^"]+"\).*);$/gm), loader: 'js' };
    });
  },
};

/** What Node knows of the characters of all languages takes long to load, and most texts are ASCII. */
const lazyWidths = {
  name: 'lazy widths',
  setup(builder) {
    builder.onLoad({ filter: /[\\/]string-width[\\/]index\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /^const segmenter = (new Intl\.Segmenter\(\));$/m,
        'let made; const segmenter = { segment: (text) => (made ??= $1).segment(text) };',
      ),
      loader: 'js',
    }));
  },
};
