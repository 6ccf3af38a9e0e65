// The other ways to ask for a login and to hear of it: pushed requests, answers by form, and silently.

import assert from 'node:assert/strict';
import {after, before} from 'node:test';
import {logIn, newPerson, startBrowser} from './support/browser.mjs';
import {scenario} from './support/scenario.mjs';
import {startWorld} from './support/world.mjs';

const configure = (text) => text.replace('"scope":', `"pushedAuthorizationRequests": "always",
    "responseMode": "form_post",
    "resources": ["https://api.example.com/"],
    "scope":`);

let world;
let browser;
before(async () => { [world, browser] = await Promise.all([startWorld({configure}), startBrowser()]); });
after(async () => { await browser?.close(); await world?.stop(); });

const inWorld = (name, body) => scenario(name, () => world, async (t) => {
  const person = await newPerson(browser, world.appUrl);
  try {
    await body(person, t);
  } finally {
    await person.leave();
  }
});

/** A page of our origin whose policy lets it frame the provider, and that keeps what it is told. */
async function openListener(person) {
  const page = await person.context.newPage();
  await page.route(`${world.appUrl}/listener`, (route) => route.fulfill({
    contentType: 'text/html',
    body: '<!doctype html><title>listener</title><script>heard = []; addEventListener("message", '
      + '({origin, data}) => heard.push({origin, data}));</script>',
  }));
  await page.goto(`${world.appUrl}/listener`);
  return page;
}

async function firstMessage(page) {
  await page.waitForFunction('heard.length > 0');
  return page.evaluate('heard[0]');
}

const message = (loggedIn, error) => ({origin: world.appUrl, data: {source: 'vestibule', loggedIn, error}});

inWorld('a pushed request and an answer by form log in (L33, L34, L35, L42, C14, C15)', async (person) => {
  const page = await person.open('/orders');
  const posted = page.waitForRequest((request) => request.url().startsWith(`${world.appUrl}/auth/callback`));
  await logIn(page);
  assert.equal((await posted).method(), 'POST');
  assert.equal(page.url(), `${world.appUrl}/orders`);
  const {pushes, queries} = await world.provider.record();
  assert.ok(pushes >= 1);
  assert.ok(queries.length >= 1);
  for (const names of queries) assert.deepEqual(names.sort(), ['client_id', 'request_uri']);
  const cookies = await person.context.cookies(world.appUrl);
  assert.equal(cookies.find(({name}) => name === '__Host-Http-login').sameSite, 'None');
  assert.equal(cookies.find(({name}) => name === '__Host-Http-session').sameSite, 'Strict');
});

inWorld('a hidden frame hears that the provider knows nobody (C12, C16)', async (person) => {
  const page = await openListener(person);
  await page.evaluate(`document.body.append(Object.assign(document.createElement('iframe'),
    {hidden: true, src: '/auth/login?prompt=none&answer=message'}))`);
  assert.deepEqual(await firstMessage(page), message(false, 'login_required'));
});

inWorld('a small window logs in silently where the provider knows the person, and the page hears so', async (person) => {
  await logIn(await person.open());
  const before = await person.sessionCookie();
  const page = await openListener(person);
  await page.evaluate("void open('/auth/login?prompt=none&answer=message', 'login', 'width=300,height=200')");
  assert.deepEqual(await firstMessage(page), message(true, null));
  assert.notEqual(await person.sessionCookie(), before);
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
