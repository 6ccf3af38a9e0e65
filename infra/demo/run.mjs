// The demo: starts everything, says where, shows what happens, and stops everything on Ctrl-C.
//   APP_PORT (8080)  PROVIDER_PORT (9090)  API_PORT (9091)  ACCESS_TOKEN_LIFETIME (60 seconds)  BIN (build/bin)

import {open} from 'node:fs/promises';
import {PortBusy} from './ports.mjs';
import {startStack} from './stack.mjs';

const colourful = process.stdout.isTTY && !process.env.NO_COLOR;
const colour = (code, text) => (colourful ? `\u001b[${code}m${text}\u001b[0m` : text);
const colours = {provider: 35, api: 36, functions: 33, lighttpd: 31, access: 90};

function say(name, line) {
  console.log(`${colour(colours[name] ?? 0, name.padEnd(10))} ${line}`);
}

/** A line of a function's log (JSON) as a person wants to read it. */
function legible(line) {
  try {
    const {time, level, event, ...rest} = JSON.parse(line);
    const details = Object.entries(rest).map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
    return [level, event, colour(90, details.join(' '))].filter(Boolean).join(' ');
  } catch {
    return line;
  }
}

/** Shows what is added to a file, four times a second. */
function follow(path, show) {
  let position = 0;
  let rest = '';
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    try {
      const file = await open(path);
      const {size} = await file.stat();
      if (size > position) {
        const {buffer, bytesRead} = await file.read({buffer: Buffer.alloc(size - position), position});
        position += bytesRead;
        const lines = (rest + buffer.toString('utf8', 0, bytesRead)).split('\n');
        rest = lines.pop();
        lines.forEach(show);
      }
      await file.close();
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    busy = false;
  }, 250);
  return () => clearInterval(timer);
}

const told = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve(signal));
});

async function main() {
  const stack = await startStack({
    appPort: Number(process.env.APP_PORT || 8080),
    providerPort: Number(process.env.PROVIDER_PORT || 9090),
    apiPort: Number(process.env.API_PORT || 9091),
    accessTokenLifetime: Number(process.env.ACCESS_TOKEN_LIFETIME || 60),
    ...(process.env.BIN && {binaries: process.env.BIN}),
    onLine: say,
    onStep: (step) => console.log(`… ${step}`),
  });

  console.log(`
  ${colour(1, 'Vestibule is running.')}  Open  ${colour('1;32', stack.appUrl)}

  Log in as Alice or Bob at the demo's own OpenID provider (${stack.issuer}); there are no passwords.
  Access tokens live ${process.env.ACCESS_TOKEN_LIFETIME || 60} seconds here, so that you can watch them being refreshed.
  Ctrl-C stops everything.
`);
  const stopFollowing = [
    follow(stack.logs.functions, (line) => say('functions', legible(line))),
    follow(stack.logs.errors, (line) => say('lighttpd', line)),
    follow(stack.logs.access, (line) => say('access', line.replace(/^\S+ \S+ \[[^\]]*\] /, ''))),
  ];

  const why = await Promise.race([told, stack.died]);
  const asked = why.startsWith('SIG');
  console.log(asked ? '\nStopping …' : `\n${why}. Stopping everything else …`);
  await new Promise((resolve) => { setTimeout(resolve, 300); });  // the last lines of the logs
  stopFollowing.forEach((stop) => stop());
  await stack.stop();
  console.log('Everything is stopped.');
  process.exitCode = asked ? 0 : 1;
}

main().catch((error) => {
  console.error(`\n${error instanceof PortBusy ? error.message : error.stack}`);
  process.exitCode = 1;
});
