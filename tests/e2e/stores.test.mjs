// What must hold on every store with the real executables: one token request per session however many ask, no session lost
// with a store that comes and goes, and none that outlives its logout. The full size of storms and races: make storm.

import assert from 'node:assert/strict';
import {after, before, describe} from 'node:test';
import {logInManyTimes, startHttpLogin} from './support/http_login.mjs';
import {answersTo, expiredBrowsers, logInBrowser, raceAll, tellBackchannel, waysToEnd} from './support/logout_races.mjs';
import {sameOrigin, send} from './support/raw_client.mjs';
import {scenario} from './support/scenario.mjs';
import {expiredSessions, outcome, refreshesOf, storm} from './support/storm.mjs';
import {stores, useStore} from './support/stores.mjs';
import {inTraffic} from './support/traffic.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const PROCESSES = 4;
const SESSIONS = 20;
const REQUESTS = 10 * PROCESSES;
const EVERYWHERE = 6 * PROCESSES;  // as many requests at once as surely meet every process
const RACES = 8;
const named = (process.env.E2E_STORES ?? Object.keys(stores).join(' ')).split(' ');
const DOWN = '503 store_unavailable';

/** What a session that needs a refresh is answered during an outage. */
const calls = [['GET', '/api/whoami'], ['GET', '/auth/userinfo'], ['POST', '/auth/refresh'], ['POST', '/auth/logout']];
const duringOutage = {
  nothing: {session: [DOWN], calls: DOWN},
  reading: {session: ['200'], calls: DOWN},
  'reading, perhaps': {session: ['200', DOWN], calls: DOWN},
  'all but log-ins': {session: ['200'], calls: '200'},
};

const times = (count, make) => Promise.all(Array.from({length: count}, make));

for (const name of named) {
  const store = await stores[name]();

  describe(name, () => {
    let world;
    before(async () => { world = await startWorld({accessTokenLifetime: 3600, processes: PROCESSES, configure: useStore(store)}); });
    after(async () => { await world?.stop(); await store.close(); });

    const inWorld = (title, body) => scenario(`${name}: ${title}`, () => world, body, {seconds: 180});
    const call = (cookie, path = '/api/whoami', method = 'GET') =>
      send({port: world.lighttpd.port, path, method, headers: sameOrigin(world.appUrl, cookie)});

    async function isLiveEverywhere(cookie) {
      const answers = await times(EVERYWHERE, () => call(cookie));
      assert.deepEqual([...new Set(answers.map(outcome))], ['200']);
    }

    /** A process that could not reach the store leaves it alone for another second. */
    async function isBackEverywhere(cookie) {
      await until('every process has the store again', async () => {
        const outcomes = new Set((await times(EVERYWHERE, () => call(cookie))).map(outcome));
        assert.ok([...outcomes].every((what) => ['200', DOWN].includes(what)), [...outcomes].join());
        return !outcomes.has(DOWN);
      }, 10);
    }

    async function isDeadEverywhere(cookie) {
      const answers = await times(EVERYWHERE, () => call(cookie));
      assert.deepEqual([...new Set(answers.map(({status}) => status))], [401]);
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

    inWorld('API calls, refreshes and a log-in in flight leave no session behind when it ends (O14, R15, B16)', async (t) => {
      const browsers = await expiredBrowsers(world, waysToEnd.length * RACES, 'bob');
      for (const way of waysToEnd) {
        const result = await raceAll(world, way, browsers.splice(0, RACES));
        t.diagnostic(`${way}: ${JSON.stringify(result)}`);
        assert.equal(result.alive, 0, `${way}: ${JSON.stringify(result)}`);
        assert.equal(result.ended[0], answersTo[way][0], way);
        assert.ok(result.ended.every((status) => answersTo[way].includes(status)), `${way}: ${result.ended}`);
      }
    });

    /** Whoever is refused is told when to come again, and keeps the cookie. */
    async function isAnswered(expected, cookie, method, path) {
      const answer = await call(cookie, path, method);
      assert.ok(expected.includes(outcome(answer)), `${method} ${path}: ${answer.status} ${answer.body}`);
      if (answer.status !== 503) return answer;
      assert.match(answer.headers['retry-after'], /^[1-9]\d*$/, path);
      assert.equal(answer.headers['set-cookie'], undefined, path);
      return answer;
    }

    async function nobodyIsLoggedOut({expired, victim, login, logoutToken}, works) {
      const {session, calls: expected} = duringOutage[works];
      const view = isAnswered(session, victim.cookie, 'GET', '/auth/checksession');
      const arrival = login.arrive();
      const ending = tellBackchannel(world, logoutToken);
      if (works === 'all but log-ins') {
        for (const [method, path] of calls) await isAnswered([expected], expired, method, path);  // the last one logs out
      } else {
        await Promise.all(calls.map(([method, path]) => isAnswered([expected], expired, method, path)));
      }
      await view;
      assert.equal((await arrival).status, 303);
      assert.match((await arrival).headers.location, /auth_error=unavailable/);
      assert.equal(login.cookie(), undefined);
      assert.equal((await ending).status, 400, 'the provider hears of the failure');
      assert.equal(JSON.parse((await ending).body).error, 'temporarily_unavailable');
    }

    for (const {what, begin, end, works} of store.outages) {
      inWorld(`a store that ${what} is 503 with Retry-After where it is needed, and a logout nowhere (K11, H32, R03, B08)`, async (t) => {
        const [expired, refreshing] = await expiredSessions(world, 2);
        const cookies = await logInManyTimes(world, 4);
        const victim = await logInBrowser(world);
        const people = {expired, victim, login: await startHttpLogin(world), logoutToken: await world.provider.logoutToken(victim.idToken)};
        const {ok} = await refreshesOf(world);
        let refreshed;
        const traffic = await inTraffic(call, cookies, async (seen) => {
          await until('there is traffic', () => seen.good > 20);
          await world.provider.misbehave({tokenDelay: 400, times: 1});
          refreshed = call(refreshing);
          refreshed.catch(() => {});  // looked at below
          await until('a refresh is under way', async () => (await world.provider.record()).tokenRequestsUnderWay > 0);
          await begin(world);
          try {
            await nobodyIsLoggedOut(people, works);
            if (works === 'nothing') await until('the others are refused', () => seen.refused > 0);
            await until('the provider has answered', async () => (await refreshesOf(world)).ok > ok);
          } finally {
            await end(world);
          }
          const {good} = seen;
          await until('traffic flows again', () => seen.good > good + 20, 30);
        });
        t.diagnostic(JSON.stringify(traffic));
        if (works === 'reading') assert.equal(traffic.refused, 0);
        assert.equal(outcome(await refreshed), '200', 'what the provider gave during the outage is stored after it');
        await isBackEverywhere(cookies[0]);
        for (const cookie of [...cookies, refreshing]) await isLiveEverywhere(cookie);
        assert.equal((await until('the provider gets through', async () => {
          const answer = await tellBackchannel(world, people.logoutToken);
          return answer.status === 200 && answer;
        })).status, 200);
        await isDeadEverywhere(victim.cookie);
        await until('people get in again', () => logInManyTimes(world, 1).catch(() => null));
        if (works === 'all but log-ins') return isDeadEverywhere(expired);
        await until('who waits gets a new token', async () => (await call(expired)).status === 200);
        await isLiveEverywhere(expired);
        const after = await refreshesOf(world);
        assert.equal(after.ok - ok, 2, 'a token request for each of the two who needed one');
        return undefined;
      });
    }
  });
}
