// A whole world for a test: provider, API, lighttpd and the real executables, on free ports, in a folder of its own.

import {readFile} from 'node:fs/promises';
import {startStack} from '../../../infra/demo/stack.mjs';

/**
 * Options are those of infra/demo/stack.mjs. Besides what that returns:
 *   provider.record()      what happened at the provider, with the true values of everything it issued
 *   provider.misbehave(f)  {tokenStatus, tokenDelay (ms), times}: what the next token requests meet
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

  async function control(init) {
    const response = await fetch(`${stack.issuer}/control`, init);
    if (!response.ok) throw new Error(`the provider's control answers ${response.status}`);
    return response.json();
  }

  async function logText() {
    const texts = await Promise.all(Object.values(stack.logs).map((path) => readFile(path, 'utf8').catch(() => '')));
    return texts.join('\n');
  }

  return {
    ...stack,
    output,
    logText,
    provider: {
      record: () => control(),
      misbehave: (fault) => control({method: 'POST', body: JSON.stringify(fault)}),
    },
  };
}
