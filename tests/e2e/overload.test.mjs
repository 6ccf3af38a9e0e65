// Clients that mean harm, or are only slow: a dozen against 8 threads, and everybody else is served meanwhile.

import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {connect} from 'node:net';
import {after, before} from 'node:test';
import {logIn, newPerson, startBrowser} from './support/browser.mjs';
import {sameOrigin, send} from './support/raw_client.mjs';
import {scenario} from './support/scenario.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const ATTACKERS = 12;
const AT_ONCE = 4;
const QUICKLY = 1000;  // milliseconds
let upstream;
let world;
let browser;
let person;
let headers;

/** Takes uploads, streams for ever (/flood), or says little often (/events). `open` counts its answers under way. */
async function startUpstream() {
  const seen = {open: 0};
  const server = createServer((request, response) => {
    const {pathname} = new URL(request.url, 'http://upstream');
    seen.open += 1;
    response.on('close', () => { seen.open -= 1; });
    if (pathname === '/flood') {
      const piece = Buffer.alloc(64 * 1024, 'x');
      const pour = () => { while (!response.destroyed && response.write(piece)); };
      response.on('drain', pour);
      return pour();
    }
    if (pathname === '/events') {
      response.writeHead(200, {'content-type': 'text/event-stream'});
      const timer = setInterval(() => response.write('data: 1\n\n'), 200);  // lighttpd notices who left when it writes
      return response.on('close', () => clearInterval(timer));
    }
    if (pathname === '/target') return response.end(JSON.stringify({target: request.url}));
    request.on('end', () => response.end('"thanks"'));
    return request.resume();
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const stop = () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); });
  return {seen, stop, url: `http://127.0.0.1:${server.address().port}/`};
}

function configure(text) {
  const route = (path, token) => `{"path": "${path}", "upstream": "${upstream.url}", "methods": ["GET", "POST"], "token": "${token}"},`;
  return text.replace('"routes": [', `"serving": {"threads": 8, "maxInFlightPerSession": ${AT_ONCE}, "clientTimeout": "1s"},
  "routes": [${route('/api/open/', 'none')}${route('/api/mine/', 'user')}`);
}

before(async () => {
  upstream = await startUpstream();
  [world, browser] = await Promise.all([startWorld({configure}), startBrowser()]);
  person = await newPerson(browser, world.appUrl);
  await logIn(await person.open());
  headers = {mine: sameOrigin(world.appUrl, await person.sessionCookie()), anybodys: sameOrigin(world.appUrl)};
});
after(async () => { await browser?.close(); await world?.stop(); await upstream?.stop(); });

/** A connection that says `lines`, and keeps what it hears unless it does not read. */
function attacker(lines, {reads = true} = {}) {
  const socket = connect({host: '127.0.0.1', port: world.lighttpd.port});
  const it = {socket, heard: '', closed: false};
  if (reads) socket.on('data', (data) => { it.heard += data; });
  else socket.pause();
  socket.on('error', () => {});
  socket.on('close', () => { it.closed = true; });
  socket.write([...lines, '', ''].join('\r\n'));
  return it;
}

const requestLines = (method, path, fields, more = []) =>
  [`${method} ${path} HTTP/1.1`, ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`), ...more];

const statusOf = ({heard}) => Number.parseInt(heard.slice(9, 12), 10) || 0;
const withStatus = (attackers, status) => attackers.filter((it) => statusOf(it) === status);

/** They must get their answer soon, again and again. */
async function isServed(path, fields) {
  for (let i = 0; i < 5; i += 1) {
    const begun = Date.now();
    const answer = await send({port: world.lighttpd.port, path, headers: fields});
    assert.equal(answer.status, 200, answer.body);
    assert.ok(Date.now() - begun < QUICKLY, `served after ${Date.now() - begun} ms`);
  }
}

async function attack(count, make, body) {
  const attackers = Array.from({length: count}, make);
  try {
    await body(attackers);
  } finally {
    attackers.forEach(({socket}) => socket.destroy());
  }
  await until('nothing of it is left upstream', () => upstream.seen.open === 0);
}

const inWorld = (name, body) => scenario(name, () => world, body);

inWorld('uploads that drip hold some threads for a while, and nobody else is held up (P54, H12)', async () => {
  const lines = requestLines('POST', '/api/open/upload', headers.anybodys, ['content-type: text/plain', 'content-length: 100000']);
  await attack(ATTACKERS, () => attacker(lines), async (attackers) => {
    const dripping = setInterval(() => attackers.forEach(({socket}) => socket.writable && socket.write('x')), 100);
    try {
      await until('those beyond the limit are refused', () => withStatus(attackers, 429).length >= ATTACKERS - AT_ONCE);
      await isServed('/api/whoami', headers.mine);
      await until('the others are given up', () => withStatus(attackers, 400).length >= AT_ONCE);
      await isServed('/api/open/hello', headers.anybodys);
    } finally {
      clearInterval(dripping);
    }
    for (const {heard} of withStatus(attackers, 429)) assert.match(heard, /^retry-after: \d+\r$/im);
  });
});

inWorld('people who do not read their answer hold a thread for a while only (P54)', async () => {
  const lines = requestLines('GET', '/api/open/flood', headers.anybodys);
  await attack(ATTACKERS, () => attacker(lines, {reads: false}), async () => {
    await until('as many as may are being answered', () => upstream.seen.open > 0);
    await isServed('/api/whoami', headers.mine);
    await until('their calls are given up', () => upstream.seen.open === 0);
    await isServed('/api/open/hello', headers.anybodys);
  });
});

inWorld('one session cannot take every thread with event streams (P54)', async () => {
  const lines = requestLines('GET', '/api/mine/events', headers.mine);
  await attack(ATTACKERS, () => attacker(lines), async (attackers) => {
    await until('all are answered', () => attackers.every((it) => statusOf(it) > 0));
    assert.deepEqual([withStatus(attackers, 200).length, withStatus(attackers, 429).length], [AT_ONCE, ATTACKERS - AT_ONCE]);
    await isServed('/api/open/hello', headers.anybodys);
    await isServed('/auth/checksession', headers.mine);
  });
});

inWorld('a field with underscores in whatever places is refused (P51)', async () => {
  const spellings = ['Sec_Fetch_Site', 'Sec_Fetch-Site', 'Sec-Fetch_Site', 'Sec-Fetch_Mode', 'Sec_Fetch-Dest', 'sec-fetch_dest', 'X_BFF'];
  for (const name of spellings) {
    const answer = await send({port: world.lighttpd.port, path: '/auth/checksession', headers: {...headers.mine, [name]: 'same-origin'}});
    assert.equal(answer.status, 403, name);
    assert.doesNotMatch(answer.body, /csrf_rejected/, `${name} reached the function`);
  }
});

inWorld('the question mark of an empty query arrives (P05)', async () => {
  for (const target of ['/target', '/target?', '/target?x=%2F&']) {
    const answer = await send({port: world.lighttpd.port, path: `/api/open${target}`, headers: headers.anybodys});
    assert.equal(JSON.parse(answer.body).target, target);
  }
});

inWorld('a chunked body is refused or arrives whole, and never passes for an empty one (H07)', async () => {
  const lines = requestLines('POST', '/api/open/upload', headers.anybodys, ['transfer-encoding: chunked']);
  await attack(1, () => attacker(lines), async ([it]) => {
    it.socket.write('5\r\nhello\r\n0\r\n\r\n');
    await until('there is an answer', () => statusOf(it) > 0);
    assert.ok([200, 400, 411].includes(statusOf(it)), it.heard);
  });
});
