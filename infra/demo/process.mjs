// What every small server of the demo needs to be a well-behaved child process.

/** A setting from the environment; without a default it is required. */
export function setting(name, otherwise) {
  const value = process.env[name] || otherwise;
  if (value === undefined) {
    console.error(`${name} is not set`);
    process.exit(2);
  }
  return value;
}

/** Listens on the loopback address; `port` 0 takes a free one. Returns the port. */
export function listening(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server.address().port));
  });
}

/** Leaves on SIGTERM, SIGINT, or when whoever started us is gone (standard input closes). */
export function untilToldToStop(server) {
  const stop = () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.stdin.on('end', stop).on('error', stop).resume();
}
