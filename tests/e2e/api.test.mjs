// Calling the API through the proxy, and tokens that run out while one is at it.

import assert from 'node:assert/strict';
import {button, callApi, logIn, seesLoggedIn} from './support/browser.mjs';
import {usualWorld} from './support/people.mjs';
import {sameOrigin, send} from './support/raw_client.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const LIFETIME = 5;
const {world, inWorld: withSomeone} = usualWorld(() => startWorld({accessTokenLifetime: LIFETIME}));

const inWorld = (name, body) => withSomeone(name, async (person, t) => {
  const page = await person.open();
  await logIn(page);
  await body(person, page, t);
});

async function refreshes() {
  return (await world.provider.record()).requests.refresh_token ?? {sent: 0, ok: 0, failed: 0};
}

async function sessionOf(person) {
  const answer = await send({port: world.lighttpd.port, path: '/auth/checksession', headers: sameOrigin(world.appUrl, await person.sessionCookie())});
  return JSON.parse(answer.body).session;
}

const tokenHasRunOut = (person) => until('the access token runs out', async () => (await sessionOf(person)).accessTokenExpiresIn <= 0);

inWorld('the API knows who is calling, and the page never had a token (P09)', async (_person, page) => {
  assert.match(await callApi(page, 'Who am I?'), /GET \/api\/whoami 200[\s\S]*"sub": "alice"/);
});

inWorld('a body reaches the API and its answer comes back (P21, P44)', async (_person, page) => {
  await page.getByLabel('Item').fill('Öllampe, groß');
  assert.match(await callApi(page, 'Order'), /POST \/api\/orders 201[\s\S]*"item": "Öllampe, groß"/);
});

inWorld('server-sent events arrive one by one while the answer is still open (P46)', async (_person, page) => {
  await button(page, 'Live ticks').click();
  const ticks = page.locator('#calls li', {hasText: 'tick'});
  await ticks.nth(1).waitFor();
  assert.equal(await button(page, 'Live ticks').getAttribute('aria-pressed'), 'true');
  await button(page, 'Live ticks').click();
});

inWorld('an expired access token is refreshed on the way, by one token request, and the API sees another token (R01, R04, P53)', async (person, page) => {
  const fingerprint = async () => /"fingerprint": "(\w+)"/.exec(await callApi(page, 'Who am I?'))[1];
  const first = await fingerprint();
  const before = await refreshes();
  await tokenHasRunOut(person);
  const second = await fingerprint();
  const after = await refreshes();
  assert.notEqual(second, first);
  assert.deepEqual({sent: after.sent - before.sent, failed: after.failed - before.failed}, {sent: 1, failed: 0});
});

inWorld('the second refresh works too: the rotated refresh token was kept (R04)', async (person, page) => {
  for (let round = 0; round < 2; round += 1) {
    await tokenHasRunOut(person);
    assert.match(await callApi(page, 'Who am I?'), /200/);
  }
  assert.equal((await refreshes()).failed, 0);
});

inWorld('asking for new tokens answers with times and no token (R13)', async (person, page) => {
  await tokenHasRunOut(person);  // one that is new is left alone
  const before = await refreshes();
  const headers = sameOrigin(world.appUrl, await person.sessionCookie());
  const answer = await send({port: world.lighttpd.port, method: 'POST', path: '/auth/refresh', headers});
  assert.equal(answer.status, 200);
  assert.deepEqual(Object.keys(JSON.parse(answer.body)).sort(), ['accessTokenExpiresIn', 'expiresIn', 'idleExpiresIn']);
  assert.equal((await refreshes()).ok, before.ok + 1);
  await page.reload();
  await seesLoggedIn(page);
});

inWorld('a provider that fails for a while logs nobody out (R07, R09)', async (person, page) => {
  await tokenHasRunOut(person);
  await world.provider.misbehave({tokenStatus: 503, times: 1});
  const headers = sameOrigin(world.appUrl, await person.sessionCookie());
  const call = () => send({port: world.lighttpd.port, path: '/api/whoami', headers});
  const during = await call();
  assert.equal(during.status, 503);
  assert.equal(JSON.parse(during.body).code, 'provider_unavailable');
  assert.ok(during.headers['retry-after']);
  await until('the call works again', async () => (await call()).status === 200, 30);
  await page.reload();
  await seesLoggedIn(page);
});

inWorld('what is not configured is not reachable (P01, P03)', async (person) => {
  const headers = sameOrigin(world.appUrl, await person.sessionCookie());
  const wrongMethod = await send({port: world.lighttpd.port, method: 'DELETE', path: '/api/orders', headers});
  assert.equal(wrongMethod.status, 405);
  for (const path of ['/api/..%2f..%2fadmin', '/api/%2e%2e/admin', '/api/a%00b']) {
    const answer = await send({port: world.lighttpd.port, path, headers});
    assert.ok([400, 404].includes(answer.status), `${path} is answered ${answer.status}`);
  }
});
