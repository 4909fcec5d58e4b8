// What `mc` is held against: node:http and nothing else. `/health` answers a small object, `/list` stringifies a list of
// agents at each request. The list is read from the file named on the command line.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const list = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const began = Date.now();

const server = createServer((request, response) => {
  const answer = request.url === '/list' ? list : health();
  const body = JSON.stringify(answer);
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

function health() {
  return { status: 'healthy', timestamp: new Date().toISOString(), services: {}, uptime: Date.now() - began };
}
