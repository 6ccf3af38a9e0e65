import {createServer} from 'node:net';

function tryPort(port) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(port, '127.0.0.1', () => {
      const {port: taken} = probe.address();
      probe.close(() => resolve(taken));
    });
  });
}

export class PortBusy extends Error {}

/** The port itself if it is free; for 0, some free port. `variable` is the environment variable that changes it. */
export async function freePort(port, what, variable) {
  try {
    return await tryPort(port);
  } catch (error) {
    if (error.code === 'EACCES') throw new PortBusy(`Port ${port} (${what}) is not allowed for you. Choose another one: ${variable}=${port + 10000}`);
    if (error.code !== 'EADDRINUSE') throw error;
    throw new PortBusy(`Port ${port} (${what}) is already in use. Stop what uses it, or choose another one: ${variable}=${port + 1}`);
  }
}
