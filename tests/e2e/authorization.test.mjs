// The other ways to ask for a login and to hear of it: pushed requests, answers by form, and an API named in both requests.

import assert from 'node:assert/strict';
import {callApi, continueAs, logIn, startLogIn} from './support/browser.mjs';
import {loginMessage, openListener} from './support/listener.mjs';
import {usualWorld} from './support/people.mjs';
import {startWorld} from './support/world.mjs';

const configure = (text) => text.replace('"scope":', `"pushedAuthorizationRequests": "always",
    "responseMode": "form_post",
    "resources": ["https://api.example.com/"],
    "scope":`);

const {world, someone, inWorld} = usualWorld(() => startWorld({configure}));

inWorld('a pushed request and an answer by form log in (L33, L34, L35, C14, C15)', async (person) => {
  const page = await person.open('/orders');
  const posted = page.waitForRequest((request) => request.url().startsWith(`${world.appUrl}/auth/callback`));
  await logIn(page);
  const answer = await posted;
  assert.equal(answer.method(), 'POST');
  assert.equal((await answer.allHeaders())['sec-fetch-site'], 'cross-site');
  assert.equal(page.url(), `${world.appUrl}/orders`);
  const {pushes, queries} = await world.provider.record();
  assert.ok(pushes >= 1);
  assert.ok(queries.length >= 1);
  for (const names of queries) assert.deepEqual(names.sort(), ['client_id', 'request_uri']);
  const cookies = await person.context.cookies(world.appUrl);
  assert.equal(cookies.find(({name}) => name === '__Host-Http-login').sameSite, 'None');
  assert.equal(cookies.find(({name}) => name === '__Host-Http-session').sameSite, 'Strict');
});

inWorld('the API is named to the provider in both requests, and takes the token (L42)', async (person) => {
  const page = await person.open();
  await logIn(page);
  assert.match(await callApi(page, 'Who am I?'), /200 in/);
  const {resources} = await world.provider.record();
  for (const path of ['/request', '/token']) assert.ok(resources.includes(`${path} https://api.example.com/`), `${path} of ${resources}`);
});

inWorld('an answer by form that another browser got logs nobody in (L08, C01)', async (person) => {
  const stolen = await person.open();
  const answer = stolen.waitForRequest((request) => request.url().startsWith(`${world.appUrl}/auth/callback`));
  await stolen.route(`${world.appUrl}/auth/callback`, (route) => route.abort());
  await startLogIn(stolen);
  await continueAs(stolen, 'Alice Adams');
  const body = (await answer).postData();
  const victim = await someone();
  const page = await victim.open();
  await page.route('http://127.0.0.1:9/attack', (route) => route.fulfill({
    contentType: 'text/html',
    body: `<!doctype html><form method="post" action="${world.appUrl}/auth/callback">
      ${[...new URLSearchParams(body)].map(([name, value]) => `<input name="${name}" value="${value}">`).join('')}</form>`,
  }));
  await page.goto('http://127.0.0.1:9/attack');
  await page.evaluate('document.forms[0].submit()');
  await page.waitForURL(`${world.appUrl}/**`);
  await page.locator('#notice').waitFor();
  assert.equal(await victim.sessionCookie(), undefined);
  await victim.leave();
});

inWorld('a hidden frame hears by form that the provider knows nobody (C12, C15, C16)', async (person) => {
  const listener = await openListener(person.context, world.appUrl);
  const answer = listener.page.waitForRequest(`${world.appUrl}/auth/callback`);
  await listener.frame();
  assert.deepEqual(await listener.heard(), loginMessage(world.appUrl, 'login_required'));
  assert.equal((await answer).method(), 'POST');
});

inWorld('a small window logs in silently where the provider knows the person, and the page hears so', async (person) => {
  await logIn(await person.open());
  const before = await person.sessionCookie();
  const listener = await openListener(person.context, world.appUrl);
  await listener.open('/auth/login?prompt=none&answer=message');
  assert.deepEqual(await listener.heard(), loginMessage(world.appUrl));
  assert.notEqual(await person.sessionCookie(), before);
});
