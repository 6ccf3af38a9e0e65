// A whole world for a test: provider, API, lighttpd and the real executables, on free ports, in a folder of its own.

import {execFileSync} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {startStack} from '../../../infra/demo/stack.mjs';

/**
 * Options are those of infra/demo/stack.mjs. Besides what that returns:
 *   provider.record()      what happened at the provider, with the true values of everything it issued
 *   provider.misbehave(f)  {tokenStatus, tokenHeaders, tokenBody, tokenDelay (ms), times}: what the next token requests meet;
 *                          {revocationDelay (ms)}; {downFor (ms)}: connections are refused meanwhile
 *   provider.tokensLive(s) how many seconds access tokens live from now on
 *   provider.logoutToken(idToken)  what it would send to end the session of this ID token
 *   provider.counts()      the record without its lists: small, however long it runs
 *   provider.outage(o)     {status, retryAfter (s), delay (ms), drop}: what every call of a program meets, until outage(null)
 *   provider.hold(yes)     whether token requests wait; those of programs that ended meanwhile are not served
 *   processesOf(name)      the process ids of a function; without a name: of all
 *   output                 every line of the provider, the API and lighttpd
 *   logText()              everything in the log files of lighttpd and of the functions, now
 */
export async function startWorld(options = {}) {
  const output = [];
  const stack = await startStack({
    ...options,
    ...(process.env.BIN && {binaries: process.env.BIN}),
    control: true,
    onLine: (name, line) => output.push(`${name}: ${line}`),
  });

  async function control(init, query = '') {
    const response = await fetch(`${stack.controlUrl}${query}`, init);
    if (!response.ok) throw new Error(`the provider's control answers ${response.status}`);
    return response.json();
  }

  const command = (what) => control({method: 'POST', body: JSON.stringify(what)}, '?counts');

  async function logText() {
    const texts = await Promise.all(Object.values(stack.logs).map((path) => readFile(path, 'utf8').catch(() => '')));
    return texts.join('\n');
  }

  /** The process ids of a function that lighttpd started; without a name: of all functions. */
  function processesOf(name) {
    const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(stack.lighttpd.pid)], {encoding: 'utf8'});
    const isWanted = (line) => line.trim() && (!name || line.trimEnd().endsWith(`/${name}`));
    return children.split('\n').filter(isWanted).map((line) => Number.parseInt(line, 10));
  }

  return {
    ...stack,
    output,
    logText,
    provider: {
      record: () => control(),
      counts: () => control({}, '?counts'),
      misbehave: (fault) => command(fault),
      tokensLive: (accessTokenLifetime) => command({accessTokenLifetime}),
      outage: (outage) => command({outage}),
      hold: (hold) => command({hold}),
      logoutToken: async (idToken) => (await control({method: 'POST', body: JSON.stringify({logoutTokenFor: idToken})})).logoutToken,
    },
    processesOf,
  };
}
