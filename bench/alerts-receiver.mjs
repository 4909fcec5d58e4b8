// A receiver of messages in a thread of its own, so that what is measured is not held up by it. It says its port, and of each
// request when it was whole (nanoseconds of the machine's monotonic clock) and its body; `hang` leaves requests unanswered.
import { createServer } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text) => {
    body += text;
  });
  request.on('end', () => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    parentPort.postMessage({ at: process.hrtime.bigint(), body });
    if (!workerData.hang) response.writeHead(204).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort.postMessage({ port: server.address().port });
});
