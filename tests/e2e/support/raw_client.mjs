// HTTP without a browser: exactly the headers one asks for, and answers as they came.

import {Agent, request} from 'node:http';

// Closes what is idle before lighttpd does, after 5 s: a request on a connection that it is just closing would be lost.
const IDLE = 2000;

/** Connections that are kept, at most `count` at once. */
export const connections = (count) => new Agent({keepAlive: true, maxSockets: count, timeout: IDLE});

const fewAtOnce = connections(256);

/** Returns {status, headers, rawHeaders, body}. `signal`, aborted: the client is gone, its connection closed. */
export function send({port, path, method = 'GET', headers = {}, body, agent = fewAtOnce, signal}) {
  return new Promise((resolve, reject) => {
    const outgoing = request({agent, host: '127.0.0.1', port, path, method, headers, signal}, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({
        status: response.statusCode,
        headers: response.headers,
        rawHeaders: response.rawHeaders,
        body: Buffer.concat(chunks).toString('utf8'),
      }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The headers of a page's own fetch. */
export function sameOrigin(appUrl, sessionCookie) {
  return {
    host: new URL(appUrl).host,
    accept: 'application/json',
    'sec-fetch-site': 'same-origin',
    'sec-fetch-mode': 'cors',
    'sec-fetch-dest': 'empty',
    ...(sessionCookie && {cookie: `__Host-Http-session=${sessionCookie}`}),
  };
}
