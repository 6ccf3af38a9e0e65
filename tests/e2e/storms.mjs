// The storms in full size, on every store: make storm. Not part of make test: it takes minutes.
//   STORM_STORES="sqlite postgres redis"   STORM_SESSIONS=100   STORM_REQUESTS=50 (for each session and process)
//   STORM_KINDS="fast slow killed"
//     fast    the provider answers at once
//     slow    it answers every refresh after 8 s
//     killed  a proxy process is killed while it holds leases: the provider has its requests and gives it no tokens
// Ends with a table; the exit code is 1 where a line of it is not as it must be.

import {expiredSessions, storm} from './support/storm.mjs';
import {stores, useStore} from './support/stores.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const PROCESSES = 4;
const AT_ONCE = 400;
const MINUTES = 10;  // for one storm
const words = (name, usual) => (process.env[name] ?? usual).split(/[ ,]+/).filter(Boolean);
const sessions = Number(process.env.STORM_SESSIONS ?? 100);
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

async function run(world, title, {fault, patient, meanwhile = async () => {}}) {
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

const lines = [];
for (const name of words('STORM_STORES', Object.keys(stores).join(' '))) {
  const store = await stores[name]();
  const world = await startWorld({processes: PROCESSES, configure: useStore(store)});
  try {
    for (const kind of words('STORM_KINDS', Object.keys(kinds).join(' '))) {
      const overdue = setTimeout(() => { say(`${name} ${kind} is not at its end after ${MINUTES} min`); process.exit(1); }, MINUTES * 60_000);
      const result = await run(world, `${name} ${kind}`, kinds[kind]);
      clearTimeout(overdue);
      const {200: good, ...errors} = result.outcomes;
      lines.push({
        store: name, kind, sessions, requests: result.requests, seconds: Math.round(result.seconds),
        'tokens given': result.provider.ok, 'token requests refused': result.provider.failed,
        errors: JSON.stringify(errors), retried: JSON.stringify(result.retried), logouts: result.logouts,
        verdict: isAsItMustBe(result, kinds[kind]) ? 'ok' : 'WRONG',
      });
      console.table(lines.slice(-1));
    }
  } finally {
    await world.stop();
    await store.close();
  }
}
console.table(lines);
process.exit(lines.length > 0 && lines.every(({verdict}) => verdict === 'ok') ? 0 : 1);
