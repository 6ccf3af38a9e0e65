// Clients that go away at every step: nothing is lost, nothing is asked of the provider twice, no session is left half made.

import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {after, before} from 'node:test';
import {promisify} from 'node:util';
import {logInManyTimes, startHttpLogin} from './support/http_login.mjs';
import {sameOrigin, send} from './support/raw_client.mjs';
import {scenario} from './support/scenario.mjs';
import {expiredSessions, outcome, refreshesOf} from './support/storm.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const run = promisify(execFile);
let world;
before(async () => { world = await startWorld({accessTokenLifetime: 3600, processes: 2}); });
after(() => world?.stop());

const inWorld = (name, body) => scenario(name, () => world, body);
const call = (cookie, path = '/api/whoami', method = 'GET', signal = undefined) =>
  send({port: world.lighttpd.port, path, method, headers: sameOrigin(world.appUrl, cookie), signal});

/** Sends, waits until `isUnderWay`, and goes away. */
async function goAwayDuring(request, isUnderWay) {
  const client = new AbortController();
  const answer = request(client.signal).then(({status}) => status, ({name}) => name);
  await until('the request is under way', isUnderWay);
  client.abort();
  assert.equal(await answer, 'AbortError', 'it was not answered yet');
}

const tokenRequestIsUnderWay = async () => (await world.provider.record()).tokenRequestsUnderWay > 0;

async function sessionsNow() {
  const {stdout} = await run(`${process.env.BIN ?? 'build/bin'}/admin`, ['stats', '--json'], {env: {...process.env, BFF_CONFIG: world.configFile}});
  return JSON.parse(stdout).sessions;
}

const codesRedeemed = async () => (await world.provider.record()).requests.authorization_code?.sent ?? 0;

inWorld('at login: it is as if nobody had come (L21)', async () => {
  const sessions = await sessionsNow();
  const clients = Array.from({length: 20}, () => new AbortController());
  const answers = clients.map(({signal}) => call(undefined, '/auth/login', 'GET', signal).catch(({name}) => name));
  clients.forEach((client) => client.abort());
  await Promise.all(answers);
  assert.equal(await sessionsNow(), sessions);
  await logInManyTimes(world, 1);
});

inWorld('while the callback redeems the code: it is redeemed once, and the next log-in of that browser leaves one session (C02, C28)', async (t) => {
  const login = await startHttpLogin(world);
  const [sessions, redeemed] = [await sessionsNow(), await codesRedeemed()];
  await world.provider.misbehave({tokenDelay: 700, times: 1});
  await goAwayDuring(login.arrive, tokenRequestIsUnderWay);
  await until('the provider has answered', async () => !await tokenRequestIsUnderWay());

  const reloaded = await login.arrive();
  assert.equal(reloaded.status, 303);
  assert.equal(await codesRedeemed(), redeemed + 1, 'the reload redeems nothing');
  assert.equal(login.cookie(), undefined);
  const again = await startHttpLogin(world, {jar: login.jar});
  await again.arrive();
  assert.equal(outcome(await call(again.cookie())), '200');
  assert.equal(await sessionsNow(), sessions + 1);
  t.diagnostic(`the user saw: ${reloaded.headers.location} after a reload, and was in after another log-in. Lost: that log-in`);
});

for (const [method, path] of [['GET', '/api/whoami'], ['POST', '/auth/refresh']]) {
  inWorld(`while ${path} refreshes: the new tokens are kept, and nobody asks for others (R03)`, async (t) => {
    const [cookie] = await expiredSessions(world, 1);
    const before = await refreshesOf(world);
    await world.provider.misbehave({tokenDelay: 700, times: 1});
    await goAwayDuring((signal) => call(cookie, path, method, signal), tokenRequestIsUnderWay);
    const answers = await Promise.all(Array.from({length: 10}, () => call(cookie)));
    assert.deepEqual([...new Set(answers.map(outcome))], ['200']);
    const {sent, ok} = await refreshesOf(world);
    assert.deepEqual({sent: sent - before.sent, ok: ok - before.ok}, {sent: 1, ok: 1});
    t.diagnostic('the user saw: 200 at the next call. Lost: nothing');
  });
}

inWorld('during an API call: the session goes on, with all its turns (P50)', async (t) => {
  const [cookie] = await logInManyTimes(world, 1);
  const turns = 80;  // more than one session has in a process at once
  for (let round = 0; round < 4; round += 1) {
    const clients = Array.from({length: turns / 4}, () => new AbortController());
    const answers = clients.map(({signal}) => call(cookie, '/api/ticks', 'GET', signal).catch(({name}) => name));
    await until('the API is called', async () => (await world.logText()).split('proxy.forwarded').length > (round + 1) * turns / 4);
    clients.forEach((client) => client.abort());
    assert.deepEqual([...new Set(await Promise.all(answers))], ['AbortError']);
  }
  await until('all turns are free', async () => {
    const all = await Promise.all(Array.from({length: 64}, () => call(cookie)));
    return all.every(({status}) => status === 200);
  });
  t.diagnostic('the user saw: 200 at the next call. Lost: nothing');
});

inWorld('while a logout revokes: the session is over already, and its tokens are revoked all the same (O01, O11)', async (t) => {
  const [cookie] = await logInManyTimes(world, 1);
  const {revocations} = await world.provider.record();
  await world.provider.misbehave({revocationDelay: 500});
  await goAwayDuring((signal) => call(cookie, '/auth/logout', 'POST', signal),
    async () => (await world.provider.record()).revocations > revocations);
  assert.equal(outcome(await call(cookie)), '401 no_session');
  await until('both tokens are revoked', async () => (await world.provider.record()).revocations === revocations + 2);
  await world.provider.misbehave({revocationDelay: 0});
  t.diagnostic('the user saw: logged out. Lost: nothing');
});
