// Keeps what V8 makes of the bundle's source, so that the next `mc` need not make it again: half of a short command's time
// goes into reading code. It is code that runs, so it lies where only this user can write, and nothing is taken that
// somebody else wrote. Without a place for it everything works as well, and slower.
const { isAscii } = require('node:buffer');
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
    // Loading node:module takes time, and it has this since Node.js 22.
    if (Number.parseInt(process.versions.node, 10) < 22) keepHere(bundle, path.join(directory, name));
    else require('node:module').enableCompileCache?.(directory);
  } catch {
    // Where nothing can be kept nothing is.
  }
};

/** The user's own directory for it, made when it is missing; null where there is none that others cannot write to. */
function ownDirectory() {
  const { XDG_CACHE_HOME } = process.env;
  const caches = XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : path.join(os.homedir(), '.cache');
  // A HOME that is not absolute would put it wherever `mc` is started, in a workspace say.
  if (!path.isAbsolute(caches)) return null;
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
  const known = readKept(file);
  const made = new Map();
  const otherwise = require.extensions['.js'];
  require.extensions['.cjs'] = (module, filename) => {
    const { source, identity } = filename.startsWith(bundle + path.sep) ? readSource(filename) : { source: null };
    // Code that is kept has lost how to import an ES module, as the dashboard is.
    if (source === null || source.includes('import("./')) return otherwise(module, filename);
    const kept = known.get(filename);
    const cachedData = kept?.identity === identity ? kept.data : undefined;
    const script = new vm.Script(source, { filename, cachedData });
    if (cachedData === undefined || script.cachedDataRejected) made.set(filename, { identity, script });
    const directory = path.dirname(filename);
    const ownRequire = Object.assign((id) => module.require(id), {
      resolve: (id) => require.resolve(id, { paths: [directory] }),
      main: require.main,
      cache: require.cache,
    });
    script.runInThisContext().call(module.exports, module.exports, ownRequire, module, filename, directory);
  };
  process.once('exit', () => {
    // What failed has not shown what the command uses.
    if (made.size === 0 || process.exitCode || process.uptime() > SHORT_LIFE_S) return;
    try {
      for (const name of known.keys()) if (!fs.existsSync(name)) known.delete(name);
      for (const [name, { identity, script }] of made) known.set(name, { identity, data: script.createCachedData() });
      writeKept(file, known);
    } catch {
      // A full disk is not the command's fault.
    }
  });
}

const HEAD = '(function (exports, require, module, __filename, __dirname) { ';
const TAIL = '\n})';

/**
 * The function that Node.js makes of a file, and what changes with every change of it: npm sets times of modification to a
 * day in 1985, but nobody sets `ctime`. In one piece, because putting it together would copy all of it once more.
 */
function readSource(filename) {
  const opened = fs.openSync(filename, 'r');
  try {
    const { size, ino, ctimeMs } = fs.fstatSync(opened);
    const bytes = Buffer.allocUnsafe(HEAD.length + size + TAIL.length);
    bytes.write(HEAD, 'latin1');
    if (fs.readSync(opened, bytes, HEAD.length, size, 0) !== size) return { source: null };
    bytes.write(TAIL, HEAD.length + size, 'latin1');
    return { source: bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8'), identity: `${size} ${ino} ${ctimeMs}` };
  } finally {
    fs.closeSync(opened);
  }
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
