// Logging out: final at once, everywhere.

import assert from 'node:assert/strict';
import {button, logIn, seesLoggedIn, seesLoggedOut, startLogIn} from './support/browser.mjs';
import {usualWorld} from './support/people.mjs';
import {sameOrigin, send} from './support/raw_client.mjs';

const {world, inWorld} = usualWorld();

/** Log out in the app and at the provider, back to the app. */
async function logOut(page) {
  await button(page, 'Log out').click();
  await button(page, 'Yes, log me out').click();
  await seesLoggedOut(page);
}

inWorld('logging out ends both sessions: the next log-in asks at the provider again (O01, O05)', async (person) => {
  const page = await person.open();
  await logIn(page);
  await logOut(page);
  assert.equal(new URL(page.url()).origin, world.appUrl);
  await startLogIn(page);
});

inWorld('logging out in one tab is noticed in the other without touching it', async (person) => {
  const first = await person.open();
  await logIn(first);
  const second = await person.open();
  await seesLoggedIn(second);
  await button(first, 'Log out').click();
  await second.getByText('You are logged out.').waitFor();
  await seesLoggedOut(second);
});

inWorld('the back button after logging out shows nothing of the session', async (person) => {
  const page = await person.open();
  await logIn(page);
  await logOut(page);
  await page.goBack();
  for (let steps = 0; steps < 5 && !page.url().startsWith(world.appUrl); steps += 1) await page.goBack();
  await seesLoggedOut(page);
  assert.equal(await page.getByText('alice@example.com').count(), 0);
});

inWorld('a kept copy of the cookie is worth nothing after logging out, on any path (S25)', async (person) => {
  const page = await person.open();
  await logIn(page);
  const stolen = await person.sessionCookie();
  await logOut(page);
  assert.equal(await person.sessionCookie(), undefined);
  const as = (method, path) => send({port: world.lighttpd.port, method, path, headers: sameOrigin(world.appUrl, stolen)});
  for (const [method, path] of [['GET', '/api/whoami'], ['GET', '/auth/userinfo'], ['POST', '/auth/refresh']]) {
    assert.equal((await as(method, path)).status, 401, `${method} ${path}`);
  }
  assert.equal(JSON.parse((await as('GET', '/auth/checksession')).body).loggedIn, false);
});

inWorld('logging out revokes the tokens at the provider (O11)', async (person) => {
  const page = await person.open();
  await logIn(page);
  const before = (await world.provider.record()).revocations;
  await logOut(page);
  assert.ok((await world.provider.record()).revocations > before);
});

inWorld('logging out twice at once is answered twice the same (O13)', async (person) => {
  const page = await person.open();
  await logIn(page);
  const headers = sameOrigin(world.appUrl, await person.sessionCookie());
  const answers = await Promise.all([1, 2].map(() => send({port: world.lighttpd.port, method: 'POST', path: '/auth/logout', headers})));
  assert.deepEqual(answers.map(({status}) => status), [200, 200]);
});
