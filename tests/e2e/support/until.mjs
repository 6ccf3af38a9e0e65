import {setTimeout as pause} from 'node:timers/promises';

/** Waits until `condition()` gives something true, and returns it. For things no event tells us about. */
export async function until(what, condition, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`in ${seconds} s it did not happen that ${what}`);
    await pause(50);
  }
}
