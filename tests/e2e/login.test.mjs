// Logging in as a person does it: with a real click on another website's page.

import assert from 'node:assert/strict';
import {button, callApi, continueAs, logIn, seesLoggedIn, seesLoggedOut, startLogIn} from './support/browser.mjs';
import {usualWorld} from './support/people.mjs';
import {until} from './support/until.mjs';

const {world, inWorld} = usualWorld();

inWorld('a click on the provider\'s page logs in, and the landing page shows who it is (C16, C32, K01)', async (person) => {
  const page = await person.open();
  await seesLoggedOut(page);
  await logIn(page, 'Alice Adams');
  await page.getByText('alice@example.com').waitFor();
});

inWorld('nothing of the authorization response stays in the address (C31)', async (person) => {
  const page = await person.open('/orders?tab=open');
  await logIn(page);
  assert.equal(page.url(), `${world.appUrl}/orders?tab=open`);
});

inWorld('the session survives a reload', async (person) => {
  const page = await person.open();
  await logIn(page);
  await page.reload();
  await seesLoggedIn(page);
});

inWorld('a second tab is logged in without doing anything', async (person) => {
  await logIn(await person.open());
  await seesLoggedIn(await person.open());
});

inWorld('scripts see no cookie, and the browser holds only cookies they cannot see (S01–S06)', async (person) => {
  const page = await person.open();
  await logIn(page);
  assert.equal(await page.evaluate('document.cookie'), '');
  const cookies = (await person.context.cookies(world.appUrl)).filter(({name}) => name.startsWith('__Host-Http-'));
  const session = cookies.find(({name}) => name === '__Host-Http-session');
  assert.ok(session, 'there is a session cookie');
  assert.equal(session.sameSite, 'Strict');
  assert.ok(session.name.length + session.value.length < 128, 'the session cookie is small');
  for (const cookie of cookies) {
    assert.deepEqual(
      {name: cookie.name, httpOnly: cookie.httpOnly, secure: cookie.secure, path: cookie.path, domain: cookie.domain},
      {name: cookie.name, httpOnly: true, secure: true, path: '/', domain: 'localhost'},
    );
  }
});

inWorld('the page\'s own search finds no token anywhere (K02, G14)', async (person) => {
  const page = await person.open();
  await logIn(page);
  await callApi(page, 'Who am I?');
  await button(page, 'Search for tokens').click();
  const verdict = page.locator('#verdict:not([hidden])');
  await verdict.waitFor();
  assert.match(await verdict.innerText(), /^Searched 16 places and [\d,]{4,} characters: no token anywhere\.$/);
});

inWorld('the page\'s own search can find a token: one that is put there', async (person) => {
  const page = await person.open();
  await logIn(page);
  await page.evaluate('localStorage.setItem("cached", JSON.stringify({access_token: "2YotnFZFEjr1zCsicMWpAA"}))');
  await button(page, 'Search for tokens').click();
  await page.getByText(/^Found [1-9]\d* that should not be here\.$/).waitFor();
});

inWorld('two tabs that log in at once both arrive, in either order (L30)', async (person) => {
  const first = await person.open('/first');
  const second = await person.open('/second');
  await startLogIn(first);
  await startLogIn(second);
  await continueAs(second, 'Alice Adams');
  await seesLoggedIn(second);
  await continueAs(first, 'Alice Adams');
  await seesLoggedIn(first);
  assert.equal(first.url(), `${world.appUrl}/first`);
  assert.equal(second.url(), `${world.appUrl}/second`);
  await second.bringToFront();
  await second.reload();
  await seesLoggedIn(second);
});

inWorld('the back button after logging in ends in the app, logged in and without an error (C34)', async (person) => {
  const page = await person.open();
  await logIn(page);
  await page.goBack();
  await until('the back button led to a page', () => page.url() !== 'about:blank');
  if (!page.url().startsWith(world.appUrl)) await page.goForward();
  await seesLoggedIn(page);
  assert.equal(await page.locator('#notice').isVisible(), false);
});

inWorld('Cancel at the provider comes back with a sentence a person understands (C10, C12)', async (person) => {
  const page = await person.open();
  await startLogIn(page);
  await button(page, 'Cancel and go back').click();
  await page.getByText('You did not log in.').waitFor();
  await seesLoggedOut(page);
  assert.ok(!page.url().includes('auth_error'), 'the address is clean again');
});

inWorld('logging in again as somebody else replaces the session (C28)', async (person) => {
  const page = await person.open();
  await logIn(page, 'Alice Adams');
  const before = await person.sessionCookie();
  await person.context.clearCookies({domain: '127.0.0.1'});  // the provider forgets; the app does not
  await page.goto(`${world.appUrl}/auth/login?returnTo=/`);
  await continueAs(page, 'Bob Brown');
  await page.getByText('bob@example.com').waitFor();
  assert.notEqual(await person.sessionCookie(), before);
});
