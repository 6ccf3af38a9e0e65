// What must hold on every store with the real executables: one token request per session however many ask, no session lost
// with a store that comes and goes, and none that outlives its logout. The full size of the storms: make storm.

import assert from 'node:assert/strict';
import {after, before, describe} from 'node:test';
import {logInManyTimes, startHttpLogin} from './support/http_login.mjs';
import {sameOrigin, send} from './support/raw_client.mjs';
import {scenario} from './support/scenario.mjs';
import {expiredSessions, outcome, refreshesOf, storm} from './support/storm.mjs';
import {stores, useStore} from './support/stores.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const PROCESSES = 4;
const SESSIONS = 20;
const REQUESTS = 10 * PROCESSES;
const EVERYWHERE = 6 * PROCESSES;  // as many requests at once as surely meet every process
const named = (process.env.E2E_STORES ?? Object.keys(stores).join(' ')).split(' ');

const functions = [
  ['GET', '/auth/checksession'], ['GET', '/auth/userinfo'], ['POST', '/auth/refresh'], ['POST', '/auth/logout'], ['GET', '/api/whoami'],
];

for (const name of named) {
  describe(name, () => {
    let store;
    let world;
    before(async () => {
      store = await stores[name]();
      world = await startWorld({accessTokenLifetime: 3600, processes: PROCESSES, configure: useStore(store)});
    });
    after(async () => { await world?.stop(); await store?.close(); });

    const inWorld = (title, body) => scenario(`${name}: ${title}`, () => world, body, {seconds: 180});
    const call = (cookie, path = '/api/whoami', method = 'GET') =>
      send({port: world.lighttpd.port, path, method, headers: sameOrigin(world.appUrl, cookie)});
    const times = (count, make) => Promise.all(Array.from({length: count}, make));

    async function isLiveEverywhere(cookie) {
      const answers = await times(EVERYWHERE, () => call(cookie));
      assert.deepEqual([...new Set(answers.map(outcome))], ['200']);
    }

    async function isDeadEverywhere(cookie) {
      const answers = await times(EVERYWHERE, () => call(cookie));
      assert.deepEqual([...new Set(answers.map(({status}) => status))], [401]);
      for (const {body} of await times(EVERYWHERE, () => call(cookie, '/auth/checksession'))) {
        assert.equal(JSON.parse(body).loggedIn, false);
      }
    }

    inWorld(`${REQUESTS} requests for each of ${SESSIONS} sessions that expired at once: a token request each (R02, R03)`, async (t) => {
      const cookies = await expiredSessions(world, SESSIONS);
      assert.equal(world.processesOf('proxy').length, PROCESSES);
      const result = await storm({world, cookies, requests: REQUESTS, atOnce: 200});
      t.diagnostic(JSON.stringify(result));
      assert.deepEqual(result.outcomes, {200: SESSIONS * REQUESTS});
      assert.deepEqual(result.provider, {sent: SESSIONS, ok: SESSIONS, failed: 0});
      assert.equal(result.dismissed, 0);
    });

    inWorld('a logout among API calls and refreshes is final in every process (O14, R15)', async () => {
      const cookies = await expiredSessions(world, 6);
      await world.provider.misbehave({tokenDelay: 300, times: cookies.length});
      await Promise.all(cookies.map(async (cookie) => {
        const others = [
          ...Array.from({length: 6}, () => call(cookie)),
          ...Array.from({length: 3}, () => call(cookie, '/auth/refresh', 'POST')),
        ];
        const logout = await call(cookie, '/auth/logout', 'POST');
        assert.equal(logout.status, 200, logout.body);
        await Promise.all(others);
        await isDeadEverywhere(cookie);
      }));
    });

    if (name === 'sqlite') return;  // nothing to stop: it is a file

    /** While `body` runs, people go on calling the API: they get 200, or 503 that says when to come again, and keep their cookie. */
    async function inTraffic(cookies, body) {
      const traffic = {running: true, good: 0, refused: 0};
      const people = cookies.map(async (cookie) => {
        while (traffic.running) {
          const answer = await call(cookie);
          assert.ok(['200', '503 store_unavailable'].includes(outcome(answer)), `${answer.status} ${answer.body}`);
          assert.equal(answer.headers['set-cookie'], undefined);
          traffic[answer.status === 200 ? 'good' : 'refused'] += 1;
        }
      });
      try {
        await Promise.race([body(traffic), Promise.all(people)]);
      } finally {
        traffic.running = false;
      }
      await Promise.all(people);
      return traffic;
    }

    /** Everybody says 503, nobody touches the cookie, and who comes from the provider is told to try again. */
    async function nobodyIsLoggedOut(cookie, login) {
      await Promise.all(functions.map(async ([method, path]) => {
        const answer = await call(cookie, path, method);
        assert.equal(outcome(answer), '503 store_unavailable', `${method} ${path}`);
        assert.match(answer.headers['retry-after'], /^[1-9]\d*$/, path);
        assert.equal(answer.headers['set-cookie'], undefined, path);
      }));
      const arrival = await login.arrive();
      assert.equal(arrival.status, 303);
      assert.match(arrival.headers.location, /auth_error=unavailable/);
      assert.equal(login.cookie(), undefined);
    }

    const outages = [
      ['crashes and starts again', () => store.stop(), () => store.start()],
      ['is frozen and goes on', () => store.freeze(), () => store.thaw()],
    ];
    for (const [what, begin, end] of outages) {
      inWorld(`a store that ${what} is 503 with Retry-After everywhere, and a logout nowhere (K11, H32)`, async (t) => {
        const cookies = await logInManyTimes(world, 4);
        const login = await startHttpLogin(world);
        const traffic = await inTraffic(cookies, async (seen) => {
          await until('there is traffic', () => seen.good > 20);
          await begin();
          try {
            await nobodyIsLoggedOut(cookies[0], login);
            await until('the others are refused', () => seen.refused > 0);
          } finally {
            await end();
          }
          const {good} = seen;
          await until('traffic flows again', () => seen.good > good + 20, 30);
        });
        t.diagnostic(JSON.stringify(traffic));
        for (const cookie of cookies) await isLiveEverywhere(cookie);
        await until('people get in again', () => logInManyTimes(world, 1).catch(() => null));
      });
    }

    inWorld('a session made before an outage is refreshed once after it (R02)', async () => {
      const [cookie] = await expiredSessions(world, 1);
      const before = await refreshesOf(world);
      await store.stop();
      assert.equal(outcome(await call(cookie)), '503 store_unavailable');
      await store.start();
      await until('the API answers', async () => (await call(cookie)).status === 200, 30);
      await isLiveEverywhere(cookie);
      assert.equal((await refreshesOf(world)).sent - before.sent, 1);
    });
  });
}
