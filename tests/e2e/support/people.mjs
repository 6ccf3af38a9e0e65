// The usual surroundings of a file of tests: one world and one browser for all of them, a new person for each.

import {after, before} from 'node:test';
import {newPerson, startBrowser} from './browser.mjs';
import {scenario} from './scenario.mjs';
import {startWorld} from './world.mjs';

/**
 * Starts a world (`start()` → Promise of one) and a browser before the file's tests, and ends them after. Returns
 *   world         filled when it has started; only tests may look at it
 *   someone()     → Promise of a person with an empty browser; whoever asks for one calls its leave()
 *   inWorld(name, body, newOne)   a test: `body(person, t)`, with a person from `newOne()`, usually someone
 */
export function usualWorld(start = startWorld) {
  const world = {};
  let browser;
  before(async () => {
    const started = start().then((fields) => Object.assign(world, fields));
    [browser] = await Promise.all([startBrowser(), started]);
  });
  after(async () => { await browser?.close(); await world.stop?.(); });

  const someone = () => newPerson(browser, world.appUrl);
  const inWorld = (name, body, newOne = someone) => scenario(name, () => world, async (t) => {
    const person = await newOne();
    try {
      await body(person, t);
    } finally {
      await person.leave();
    }
  });
  return {world, someone, inWorld};
}
