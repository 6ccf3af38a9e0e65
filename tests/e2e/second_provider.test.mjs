// The same day with a provider of another hand: Glewlwyd, in C, with its own login page, consent page and quirks.

import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {glewlwyd} from './second_provider/glewlwyd.mjs';
import {button, callApi, seesLoggedIn, seesLoggedOut} from './support/browser.mjs';
import {usualWorld} from './support/people.mjs';
import {sameOrigin, send} from './support/raw_client.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const carol = {username: 'carol', name: 'Carol Clark', email: 'carol@example.com', password: randomBytes(12).toString('base64url')};

/** `more` are members of the configuration's "provider". */
const startSecondWorld = (more = '') => startWorld({
  accessTokenLifetime: 5,
  startProvider: glewlwyd(carol),
  configure: (text) => text.replace('"scope":', `"idTokenAlgorithms": ["ES256"],
    "resources": ["https://api.example.com/"],
    "idTokenHint": true,
    ${more} "scope":`),
});

const {world, inWorld} = usualWorld(startSecondWorld);

/** How often the provider answered this request so. */
const answered = (request, {output} = world) => output.filter((line) => line === `front: ${request}`).length;

/** Through the provider's login page and, the first time, its consent page. */
async function logIn(page) {
  await button(page, 'Log in').click();
  await page.getByPlaceholder('Your username').fill(carol.username);
  await page.getByPlaceholder('Your password').fill(carol.password);
  await button(page, 'OK').click();
  await button(page, 'Continue').waitFor();
  if (await button(page, 'Grant access').isVisible()) await consent(page);
  await button(page, 'Continue').click();
  await seesLoggedIn(page);
}

async function consent(page) {
  for (const scope of ['profile', 'email', 'offline_access']) await page.locator(`#grant-${scope}`).check();
  await button(page, 'Grant access').click();
  await page.getByText('What do you wish for?').waitFor();
}

const fingerprintOf = (answer) => /"fingerprint": "(\w+)"/.exec(answer)?.[1];

inWorld('a password and a consent at the second provider log in (C16, C31)', async (person) => {
  const page = await person.open('/orders');
  await logIn(page);
  assert.equal(page.url(), `${world.appUrl}/orders`);
  await page.getByText(carol.email).waitFor();
  assert.match(await person.sessionCookie(), /^[\w-]{64}$/);
  const {userInfo} = await page.evaluate("fetch('/auth/userinfo').then((answer) => answer.json())");
  assert.equal(userInfo.email, carol.email);
});

inWorld('the API takes the second provider\'s tokens, refreshed twice on the way and once when asked (R01, R04, R13)', async (person) => {
  const page = await person.open();
  await logIn(page);
  const before = answered('POST /api/oidc/token 200');
  const seen = new Set();
  await until('the API saw three tokens', async () => {
    const answer = await callApi(page, 'Who am I?');
    assert.match(answer, /whoami 200 in/);
    seen.add(fingerprintOf(answer));
    return seen.size >= 3;
  }, 30);
  assert.ok(answered('POST /api/oidc/token 200') >= before + 2);
  await until('the token is a little older', () => page.evaluate(`fetch('/auth/checksession')
    .then((answer) => answer.json()).then(({session}) => session.accessTokenExpiresIn <= 3)`));
  const requests = answered('POST /api/oidc/token 200');
  const {status, session} = await page.evaluate(`fetch('/auth/refresh', {method: 'POST'})
    .then(async (answer) => ({status: answer.status, session: await answer.json()}))`);
  assert.equal(status, 200);
  assert.ok(session.accessTokenExpiresIn > 3);
  assert.equal(answered('POST /api/oidc/token 200'), requests + 1);
});

inWorld('logging out revokes both tokens, ends the session at the second provider, and the next login asks anew (O01, O05, O11)', async (person) => {
  const page = await person.open();
  await logIn(page);
  const stolen = await person.sessionCookie();
  const before = answered('POST /api/oidc/revoke 200');
  await button(page, 'Log out').click();
  await page.waitForURL(`${new URL(world.issuer).origin}/login.html**`);
  assert.equal(answered('POST /api/oidc/revoke 200'), before + 2);
  assert.equal(await person.sessionCookie(), undefined);
  const kept = await send({port: world.lighttpd.port, path: '/api/whoami', headers: sameOrigin(world.appUrl, stolen)});
  assert.equal(kept.status, 401);
  await button(page, 'Logout').first().click();
  await page.getByText('You are disconnected').waitFor();
  await page.goto(world.appUrl);
  await seesLoggedOut(page);
  await logIn(page);
});

inWorld('a silent login at the second provider tells that it knows nobody, and later logs in (C12)', async (person) => {
  const page = await person.open();
  await page.goto(`${world.appUrl}/auth/login?prompt=none`);
  await page.locator('#notice').waitFor();
  await seesLoggedOut(page);
  await logIn(page);
  const before = await person.sessionCookie();
  await page.goto(`${world.appUrl}/auth/login?prompt=none&returnTo=/silent`);
  await page.waitForURL(`${world.appUrl}/silent`);
  await seesLoggedIn(page);
  assert.notEqual(await person.sessionCookie(), before);
});

inWorld('the second provider takes pushed requests (L34, L35)', async (person) => {
  const pushing = await startSecondWorld('"pushedAuthorizationRequests": "always",');
  try {
    const page = await person.open();
    await page.goto(pushing.appUrl);
    const asked = page.waitForRequest((request) => request.url().startsWith(`${pushing.issuer}/auth?`));
    await logIn(page);
    assert.deepEqual([...new URL((await asked).url()).searchParams.keys()].sort(), ['client_id', 'request_uri']);
    assert.equal(answered('POST /api/oidc/par 201', pushing), 1);
  } finally {
    await pushing.stop();
  }
});

inWorld('a provider that knows nothing of registration shows its login page instead (Prompt Create)', async (person) => {
  const page = await person.open();
  await page.goto(`${world.appUrl}/auth/login?prompt=create`);
  assert.ok(page.url().startsWith(`${new URL(world.issuer).origin}/login.html?`), page.url());
  await page.getByPlaceholder('Your username').waitFor();
});
