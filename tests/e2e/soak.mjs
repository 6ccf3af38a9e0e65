// Hours of ordinary use in minutes, with everything going wrong in between: make soak STORE=sqlite|postgres|redis TIME=20m
//   SOAK_STORE=sqlite   SOAK_TIME=5m (90s, 20m, or seconds)   SOAK_SESSIONS=60   SOAK_PROCESSES=3 (of each function)
// Ends with tables, on Ctrl-C too; the exit code is 1 where a line of the last one is not as it must be.
// soak/people.mjs: what goes on. soak/faults.mjs: what goes wrong. soak/session.mjs: what must hold. soak/closing.mjs: the verdict.

import {setTimeout as pause} from 'node:timers/promises';
import {closingTable} from './soak/closing.mjs';
import {faultHistory, faultsFor, letHappen, victims} from './soak/faults.mjs';
import {goAbout, lookOnceMore} from './soak/people.mjs';
import {watchProcesses} from './soak/processes.mjs';
import {newTally} from './soak/tally.mjs';
import {newTraffic} from './soak/traffic.mjs';
import {stores, useStore} from './support/stores.mjs';
import {startWorld} from './support/world.mjs';

const ACCESS_TOKEN_LIFETIME = 20;  // seconds: a session that is used is refreshed every 15 s
const FAULT_EVERY = [12, 25];      // seconds
const LEFT_ALONE = 12;             // seconds at the end without a new fault
const SAMPLE_EVERY = 2000;
const SAY_EVERY = 5000;

function secondsIn(text) {
  const [, number, unit = 's'] = /^(\d+)([sm]?)$/.exec(text) ?? [];
  const seconds = Number(number) * (unit === 'm' ? 60 : 1);
  if (!(seconds >= 30)) throw new Error(`TIME is ${text}: it must be like 90s, 20m or 300, and 30 s or more`);
  return seconds;
}

const settings = {
  name: process.env.SOAK_STORE || 'sqlite',
  seconds: secondsIn(process.env.SOAK_TIME || '5m'),
  sessions: Number(process.env.SOAK_SESSIONS || 60),
  perFunction: Number(process.env.SOAK_PROCESSES || 3),
};
if (!stores[settings.name]) throw new Error(`STORE is ${settings.name}: there are ${Object.keys(stores).join(', ')}`);

/** Once: it comes to its end with what there is. Twice: it ends. */
const interrupted = new Promise((resolve) => {
  let before = false;
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      if (before) process.exit(130);
      before = true;
      resolve(`${signal}: this is how far it came`);
    });
  }
});

const say = (text) => process.stdout.write(`${new Date().toTimeString().slice(0, 8)} ${text}\n`);
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

/** Resolves with the reason why the soak comes to its end. */
const untilOver = (world, {seconds}) => Promise.race([interrupted, world.died, pause(1000 * seconds, 'time is up', {ref: false})]);

function sayHowItGoes({tally, faults, processes, live, begun}, {seconds}) {
  let before = {requests: 0, at: begun, errors: 'none'};
  return setInterval(() => {
    const now = {requests: tally.requests, at: Date.now(), errors: tally.errorText()};
    const elapsed = (now.at - begun) / 1000;
    const rate = (1000 * (now.requests - before.requests)) / (now.at - before.at);
    say(`${clock(elapsed)}, ${clock(Math.max(0, seconds - elapsed))} left · ${live.size} sessions`
      + ` · ${tally.requests} requests, ${rate.toFixed(0)}/s · logouts ${tally.lost.length}, revived ${tally.revived.length}, unexplained errors ${tally.unexplained}`
      + ` · ${processes.text()} · fault: ${faults.current()}`);
    if (now.errors !== before.errors) say(`      errors so far: ${now.errors}`);
    before = now;
  }, SAY_EVERY);
}

/** All but one process of each function, in which only one can be killed. */
function keptOf(processes) {
  const last = new Map(processes.latest().map(({name, pid}) => [name, pid]));
  return new Set(processes.latest().filter(({name, pid}) => last.get(name) !== pid).map(({pid}) => pid));
}

async function soak(world, store) {
  const faults = faultHistory();
  const traffic = newTraffic();
  const processes = watchProcesses(world);
  await processes.sample();
  const begun = Date.now();
  const run = {...settings, world, store, faults, traffic, processes, begun, tally: newTally(faults.explain), live: new Set(), ended: []};
  const sampling = setInterval(() => processes.sample().catch(() => {}), SAMPLE_EVERY);
  const saying = sayHowItGoes(run, settings);
  const over = untilOver(world, settings);

  const list = faultsFor({...run, say, victim: victims(processes, keptOf(processes))});
  const period = Math.min(Math.max(settings.seconds / 2 / (list.length + 1), FAULT_EVERY[0]), FAULT_EVERY[1]);
  const trouble = letHappen(list, {faults, period, lastAt: begun + 1000 * (settings.seconds - LEFT_ALONE), over, say});
  const people = goAbout(run, settings.sessions);
  const failure = new Promise((_, reject) => { trouble.catch(reject); people.catch(reject); });
  say(await Promise.race([over, failure]));
  await trouble;
  const stopped = Date.now();
  clearInterval(sampling);
  traffic.running = false;
  await people;
  say('looking at every session once more');
  await lookOnceMore(run);
  clearInterval(saying);
  await pause(2000);
  await processes.sample();
  return closingTable({...run, list, stopped});
}

say(`starting a world with ${settings.name}, ${settings.perFunction} processes of each function, ${settings.sessions} people`);
const store = await stores[settings.name]();
let world;
let good = false;
try {
  world = await startWorld({accessTokenLifetime: ACCESS_TOKEN_LIFETIME, processes: settings.perFunction, configure: useStore(store)});
  good = await soak(world, store);
} catch (error) {
  console.error(error);
  for (const line of world?.output.slice(-20) ?? []) console.error(line);
} finally {
  await world?.stop();
  await store.close();
}
process.exit(good ? 0 : 1);
