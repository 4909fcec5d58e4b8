// Keeps what V8 makes of the bundle's source, so that the next `mc` need not make it again: half of a short command's time
// goes into reading code. It is code that runs, so it lies where only this user can write, and nothing is taken that
// somebody else wrote. Without a place for it everything works as well, and slower.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** What is longer in memory than this has other things to do at its end, and gains nothing, in seconds. */
const SHORT_LIFE_S = 10;
const LARGEST_BYTES = 64 * 1024 * 1024;

/** Lets what is loaded below `bundle` be kept; `name`: of the command, each has its own. Never throws. */
exports.keepCompiled = function keepCompiled(bundle, name) {
  try {
    if (process.env.NODE_DISABLE_COMPILE_CACHE) return;
    const directory = ownDirectory();
    if (directory === null) return;
    const { enableCompileCache } = require('node:module');
    if (enableCompileCache) enableCompileCache(directory);
    else keepHere(bundle, path.join(directory, name));
  } catch {
    // Where nothing can be kept nothing is.
  }
};

/** The user's own directory for it, made when it is missing; null where there is none that others cannot write to. */
function ownDirectory() {
  const { XDG_CACHE_HOME } = process.env;
  const caches = XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : path.join(os.homedir(), '.cache');
  const directory = path.join(caches, 'mission-control', 'compiled');
  if (!fs.existsSync(directory)) fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  return isOwn(fs.lstatSync(path.dirname(directory))) && isOwn(fs.lstatSync(directory)) ? directory : null;
}

/** Whether nobody else can have written it. */
function isOwn(stats) {
  return !stats.isSymbolicLink() && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
}

/** What Node.js 20 lacks: `module.enableCompileCache`, for the files of the bundle. */
function keepHere(bundle, file) {
  const vm = require('node:vm');
  const Module = require('node:module');
  const known = readKept(file);
  const made = new Map();
  const otherwise = Module._extensions['.js'];
  Module._extensions['.cjs'] = (module, filename) => {
    const source = filename.startsWith(bundle + path.sep) ? fs.readFileSync(filename, 'utf8') : null;
    // Code that is kept has lost how to import an ES module, as the dashboard is.
    if (source === null || source.includes('import("./')) return otherwise(module, filename);
    const identity = identityOf(filename);
    const kept = known.get(filename);
    const cachedData = kept?.identity === identity ? kept.data : undefined;
    const script = new vm.Script(Module.wrap(source), { filename, cachedData });
    if (cachedData === undefined || script.cachedDataRejected) made.set(filename, { identity, script });
    const wrapped = script.runInThisContext();
    wrapped.call(
      module.exports,
      module.exports,
      Module.createRequire(filename),
      module,
      filename,
      path.dirname(filename),
    );
  };
  process.once('exit', () => {
    if (made.size === 0 || process.uptime() > SHORT_LIFE_S) return;
    try {
      for (const name of known.keys()) if (!fs.existsSync(name)) known.delete(name);
      for (const [name, { identity, script }] of made) known.set(name, { identity, data: script.createCachedData() });
      writeKept(file, known);
    } catch {
      // A full disk is not the command's fault.
    }
  });
}

/** Changes with every change of a file. npm sets times of modification to a day in 1985, but nobody sets this one. */
function identityOf(filename) {
  const { size, ino, ctimeMs } = fs.statSync(filename);
  return `${size} ${ino} ${ctimeMs}`;
}

/**
 * What was kept, by file name: V8 itself looks whether it is whole, and made by this V8. A file is a line of JSON
 * (`[[name, identity, bytes]…]`), then the bytes.
 */
function readKept(file) {
  try {
    const all = readOwnFile(file);
    const end = all.indexOf(10);
    let at = end + 1;
    return new Map(
      JSON.parse(all.toString('utf8', 0, end)).map(([name, identity, length]) => {
        const data = all.subarray(at, (at += length));
        return [name, { identity, data }];
      }),
    );
  } catch {
    return new Map();
  }
}

function readOwnFile(file) {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  const opened = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = fs.fstatSync(opened);
    if (!stats.isFile() || !isOwn(stats) || stats.size > LARGEST_BYTES) throw new Error('not ours');
    return fs.readFileSync(opened);
  } finally {
    fs.closeSync(opened);
  }
}

function writeKept(file, kept) {
  const index = [...kept].map(([name, { identity, data }]) => [name, identity, data.length]);
  const whole = Buffer.concat([
    Buffer.from(`${JSON.stringify(index)}\n`),
    ...[...kept.values()].map(({ data }) => data),
  ]);
  const temporary = `${file}.${process.pid}`;
  try {
    fs.writeFileSync(temporary, whole, { mode: 0o600, flag: 'wx' });
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}
