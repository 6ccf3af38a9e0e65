// The storms in full size, on every store: make storm. Not part of make test: it takes minutes.
//   STORM_STORES="sqlite postgres redis"   STORM_SESSIONS=100   STORM_REQUESTS=50 (for each session and process)
//   STORM_KINDS="fast slow killed races"   STORM_RACES=200 (sessions for each way to end them)
//     fast    the provider answers at once
//     slow    it answers every refresh after 8 s
//     killed  a proxy process is killed while it holds leases: the provider has its requests and gives it no tokens
//     races   sessions end by logout, logout everywhere and back-channel logout while everything is going on with them
// An answer that takes longer than provider.refreshTimeout (20 s) costs its session: a machine that is busy with other things shows that in
// the column of the slowest. Ends with tables; the exit code is 1 where a line of them is not as it must be.

import {answersTo, expiredBrowsers, raceAll, waysToEnd} from './support/logout_races.mjs';
import {expiredSessions, storm} from './support/storm.mjs';
import {stores, useStore} from './support/stores.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const PROCESSES = 4;
const AT_ONCE = 400;
const RACES_AT_ONCE = 25;
const MINUTES = 10;  // for one storm
const words = (name, usual) => (process.env[name] ?? usual).split(/[ ,]+/).filter(Boolean);
const sessions = Number(process.env.STORM_SESSIONS ?? 100);
const races = Number(process.env.STORM_RACES ?? 200);
const requests = Number(process.env.STORM_REQUESTS ?? 50) * PROCESSES;

const say = (text) => process.stdout.write(`${new Date().toTimeString().slice(0, 8)} ${text}\n`);

/** Says how far it is, at most every 5 s. */
function progress(title) {
  let last = Date.now();
  return (result, left) => {
    if (Date.now() - last < 5000) return;
    last = Date.now();
    say(`${title}: ${result.requests - left} of ${result.requests} sent, ${JSON.stringify(result.outcomes)} retried ${JSON.stringify(result.retried)}`);
  };
}

/** Kills one proxy when most sessions are being refreshed, a part of them by this one. */
async function killLeaseHolder(world) {
  const victim = world.processesOf('proxy')[0];
  await until('refreshes are under way', async () => (await world.provider.record()).tokenRequestsUnderWay > sessions / 2, 60);
  process.kill(victim, 'SIGKILL');
}

const kinds = {
  fast: {},
  slow: {fault: {tokenDelay: 8000, times: sessions}},
  // Of what the provider has given away nobody can know where the answer is lost; here it gives nothing to those it lets wait.
  killed: {fault: {tokenDelay: 3000, tokenStatus: 503, times: sessions}, patient: true, meanwhile: killLeaseHolder},
};

async function runStorm(world, title, {fault, patient, meanwhile = async () => {}}) {
  say(`${title}: logging in ${sessions} times`);
  const cookies = await expiredSessions(world, sessions);
  if (fault) await world.provider.misbehave(fault);
  say(`${title}: ${requests} requests for each`);
  const [result] = await Promise.all([
    storm({world, cookies, requests, atOnce: AT_ONCE, patient, onProgress: progress(title)}),
    meanwhile(world),
  ]);
  return result;
}

/** A kind that names no refusals allows none. */
function isAsItMustBe({outcomes, provider, logouts, dismissed, requests: sent}, {fault = {}}) {
  const asked = fault.tokenStatus ? provider.ok === sessions : provider.sent === sessions && provider.ok === sessions;
  return asked && outcomes['200'] === sent && logouts === 0 && dismissed === 0;
}

async function stormLine(world, store, kind) {
  const result = await runStorm(world, `${store} ${kind}`, kinds[kind]);
  const {200: good, ...errors} = result.outcomes;
  return {
    store, kind, sessions, requests: result.requests, seconds: Math.round(result.seconds),
    'tokens given': result.provider.ok, 'token requests refused': result.provider.failed, 'slowest answer (s)': result.slowest,
    errors: JSON.stringify(errors), retried: JSON.stringify(result.retried), logouts: result.logouts,
    verdict: isAsItMustBe(result, kinds[kind]) ? 'ok' : 'WRONG',
  };
}

/** As many at once as a person's day has at most, so that there are many different interleavings. */
async function raceLine(world, store, way) {
  say(`${store} races: ${races} sessions end by ${way}`);
  const begun = Date.now();
  const seen = {statuses: new Set(), logins: {}, cookies: 0, alive: 0};
  for (let left = races; left > 0; left -= RACES_AT_ONCE) {
    const {ended, logins, cookies, alive} = await raceAll(world, way, await expiredBrowsers(world, Math.min(left, RACES_AT_ONCE), 'bob'));
    ended.forEach((status) => seen.statuses.add(status));
    for (const [what, count] of Object.entries(logins)) seen.logins[what] = (seen.logins[what] ?? 0) + count;
    seen.cookies += cookies;
    seen.alive += alive;
  }
  const statuses = [...seen.statuses].sort();
  const asTheyMustBe = statuses[0] === answersTo[way][0] && statuses.every((status) => answersTo[way].includes(status));
  return {
    store, 'ended by': way, sessions: races, answers: statuses.join(' '), 'log-ins in flight': JSON.stringify(seen.logins), cookies: seen.cookies,
    alive: seen.alive, seconds: Math.round((Date.now() - begun) / 1000), verdict: seen.alive === 0 && asTheyMustBe ? 'ok' : 'WRONG',
  };
}

const storms = [];
const endings = [];

async function inTime(title, body, table) {
  const overdue = setTimeout(() => { say(`${title} is not at its end after ${MINUTES} min`); process.exit(1); }, MINUTES * 60_000);
  table.push(await body());
  clearTimeout(overdue);
  console.table(table.slice(-1));
}

async function runKind(world, store, kind) {
  if (kind !== 'races') return inTime(`${store} ${kind}`, () => stormLine(world, store, kind), storms);
  for (const way of waysToEnd) await inTime(`${store} ${way}`, () => raceLine(world, store, way), endings);
  return undefined;
}

for (const name of words('STORM_STORES', Object.keys(stores).join(' '))) {
  const store = await stores[name]();
  const world = await startWorld({processes: PROCESSES, configure: useStore(store)});
  try {
    for (const kind of words('STORM_KINDS', [...Object.keys(kinds), 'races'].join(' '))) await runKind(world, name, kind);
  } finally {
    await world.stop();
    await store.close();
  }
}
const lines = [...storms, ...endings];
for (const table of [storms, endings]) if (table.length > 0) console.table(table);
process.exit(lines.length > 0 && lines.every(({verdict}) => verdict === 'ok') ? 0 : 1);
