// Those who use the app: they log in, look around for a while, and log out in one way or another; then the next one comes.

import {setTimeout as pause} from 'node:timers/promises';
import {saysLoggedIn, saysLoggedOut} from './answers.mjs';
import {call, kinds, leaveEarly, logIn} from './session.mjs';

const ARRIVE = [0, 8000];         // milliseconds until the first log-in
const RETRY = [1000, 4000];       // milliseconds after a log-in that failed
const STAY = [10, 120];           // seconds from log-in to log-out
const THINK = [400, 2000];        // milliseconds between two things a person does
const LEAVE_AFTER = [0, 400];
const SETTLE = 60;                // seconds in which an ending comes to its end, faults included
const BELATED = 3;                // seconds that a logout at the provider may take after its call was given up
const KEPT = 300;                 // ended sessions whose cookies are tried again later

const between = ([least, most]) => least + Math.random() * (most - least);
const anyOf = (list) => list[Math.floor(Math.random() * list.length)];
const times = (count, make) => Promise.all(Array.from({length: count}, make));

/** One of `weights` = {what: weight}. */
function weighted(weights) {
  let at = Math.random() * Object.values(weights).reduce((a, b) => a + b);
  return Object.keys(weights).find((what) => (at -= weights[what]) < 0);
}

const doings = {
  'API GET': 40, 'API list': 5, 'API POST': 10, 'API stream': 3, checksession: 15, userinfo: 5, refresh: 5, tabs: 10, 'left early': 7,
};
const mayBeLeft = Object.keys(kinds).filter((kind) => kind !== 'logout');
const endings = {'logout': 5, 'logout, and at the provider': 2, 'logout at the provider alone': 3};

/** A browser that opens again with several tabs. */
const openTabs = (soak, session) => Promise.all([
  ...Array.from({length: 4}, () => call(soak, session, 'API GET')), call(soak, session, 'checksession'), call(soak, session, 'refresh'),
]);

function act(soak, session) {
  const what = weighted(doings);
  if (what === 'tabs') return openTabs(soak, session);
  if (what === 'left early') return leaveEarly(soak, session, anyOf(mayBeLeft), between(LEAVE_AFTER));
  return call(soak, session, what);
}

/** The answer to `kind` as soon as it is one that `settles`, asking again for a while; undefined where none comes. */
async function untilSettled(soak, session, kind, settles, seconds = SETTLE) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(1000)) {
    const answer = await call(soak, session, kind);
    if (answer && settles(answer)) return answer;
  }
  return undefined;
}

const logOut = (soak, session) => untilSettled(soak, session, 'logout', ({status}) => status === 200);

/** Presses the button on the provider's own page. */
async function logOutAtProvider(soak, session, url) {
  const page = await session.visitProvider(new URL(url));
  const {xsrf, action} = /action="(?<action>[^"]+)"[^]*?name="xsrf" value="(?<xsrf>[^"]+)"/.exec(page.body).groups;
  const form = new URLSearchParams({xsrf, logout: 'yes'}).toString();
  await soak.traffic.within(() => session.visitProvider(new URL(action, url), form));
}

const ways = {
  'logout': logOut,
  async 'logout, and at the provider'(soak, session) {
    const answer = await logOut(soak, session);
    const url = answer && JSON.parse(answer.body).logoutUrl;  // null while the provider is down
    if (url) await logOutAtProvider(soak, session, url);
  },
  /**
   * The provider calls once and not again; what it could not deliver in a fault is made up for here. It waits 2.5 s for an
   * answer, and a function that waits for its store may be at it a moment longer.
   */
  async 'logout at the provider alone'(soak, session) {
    const begun = Date.now();
    await logOutAtProvider(soak, session, `${soak.world.issuer}/session/end`);
    await untilSettled(soak, session, 'checksession', ({status}) => status === 200);
    if (await untilSettled(soak, session, 'checksession', saysLoggedOut, BELATED)) return;
    soak.tally.note({kind: 'back-channel', outcome: 'back-channel: no effect', good: false, begun});
    await logOut(soak, session);
  },
};

/** Whatever it is asked for, in whichever process. */
async function isDeadEverywhere(soak, session) {
  const ask = (kind) => untilSettled(soak, session, kind, (answer) => saysLoggedOut(answer) || saysLoggedIn(answer));
  await Promise.all([
    times(3 * soak.perFunction, () => ask('API GET')),
    ...['checksession', 'userinfo', 'refresh', 'API POST'].map((kind) => times(soak.perFunction, () => ask(kind))),
  ]);
}

/** Ends it while its other tabs go on asking. */
async function end(soak, session) {
  const how = weighted(endings);
  session.state = 'ending';
  session.endedBy = how;
  const others = openTabs(soak, session);
  await ways[how](soak, session);
  session.state = 'ended';
  soak.tally.noteEnd(how);
  await others;
  await isDeadEverywhere(soak, session);
  soak.ended.push(session);
  if (soak.ended.length > KEPT) soak.ended.shift();
}

async function person(soak) {
  while (soak.traffic.running) {
    const session = await logIn(soak);
    if (!session) {
      await pause(between(RETRY));
      continue;
    }
    soak.live.add(session);
    const leaves = Date.now() + 1000 * between(STAY);
    while (soak.traffic.running && session.state === 'live' && Date.now() < leaves) {
      await act(soak, session);
      await pause(between(THINK));
    }
    if (!soak.traffic.running && session.state === 'live') return;  // the last look is for all of them together
    soak.live.delete(session);
    if (session.state === 'live') await end(soak, session);
  }
}

/** Somebody who has found old cookies. */
async function thief(soak) {
  while (soak.traffic.running) {
    await pause(500);
    const session = anyOf(soak.ended);
    if (session) await call(soak, session, weighted({'API GET': 3, checksession: 1, userinfo: 1, refresh: 1}));
  }
}

/** `count` people, until `traffic.running` is false. Fills `soak.live` and `soak.ended`. */
export async function goAbout(soak, count) {
  await Promise.all([thief(soak), ...Array.from({length: count}, async () => {
    await pause(between(ARRIVE));
    await person(soak);
  })]);
}

/** After everything: who did not log out is logged in, and who did is not. One after another: a crowd would look like growth. */
export async function lookOnceMore(soak) {
  const look = (session, kind) => untilSettled(soak, session, kind, (answer) => saysLoggedIn(answer) || saysLoggedOut(answer));
  for (const session of soak.live) {
    await look(session, 'checksession');
    await look(session, 'API GET');
  }
  for (const session of soak.ended) await look(session, 'API GET');
}
