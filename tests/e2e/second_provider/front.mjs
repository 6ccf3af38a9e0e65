// The web server in front of Glewlwyd, as its Debian README wants it: serves the packaged pages and passes /api and /config
// on. It says a line for each request that was passed on: method, path, status; no query and no body.
//   GLEWLWYD_ROOT  where the package was unpacked        GLEWLWYD_PORT  the daemon's, on the loopback address
// Says `{"ready": "<url>"}` on standard output when it serves; leaves when standard input closes or on SIGTERM.

import {readlinkSync} from 'node:fs';
import {readFile, stat} from 'node:fs/promises';
import {createServer, request} from 'node:http';
import {basename, dirname, extname, join, normalize, resolve} from 'node:path';
import {listening, setting, untilToldToStop} from '../../../infra/demo/process.mjs';

const WEBAPP = '/usr/share/glewlwyd/webapp';
const types = {'.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.ico': 'image/x-icon'};
const root = setting('GLEWLWYD_ROOT');
const port = Number(setting('GLEWLWYD_PORT'));

/** Where a page's file is: the package links to files of other packages, which are installed, and of its own, which are not. */
async function fileOf(path) {
  const linked = resolve(WEBAPP, '.' + path);
  let target = linked;
  try {
    target = resolve(dirname(linked), readlinkSync(join(root, linked)));
  } catch {
    // a plain file
  }
  const found = await stat(join(root, target)).then(() => join(root, target), () => target);
  return (await stat(found)).isDirectory() ? join(found, basename(path)) : found;  // config.json is packaged as a folder
}

async function serveFile(path, response) {
  try {
    const body = await readFile(await fileOf(normalize(path)));
    response.writeHead(200, {'content-type': types[extname(path)] ?? 'application/octet-stream'});
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}

function passOn(incoming, response, path) {
  const {method, url, headers} = incoming;
  const outgoing = request({host: '127.0.0.1', port, method, path: url, headers}, (answer) => {
    console.log(`${method} ${path} ${answer.statusCode}`);
    response.writeHead(answer.statusCode, answer.rawHeaders);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  incoming.pipe(outgoing);
}

const server = createServer((incoming, response) => {
  const {pathname} = new URL(incoming.url, 'http://front');
  if (/^\/(api|config)\//.test(pathname)) passOn(incoming, response, pathname);
  else serveFile(pathname, response);
});
console.log(JSON.stringify({ready: `http://127.0.0.1:${await listening(server, 0)}`}));
untilToldToStop(server);
