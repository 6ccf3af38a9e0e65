// Logins that ask nothing, that ask in a window of their own, and that ask for more: silent, step-up, registration.

import assert from 'node:assert/strict';
import {join} from 'node:path';
import {button, continueAs, logIn, newPersonWithThirdPartyCookies, seesLoggedIn, seesLoggedOut} from './support/browser.mjs';
import {loginMessage, openListener} from './support/listener.mjs';
import {usualWorld} from './support/people.mjs';
import {until} from './support/until.mjs';

const {world, inWorld} = usualWorld();

/** Calls the API from the page: {status, body}. */
const callApi = (page, path) => page.evaluate((target) => fetch(target)
  .then(async (answer) => ({status: answer.status, body: await answer.json()})), path);

inWorld('a hidden frame logs in silently where the provider knows the person and gets its cookies (C16)', async (person) => {
  await logIn(await person.open());
  const before = await person.sessionCookie();
  const listener = await openListener(person.context, world.appUrl);
  await listener.frame();
  assert.deepEqual(await listener.heard(), loginMessage(world.appUrl));
  assert.notEqual(await person.sessionCookie(), before, 'a new session');
  await seesLoggedIn(await person.open());
}, () => newPersonWithThirdPartyCookies(world.appUrl, join(world.state, 'profile')));

inWorld('a hidden frame hears login_required where the browser keeps the provider\'s cookies from it, and the session stays', async (person) => {
  const page = await person.open();
  await logIn(page);
  const before = await person.sessionCookie();
  const listener = await openListener(person.context, world.appUrl);
  await listener.frame();
  assert.deepEqual(await listener.heard(), loginMessage(world.appUrl, 'login_required'));
  assert.equal(await person.sessionCookie(), before);
  await page.reload();
  await seesLoggedIn(page);
});

inWorld('a hidden frame hears that the provider knows nobody (C12, C16)', async (person) => {
  const listener = await openListener(person.context, world.appUrl);
  await listener.frame();
  assert.deepEqual(await listener.heard(), loginMessage(world.appUrl, 'login_required'));
  assert.equal(await person.sessionCookie(), undefined);
});

inWorld('a page of another origin cannot frame a silent login (L26, C16)', async (person) => {
  const page = await person.context.newPage();
  await page.route('http://127.0.0.1:9/framer', (route) => route.fulfill({
    contentType: 'text/html', body: '<!doctype html><title>framer</title><script>heard = []; addEventListener("message", '
      + `(event) => heard.push(event.data));</script><iframe src="${world.appUrl}/auth/login?prompt=none&answer=message"></iframe>`,
  }));
  const answered = page.waitForResponse((response) => response.url().startsWith(`${world.appUrl}/auth/login`));
  await page.goto('http://127.0.0.1:9/framer');
  assert.equal((await answered).status(), 403);
  assert.deepEqual(await page.evaluate('heard'), []);
});

inWorld('a person logs in in a small window, and the page that opened it hears so (C16)', async (person) => {
  const listener = await openListener(person.context, world.appUrl);
  const popup = await listener.open('/auth/login?answer=message');
  await continueAs(popup, 'Alice Adams');
  assert.deepEqual(await listener.heard(), loginMessage(world.appUrl));
  await seesLoggedIn(await person.open());
});

inWorld('a silent login by navigation comes back with a sentence where the provider knows nobody (C12)', async (person) => {
  const page = await person.open();
  await page.goto(`${world.appUrl}/auth/login?prompt=none`);
  await seesLoggedOut(page);
  await page.locator('#notice').waitFor();
  assert.ok(page.url().startsWith(`${world.appUrl}/`), page.url());
});

inWorld('an API that wants a newer login gets one: the provider asks again, though it knows the person (P31, L20)', async (person) => {
  const page = await person.open();
  await logIn(page);
  const first = (await callApi(page, '/api/guarded?max_age=600')).body.authTime;
  const before = await person.sessionCookie();
  await until('the login is too old for the API, and for the provider, which counts whole seconds', () => Date.now() / 1000 > first + 3);
  const {status, body: refused} = await callApi(page, '/api/guarded?max_age=1');
  assert.deepEqual({status, code: refused.code}, {status: 401, code: 'reauthentication_required'});
  await page.goto(`${world.appUrl}${refused.loginUrl}&returnTo=/orders`);
  await continueAs(page, 'Alice Adams');
  await seesLoggedIn(page);
  assert.equal(page.url(), `${world.appUrl}/orders`);
  assert.ok((await callApi(page, '/api/guarded?max_age=600')).body.authTime > first, 'a newer login');
  assert.notEqual(await person.sessionCookie(), before);
});

inWorld('an API that wants what the provider cannot prove: the login fails with a sentence, and the session stays (P31, I28)', async (person) => {
  const page = await person.open();
  await logIn(page);
  const before = await person.sessionCookie();
  const {status, body} = await callApi(page, '/api/guarded?acr_values=urn:example:strong');
  assert.equal(status, 401);
  assert.equal(new URLSearchParams(body.loginUrl.split('?')[1]).get('acr_values'), 'urn:example:strong');
  await page.goto(`${world.appUrl}${body.loginUrl}`);
  await page.locator('#notice').waitFor();
  await seesLoggedIn(page);
  assert.equal(await person.sessionCookie(), before);
});

inWorld('a person who has no account makes one at the provider and is logged in (Prompt Create)', async (person) => {
  const page = await person.open();
  await page.goto(`${world.appUrl}/auth/login?prompt=create&returnTo=/welcome`);
  await page.getByLabel('Your name').fill('Dora Doe');
  await button(page, 'Create the account').click();
  await seesLoggedIn(page);
  await page.locator('[data-field="name"]', {hasText: 'Dora Doe'}).first().waitFor();
  assert.equal(page.url(), `${world.appUrl}/welcome`);
});
