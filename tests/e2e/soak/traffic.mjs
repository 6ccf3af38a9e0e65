// How much goes on at once, and when nothing does.

import {until} from '../support/until.mjs';

export const AT_ONCE = 40;

export function newTraffic() {
  const waiting = [];
  let underWay = 0;
  let paused = false;

  function admit() {
    while (!paused && underWay < AT_ONCE && waiting.length > 0) {
      underWay += 1;
      waiting.shift()();
    }
  }

  return {
    running: true,
    underWay: () => underWay,
    /** Does `work` when it is its turn. */
    async within(work) {
      await new Promise((resolve) => { waiting.push(resolve); admit(); });
      try {
        return await work();
      } finally {
        underWay -= 1;
        admit();
      }
    },
    /** Nothing new begins; resolves when nothing is under way. */
    async pause() {
      paused = true;
      await until('all requests are answered', () => underWay === 0, 60);
    },
    resume() {
      paused = false;
      admit();
    },
  };
}
