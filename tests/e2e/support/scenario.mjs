// A test whose failure also shows what the servers said.

import {test} from 'node:test';

const LINES = 40;

/** Like node's `test`; `world` is a function because it exists only when the test runs. */
export function scenario(name, world, body, {seconds = 60} = {}) {
  test(name, {timeout: seconds * 1000}, async (t) => {
    try {
      await body(t);
    } catch (error) {
      const current = world();
      if (current) {
        const lines = (await current.logText()).trimEnd().split('\n');
        const ofFunctions = lines.filter((line) => line.startsWith('{')).slice(-LINES);
        const others = lines.filter((line) => !line.startsWith('{')).slice(-LINES);
        t.diagnostic(`the last log lines:\n${[...ofFunctions, ...others, ...current.output.slice(-LINES)].join('\n')}`);
      }
      throw error;
    }
  });
}
