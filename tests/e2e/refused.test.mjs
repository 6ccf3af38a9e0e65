// Log-ins that must not succeed, and what a person sees of it.

import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {button, continueAs, logIn, seesLoggedIn, seesLoggedOut, startLogIn} from './support/browser.mjs';
import {usualWorld} from './support/people.mjs';
import {send} from './support/raw_client.mjs';
import {until} from './support/until.mjs';

const {world, someone, inWorld} = usualWorld();

/**
 * Lets the person log in up to the callback, which is held back; returns its URL. A browser's own redirects cannot be held
 * back, so the way from the pressed button to the callback is gone by hand, with the person's cookies.
 */
async function interceptCallback(person, page) {
  await startLogIn(page);
  const callback = new Promise((resolve) => {
    person.context.route('**/interaction/**', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      let response = await route.fetch({maxRedirects: 0});
      for (;;) {
        const next = new URL(response.headers().location, response.url()).href;
        if (next.includes('/auth/callback?')) {
          await route.fulfill({status: 204});  // the page stays where it is
          return resolve(next);
        }
        response = await person.context.request.get(next, {maxRedirects: 0});
      }
    });
  });
  await continueAs(page, 'Alice Adams');
  return callback;
}

async function codeExchanges() {
  return (await world.provider.record()).requests.authorization_code?.sent ?? 0;
}

inWorld('a state with one changed character is refused before any token request, with a sentence (C01, L11)', async (person) => {
  const page = await person.open();
  const url = new URL(await interceptCallback(person, page));
  const before = await codeExchanges();
  const state = url.searchParams.get('state');
  const middle = Math.floor(state.length / 2);
  url.searchParams.set('state', state.slice(0, middle) + (state[middle] === 'A' ? 'B' : 'A') + state.slice(middle + 1));
  await page.goto(url.href);
  await page.getByText('This log-in cannot be continued.').waitFor();
  await seesLoggedOut(page);
  assert.equal(await codeExchanges(), before);
});

inWorld('a callback of another browser is refused before any token request, with a sentence (L08, C01)', async (person) => {
  const url = await interceptCallback(person, await person.open());
  const before = await codeExchanges();
  const victim = await someone();
  const page = await victim.open();
  await page.goto(url);
  await page.getByText('This log-in cannot be continued.').waitFor();
  await seesLoggedOut(page);
  assert.equal(await codeExchanges(), before);
  await victim.leave();
});

inWorld('a callback that is used again leaves the person logged in and asks the provider nothing (C02, C34)', async (person) => {
  const page = await person.open();
  const seen = [];
  page.on('request', (request) => { if (request.url().includes('/auth/callback?')) seen.push(request.url()); });
  await logIn(page);
  const before = await codeExchanges();
  assert.equal(seen.length, 1);
  await page.goto(seen[0]);
  await seesLoggedIn(page);
  assert.equal(await codeExchanges(), before);
});

inWorld('a callback that is used again after logging out logs nobody in and asks the provider nothing (C02)', async (person) => {
  const page = await person.open();
  const seen = [];
  page.on('request', (request) => { if (request.url().includes('/auth/callback?')) seen.push(request.url()); });
  await logIn(page);
  await page.evaluate(`fetch('/auth/logout', {method: 'POST', headers: {accept: 'application/json'}}).then((answer) => answer.text())`);
  const before = await codeExchanges();
  await page.goto(seen[0]);
  await seesLoggedOut(page);
  await button(page, 'Log in').waitFor();
  assert.equal(await codeExchanges(), before);
});

inWorld('twenty callbacks with one state at once make exactly one token request (C02)', async (person) => {
  const url = new URL(await interceptCallback(person, await person.open()));
  const before = await codeExchanges();
  const cookie = (await person.context.cookies(world.appUrl)).map(({name, value}) => `${name}=${value}`).join('; ');
  const answers = await Promise.all(Array.from({length: 20}, () => send({
    port: world.lighttpd.port,
    path: url.pathname + url.search,
    headers: {host: url.host, cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document'},
  })));
  assert.deepEqual([...new Set(answers.map(({status}) => status))], [303]);
  assert.equal(await codeExchanges(), before + 1);
  assert.equal(answers.filter(({headers}) => String(headers['set-cookie']).includes('__Host-Http-session=')).length, 1);
});

inWorld('another website cannot start a log-in, by link, frame, image or fetch (L25, L26)', async (person) => {
  const evil = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<a id="link" href="${world.appUrl}/auth/login">win a prize</a><iframe src="${world.appUrl}/auth/login"></iframe><img src="${world.appUrl}/auth/login">`);
  });
  await new Promise((resolve) => { evil.listen(0, '127.0.0.1', resolve); });
  try {
    const page = await person.context.newPage();
    const statuses = [];
    page.on('response', (response) => { if (response.url().startsWith(world.appUrl)) statuses.push(response.status()); });
    await page.goto(`http://127.0.0.1:${evil.address().port}/`);
    await page.locator('#link').click();
    await page.waitForURL(`${world.appUrl}/auth/login`);
    assert.deepEqual(statuses, [403, 403]);  // the frame and the link; the browser shows nobody the image's answer
    const refused = /"GET \/auth\/login [^"]*" 403 /g;
    await until('all three are in the access log, refused', async () => (await world.logText()).match(refused)?.length === 3);
    assert.equal((await person.context.cookies(world.appUrl)).length, 0);
  } finally {
    evil.closeAllConnections();
    evil.close();
  }
});

inWorld('another website cannot call the API with the person\'s session, nor log them out (S33–S42, O02)', async (person) => {
  const page = await person.open();
  await logIn(page);
  const cookie = `__Host-Http-session=${await person.sessionCookie()}`;
  const host = new URL(world.appUrl).host;
  const hostile = [
    {'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors'},
    {'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors'},
    {origin: 'http://evil.example'},
    {origin: 'null'},
    {},
  ];
  for (const headers of hostile) {
    for (const [method, path] of [['GET', '/api/whoami'], ['POST', '/auth/logout'], ['POST', '/auth/refresh'], ['GET', '/auth/checksession']]) {
      const answer = await send({port: world.lighttpd.port, method, path, headers: {host, cookie, accept: 'application/json', ...headers}});
      assert.equal(answer.status, 403, `${method} ${path} with ${JSON.stringify(headers)}`);
      assert.equal(JSON.parse(answer.body).code, 'csrf_rejected');
    }
  }
  await page.reload();
  await seesLoggedIn(page);
});

inWorld('a field with underscores cannot pretend to be the browser\'s word (P51)', async () => {
  const answer = await send({
    port: world.lighttpd.port,
    path: '/auth/checksession',
    headers: {host: new URL(world.appUrl).host, 'sec-fetch-site': 'cross-site', Sec_Fetch_Site: 'same-origin'},
  });
  assert.equal(answer.status, 403);
});
