// PostgreSQL fails over to a second server under the real executables: what was confirmed is there, what was ended stays ended.

import assert from 'node:assert/strict';
import {after, before} from 'node:test';
import {logInManyTimes} from './support/http_login.mjs';
import {sameOrigin, send} from './support/raw_client.mjs';
import {scenario} from './support/scenario.mjs';
import {expiredSessions, outcome, refreshesOf} from './support/storm.mjs';
import {postgresPair, useStore} from './support/stores.mjs';
import {inTraffic} from './support/traffic.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const PROCESSES = 2;
let pair;
let world;
before(async () => {
  pair = await postgresPair();
  world = await startWorld({accessTokenLifetime: 3600, processes: PROCESSES, configure: useStore(pair)});
});
after(async () => { await world?.stop(); await pair?.close(); });

const call = (cookie, path = '/api/whoami', method = 'GET') =>
  send({port: world.lighttpd.port, path, method, headers: sameOrigin(world.appUrl, cookie)});
const logOut = (cookie) => call(cookie, '/auth/logout', 'POST');

scenario('the first server dies and the second takes over: nobody is logged out, and who was stays out (R03, S25, X11)', () => world, async (t) => {
  const [expired, refreshing] = await expiredSessions(world, 2);
  const [gone, leaving, ...people] = await logInManyTimes(world, 6);
  assert.equal((await logOut(gone)).status, 200);
  const {ok} = await refreshesOf(world);
  let refreshed;
  const traffic = await inTraffic(call, people, async (seen) => {
    await until('there is traffic', () => seen.good > 20);
    await world.provider.misbehave({tokenDelay: 400, times: 1});
    refreshed = call(refreshing);
    refreshed.catch(() => {});  // looked at below
    await until('a refresh is under way', async () => (await world.provider.record()).tokenRequestsUnderWay > 0);
    await pair.fail();
    await until('people are refused', () => seen.refused > 0);
    assert.equal(outcome(await logOut(leaving)), '503 store_unavailable');
    assert.equal(outcome(await call(expired)), '503 store_unavailable');
    await until('the provider has answered', async () => (await refreshesOf(world)).ok > ok);
    await pair.promote();
    const {good} = seen;
    await until('traffic flows again', () => seen.good > good + 20, 30);
  });
  t.diagnostic(JSON.stringify(traffic));
  assert.equal(outcome(await refreshed), '200', 'what the provider gave between the servers is stored');
  for (const cookie of [expired, refreshing, leaving, ...people]) assert.equal(outcome(await call(cookie)), '200');
  assert.equal((await refreshesOf(world)).ok - ok, 2, 'a token request for each of the two who needed one');
  await until('the leaving one gets out', async () => (await logOut(leaving)).status === 200);
  for (const cookie of [gone, leaving]) assert.equal(outcome(await call(cookie)), '401 no_session');
  t.diagnostic('people saw: 503 store_unavailable until the second server was promoted, then 200. Lost: nothing');
});
