/** What `bin/run.js` starts: oclif, bundled together with the commands so that one file is read instead of hundreds. */
export { flush, handle, run } from '@oclif/core';
