// private_key_jwt with a provider that is not ours: every request to it is proved by a signed assertion.

import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {after, before} from 'node:test';
import {promisify} from 'node:util';
import {button, logIn, newPerson, startBrowser} from './support/browser.mjs';
import {scenario} from './support/scenario.mjs';
import {startWorld} from './support/world.mjs';

const run = promisify(execFile);
const admin = join(process.env.BIN || 'build/bin', 'admin');
const configure = (text) => text.replace('"scope":', '"pushedAuthorizationRequests": "always",\n    "scope":');

let world;
let browser;
before(async () => {
  [world, browser] = await Promise.all([startWorld({clientKeys: true, configure}), startBrowser()]);
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

const refresh = (page) => page.evaluate(async () => (await fetch('/auth/refresh', {method: 'POST'})).status);

inWorld('login, refresh and logout, each request with an assertion of its own (A05, A07)', async (person) => {
  const page = await person.open();
  await logIn(page);
  for (let i = 0; i < 3; i += 1) assert.equal(await refresh(page), 200);
  await button(page, 'Log out').click();
  await page.waitForURL((url) => url.origin === world.issuer || url.pathname === '/');
  const {requests, errors, pushes, revocations} = await world.provider.record();
  assert.deepEqual(errors, []);
  assert.ok(pushes >= 1);
  assert.ok(revocations >= 1);
  assert.equal(requests.refresh_token.ok, 3);
});

inWorld('another key signs from now on, and nobody is logged out (A27)', async (person) => {
  const page = await person.open();
  await logIn(page);
  const file = join(world.state, 'client_keys');
  const {stdout} = await run(admin, ['keys', 'client', 'list', file, '--json']);
  const next = JSON.parse(stdout).keys.find(({signs}) => !signs).kid;
  await run(admin, ['keys', 'client', 'use', file, next]);
  assert.equal(await refresh(page), 200);
  const {errors} = await world.provider.record();
  assert.deepEqual(errors, []);
});
