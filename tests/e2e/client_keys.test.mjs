// private_key_jwt with a provider that is not ours: every request to it is proved by a signed assertion.

import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {after, before} from 'node:test';
import {promisify} from 'node:util';
import {button, logIn, newPerson, startBrowser} from './support/browser.mjs';
import {scenario} from './support/scenario.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const run = promisify(execFile);
const admin = join(process.env.BIN || 'build/bin', 'admin');
const configure = (text) => text.replace('"scope":', '"pushedAuthorizationRequests": "always",\n    "scope":');

let world;
let browser;
before(async () => {
  [world, browser] = await Promise.all([startWorld({clientKeys: true, accessTokenLifetime: 4, configure}), startBrowser()]);
});
after(async () => { await browser?.close(); await world?.stop(); });

const inWorld = (name, body) => scenario(name, () => world, async (t) => {
  const person = await newPerson(browser, world.appUrl);
  try {
    await body(person, t);
  } finally {
    await person.leave();
  }
});

/** Refreshes until the provider was really asked: a token that is fresh is left alone. */
async function refresh(page) {
  const count = async () => (await world.provider.record()).requests.refresh_token?.sent ?? 0;
  const before = await count();
  await until('the provider was asked', async () => {
    assert.equal(await page.evaluate(async () => (await fetch('/auth/refresh', {method: 'POST'})).status), 200);
    return await count() > before;
  });
}

inWorld('login, refresh and logout, each request with an assertion of its own (A05, A07)', async (person) => {
  const page = await person.open();
  await logIn(page);
  await refresh(page);
  await refresh(page);
  await button(page, 'Log out').click();
  await until('the tokens were revoked', async () => (await world.provider.record()).revocations >= 1);
  const {requests, errors, pushes} = await world.provider.record();
  assert.deepEqual(errors, []);
  assert.ok(pushes >= 1);
  assert.ok(requests.refresh_token.ok >= 2);
  assert.equal(requests.refresh_token.failed, 0);
});

inWorld('another key signs from now on, and nobody is logged out (A27)', async (person) => {
  const page = await person.open();
  await logIn(page);
  const file = join(world.state, 'client_keys');
  const {stdout} = await run(admin, ['keys', 'client', 'list', file, '--json']);
  const next = JSON.parse(stdout).keys.find(({signs}) => !signs).kid;
  await run(admin, ['keys', 'client', 'use', file, next]);
  await refresh(page);
  const {errors} = await world.provider.record();
  assert.deepEqual(errors, []);
});
