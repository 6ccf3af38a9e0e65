// What goes wrong in a soak, and which errors that accounts for.

import {setTimeout as pause} from 'node:timers/promises';
import {until} from '../support/until.mjs';

const FIRST = 10;  // seconds until the first fault
const LEASE = 35;  // seconds, and some for who waits

// Which outcomes a fault may have, and for how many seconds after it. A lease without an owner holds others up for its own 30 s.
const ofStore = [
  [/^503 store_unavailable$|^log-in: auth_error=unavailable$|^back-channel/, 8],
  [/^log-in: \S+ 503$/, 8],
  [/^503 refresh_busy$/, LEASE],
];
const ofKill = [[/^(500|503|broken)$|^log-in: |^back-channel/, 6], [/^503 refresh_busy$/, LEASE]];
// The functions leave a provider alone for 5 to 10 s after a failure; sessions go on while their access token lives.
const ofProvider = [[/^503 (provider_unavailable|refresh_busy)$|^log-in: |^back-channel/, 20]];

/** Every outage the store knows; and one of silence that is over before a request's 5 s in the store are: nobody is to notice. */
function storeFaults({store, world}) {
  const outage = ({what, begin, end}) => ({
    name: `store ${what}`, seconds: what.includes('crashes') ? 3 : 7, expects: ofStore,
    begin: () => begin(world), end: () => end(world),
  });
  const silence = store.outages.find(({what}) => /frozen|locked/.test(what));
  return [...store.outages.map(outage), {...outage(silence), name: `store ${silence.what}, for a moment`, seconds: 3, expects: []}];
}

function providerFaults({world}) {
  const meets = (name, outage, seconds = 5) => ({
    name: `provider ${name}`, seconds, expects: ofProvider,
    begin: () => world.provider.outage(outage), end: () => world.provider.outage(null),
  });
  return [
    meets('answers 503', {status: 503}),
    meets('answers after 4 s', {delay: 4000}),
    meets('answers 429', {status: 429, retryAfter: 3}),
    meets('is down', {drop: true}),
    meets('answers 500', {status: 500}),
    meets('answers 502', {status: 502}),
  ];
}

/**
 * A process is never killed between the provider's answer to its refresh and the write of it: what a provider that punishes reuse has
 * given away then exists nowhere, and no client of it can help that. So the provider looks at no token request for that while: those
 * under way are answered and stored before the kill, and those that wait die with the process unseen.
 */
function killFaults({world, traffic, victim, say}) {
  const kill = (who) => {
    const {pid, name} = who ?? {};
    if (!pid) return;
    say(`killing ${name} ${pid}`);
    process.kill(pid, 'SIGKILL');
  };
  const settled = 1500;  // ms from the provider's last answer to its write, on a slow machine
  const answered = async () => {
    const {tokenRequestsUnderWay, tokenRequestsHeld} = await world.provider.counts();
    return tokenRequestsUnderWay === tokenRequestsHeld;
  };
  return [
    {
      name: 'process killed in traffic', seconds: 1, expects: ofKill,
      async begin() {
        await world.provider.hold(true);
        const quiet = await until('no token request is being answered', answered, 5).catch(() => false);
        await pause(settled);
        if (quiet) kill(victim());
        else say('the machine is too busy: nobody is killed this time');
      },
      end: () => world.provider.hold(false),
    },
    {
      name: 'process killed while idle', seconds: 0, expects: ofKill,
      async begin() {
        await traffic.pause();
        await pause(settled);
        kill(victim());
      },
      end: async () => traffic.resume(),
    },
  ];
}

/** One after another kind of function, and never those of `kept`: their memory is watched to the end. */
export function victims(processes, kept) {
  const names = ['refresh', 'checksession', 'callback', 'userinfo', 'logout', 'login', 'backchannel'].flatMap((name) => ['proxy', name]);
  let turn = 0;
  return () => {
    const wanted = names[turn++ % names.length];
    return processes.latest().find(({pid, name}) => name === wanted && !kept.has(pid));
  };
}

/** All of them, in an order that lets a short soak meet one of each sort. */
export function faultsFor(setting) {
  const sorts = [storeFaults(setting), killFaults(setting), providerFaults(setting)];
  const most = Math.max(...sorts.map(({length}) => length));
  return Array.from({length: most}, (_, i) => sorts.map((sort) => sort[i])).flat().filter(Boolean);
}

/** Which faults there were and are. */
export function faultHistory() {
  const history = [];  // {name, expects, from, to}
  return {
    history,
    current: () => history.filter(({to}) => to === Infinity).map(({name}) => name).join(', ') || 'none',
    /** The latest fault that may have such an outcome; ms. */
    explain(outcome, begun, ended) {
      return history.findLast(({expects, from, to}) =>
        expects.some(([pattern, tail]) => pattern.test(outcome) && ended >= from && begun <= to + 1000 * tail))?.name;
    },
  };
}

/** Lets `list` happen in turn, one every `period` seconds, until `over` (a Promise) or `lastAt`. */
export async function letHappen(list, {faults, period, lastAt, over, say}) {
  let ended = false;
  over.then(() => { ended = true; });
  const wait = (seconds) => Promise.race([pause(1000 * seconds, undefined, {ref: false}), over]);
  for (let turn = 0; ; turn += 1) {
    const next = Date.now() + 1000 * period;
    await wait(turn === 0 ? Math.min(period, FIRST) : 0);
    if (ended || Date.now() > lastAt) return;
    const {name, seconds, expects, begin, end} = list[turn % list.length];
    const entry = {name, expects, from: Date.now(), to: Infinity};
    faults.history.push(entry);
    say(`fault: ${name}${seconds > 1 ? `, ${seconds} s` : ''}`);
    try {
      await begin();
      await wait(seconds);
    } finally {
      await end();
      entry.to = Date.now();
    }
    say(`fault over: ${name}`);
    await wait((next - Date.now()) / 1000);
  }
}
