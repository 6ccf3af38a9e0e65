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
        const log = (await current.logText()).trimEnd().split('\n').slice(-LINES).join('\n');
        t.diagnostic(`the last log lines:\n${log}\n${current.output.slice(-LINES).join('\n')}`);
      }
      throw error;
    }
  });
}
