// Preloaded into a process: writes down every CommonJS module that it loads into the file that MC_TEST_LOADED names.
const { appendFileSync } = require('node:fs');
const Module = require('node:module');

const load = Module.prototype.load;
Module.prototype.load = function noted(filename) {
  appendFileSync(process.env.MC_TEST_LOADED, `${filename}\n`);
  return load.call(this, filename);
};
