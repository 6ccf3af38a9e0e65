// People who go on calling the API whatever happens to the servers.

import assert from 'node:assert/strict';
import {outcome} from './storm.mjs';

/**
 * While `body(traffic)` runs, the owner of each cookie calls by `call(cookie)` again and again: they get 200, or 503 that says when to
 * come again, and keep their cookie. Returns {good, refused: counts of 200 and 503}.
 */
export async function inTraffic(call, cookies, body) {
  const traffic = {running: true, good: 0, refused: 0};
  const people = cookies.map(async (cookie) => {
    while (traffic.running) {
      const answer = await call(cookie);
      assert.ok(['200', '503 store_unavailable'].includes(outcome(answer)), `${answer.status} ${answer.body}`);
      assert.equal(answer.headers['set-cookie'], undefined);
      if (answer.status === 503) assert.match(answer.headers['retry-after'], /^[1-9]\d*$/);
      traffic[answer.status === 200 ? 'good' : 'refused'] += 1;
    }
  });
  try {
    await Promise.race([body(traffic), Promise.all(people)]);
  } finally {
    traffic.running = false;
  }
  await Promise.all(people);
  return {good: traffic.good, refused: traffic.refused};
}
