// Watches every byte that reaches the browser, every log line and the database during a whole session, for every secret
// there is. The true values come from the provider. A test that watched nothing fails.

import assert from 'node:assert/strict';
import {readFile, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {after, before} from 'node:test';
import {button, callApi, continueAs, logIn, newPerson, seesLoggedIn, seesLoggedOut, startBrowser, startLogIn} from './support/browser.mjs';
import {openListener} from './support/listener.mjs';
import {startRecorder} from './support/recorder.mjs';
import {scenario} from './support/scenario.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const byFormOrQuery = {
  query: (text) => text,
  form: (text) => text.replace('"scope":', `"pushedAuthorizationRequests": "always",
    "responseMode": "form_post",
    "scope":`),
};

let browser;
let watched;  // the last world, for the log of a failed test
const worlds = [];
before(async () => { browser = await startBrowser(); });
after(async () => {
  await browser?.close();
  for (const {recorder, world} of worlds) {
    await recorder.stop();
    await world?.stop();
  }
});

/** A world with a recorder in front. */
async function watch(configure) {
  const recorder = await startRecorder();
  const watching = {recorder};
  worlds.push(watching);
  watching.world = await startWorld({accessTokenLifetime: 5, publicPort: recorder.port, configure});
  recorder.forwardTo(watching.world.lighttpd.port);
  watched = watching.world;
  return watching;
}

/** {keep(), values}: the cookie values that were alive. */
function cookieJar(person, world) {
  const values = new Set();
  const keep = async () => {
    for (const {name, value} of await person.context.cookies(world.appUrl)) if (name.startsWith('__Host-Http-')) values.add(value);
  };
  return {keep, values};
}

/** Everything a person does in a day, including what goes wrong. Returns the cookie values that were alive. */
async function wholeSession(person, world) {
  const {keep: keepCookies, values: cookies} = cookieJar(person, world);
  const page = await person.open();
  await startLogIn(page);
  await keepCookies();
  await button(page, 'Cancel and go back').click();
  await seesLoggedOut(page);
  const callbacks = [];
  page.on('request', (request) => { if (request.url().includes('/auth/callback?')) callbacks.push(request.url()); });
  await logIn(page);
  await keepCookies();
  await callApi(page, 'Who am I?');
  await callApi(page, 'Order');
  await until('the tokens are refreshed', async () => {
    await callApi(page, 'Who am I?');
    return (await world.provider.record()).requests.refresh_token?.ok;
  });
  await button(page, 'Search for tokens').click();
  await page.locator('#verdict:not([hidden])').waitFor();
  await button(page, 'Refresh the tokens now').click();
  await page.goto(callbacks[0]);                             // used again
  await page.goto(`${callbacks[0]}x&code=second`);           // malformed
  await page.goto(`${world.appUrl}/`);
  await seesLoggedIn(page);
  // Tokens that are new are left alone, so the next one has to age before the provider is asked again.
  await until('the token is a little older', () => page.evaluate(`fetch('/auth/checksession')
    .then((answer) => answer.json()).then(({session}) => session.accessTokenExpiresIn <= 3)`));
  await world.provider.misbehave({tokenStatus: 400, times: 1});
  await page.evaluate(`fetch('/auth/refresh', {method: 'POST'}).then((answer) => answer.text())`);
  await button(page, 'Log out').click();
  await button(page, 'Yes, log me out').click();
  await seesLoggedOut(page);
  await startLogIn(page);
  await continueAs(page, 'Bob Brown');
  await seesLoggedIn(page);
  await keepCookies();
  return [...cookies];
}

/** The other ways to log in: pushed, by form, silently in a frame and in a window, once more for an API, in vain. */
async function otherLogins(person, world) {
  const {keep, values} = cookieJar(person, world);
  const listener = await openListener(person.context, world.appUrl);
  await listener.frame();
  assert.equal((await listener.heard()).data.error, 'login_required');
  const page = await person.open();
  await logIn(page);
  await keep();
  const windowed = await openListener(person.context, world.appUrl);
  await windowed.open('/auth/login?prompt=none&answer=message');
  assert.equal((await windowed.heard()).data.loggedIn, true);
  await keep();
  const {loginUrl} = await page.evaluate("fetch('/api/guarded?acr_values=urn:example:strong').then((answer) => answer.json())");
  await page.goto(world.appUrl + loginUrl);
  await page.locator('#notice').waitFor();
  await keep();
  await until('the tokens are refreshed', async () => {
    await callApi(page, 'Who am I?');
    return (await world.provider.record()).requests.refresh_token?.ok;
  });
  return [...values];
}

/** [{kind, value}], each secret in every shape in which it could slip out. */
async function canariesOf(cookieValues, world) {
  const {issued, clientSecret} = await world.provider.record();
  const keys = (await readFile(join(world.state, 'keys'), 'utf8')).match(/[\w+/=-]{32,}/g) ?? [];
  const kinds = {...issued, cookies: cookieValues, clientSecret: [clientSecret], keys};
  for (const [kind, values] of Object.entries(kinds)) assert.ok(values.length > 0, `there are ${kind} to watch for`);
  return Object.entries(kinds).flatMap(([kind, values]) => values.flatMap((value) => shapesOf(value).map((shape) => ({kind, value: shape}))));
}

function shapesOf(value) {
  const parts = value.includes('.') && value.length > 100 ? [value.split('.').at(-1)] : [];  // a JWT's signature alone
  return [...new Set([value, encodeURIComponent(value), Buffer.from(value).toString('base64').replace(/=+$/, ''), ...parts])];
}

/** A connection's bytes without what chunked coding puts between them, and without the fields that carry a cookie rightly. */
function payloadOf(bytes) {
  return bytes.replace(/\r\n[0-9a-fA-F]+\r\n/g, '').replace(/^set-cookie: __Host-Http-(session|login)=[^;\r]*/gim, '');
}

function found(text, canaries, allowed = []) {
  return canaries.filter(({kind, value}) => !allowed.includes(kind) && text.includes(value)).map(({kind, value}) => `${kind} (${value.slice(0, 6)}…)`);
}

/** `allowed` kinds are those that the browser is asked to carry to the provider. */
async function expectNoLeak(t, {world, recorder}, canaries, allowed) {
  const connections = recorder.connections();
  const responses = connections.join('').match(/HTTP\/1\.1 \d\d\d /g) ?? [];
  assert.ok(responses.length > 30, `watched ${responses.length} responses`);
  const leaks = connections.flatMap((bytes) => found(payloadOf(bytes), canaries, allowed));
  assert.deepEqual(leaks, [], 'nothing in what the browser received');

  const log = await world.logText();
  const lines = log.split('\n').filter(Boolean);
  assert.ok(lines.length > 30, `watched ${lines.length} log lines`);
  assert.ok(lines.some((line) => line.startsWith('{')), 'the functions\' own lines are among them');
  assert.deepEqual(found(log, canaries), [], 'nothing in the logs');

  const databases = (await readdir(world.state)).filter((name) => name.startsWith('sessions.db'));
  assert.ok(databases.length > 0, 'there is a database to look into');
  for (const name of databases) {
    const bytes = await readFile(join(world.state, name), 'latin1');
    assert.ok(name.endsWith('-shm') || bytes.length > 0, `${name} is not empty`);
    assert.deepEqual(found(bytes, canaries), [], `nothing in ${name}`);
  }
  t.diagnostic(`${canaries.length} canaries, ${responses.length} responses, ${lines.length} log lines, ${databases.length} database files`);
}

scenario('no token, code, secret or session id in any response, log line or file during a whole session (K02, P59, G01, G02, X01)', () => watched, async (t) => {
  const watching = await watch(byFormOrQuery.query);
  const person = await newPerson(browser, watching.world.appUrl);
  const canaries = await canariesOf(await wholeSession(person, watching.world), watching.world);
  await person.leave();
  // The way to the provider names state and nonce: they are asked of the browser to carry, and are worth nothing without its cookie.
  await expectNoLeak(t, watching, canaries, ['states', 'nonces']);
});

scenario('nor, not even state and nonce, with pushed requests, answers by form and silent logins (L35, K02, G01)', () => watched, async (t) => {
  const watching = await watch(byFormOrQuery.form);
  const person = await newPerson(browser, watching.world.appUrl);
  const canaries = await canariesOf(await otherLogins(person, watching.world), watching.world);
  await person.leave();
  await expectNoLeak(t, watching, canaries, []);
});

scenario('the watch itself sees a secret that is there', () => watched, async () => {
  const canaries = [{kind: 'codes', value: 'abcdefgh'}];
  assert.deepEqual(found(payloadOf('HTTP/1.1 200 OK\r\n\r\nx abcd\r\n1f\r\nefgh y'), canaries), ['codes (abcdef…)']);
  assert.deepEqual(found(payloadOf('Set-Cookie: __Host-Http-session=abcdefgh; Path=/\r\n'), canaries), []);
});
