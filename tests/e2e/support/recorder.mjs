// Stands in front of the web server and keeps every byte that goes to the browser.

import {connect, createServer} from 'node:net';

/** Listens on a free port; `forwardTo(port)` says where the web server is once it is known. */
export async function startRecorder() {
  const answers = [];  // one buffer list for each connection
  const sockets = new Set();
  let target;

  const server = createServer((browser) => {
    const upstream = connect(target, '127.0.0.1');
    const received = [];
    answers.push(received);
    upstream.on('data', (bytes) => received.push(bytes));
    for (const socket of [browser, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    browser.on('error', () => upstream.destroy());
    upstream.on('error', () => browser.destroy());
    browser.pipe(upstream).pipe(browser);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });

  return {
    port: server.address().port,
    forwardTo(port) { target = port; },
    /** Every connection's bytes so far, as text of one character a byte. */
    connections: () => answers.map((list) => Buffer.concat(list).toString('latin1')),
    stop() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => { server.close(resolve); });
    },
  };
}
