// The same day with a provider of another hand: Glewlwyd, in C, with its own login page, consent page and quirks.

import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {after, before} from 'node:test';
import {glewlwyd} from './second_provider/glewlwyd.mjs';
import {button, callApi, newPerson, seesLoggedIn, seesLoggedOut, startBrowser} from './support/browser.mjs';
import {sameOrigin, send} from './support/raw_client.mjs';
import {scenario} from './support/scenario.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const carol = {username: 'carol', name: 'Carol Clark', email: 'carol@example.com', password: randomBytes(12).toString('base64url')};

let world;
let browser;
before(async () => {
  const configure = (text) => text.replace('"scope":', `"idTokenAlgorithms": ["ES256"],
    "resources": ["https://api.example.com/"],
    "scope":`);
  [world, browser] = await Promise.all([
    startWorld({accessTokenLifetime: 5, startProvider: glewlwyd(carol), configure}),
    startBrowser(),
  ]);
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

/** How often the provider answered this request with this status. */
const asked = (request) => world.output.filter((line) => line === `front: ${request}`).length;

/** The provider's login page, then its consent page. */
async function logIn(page) {
  await button(page, 'Log in').click();
  await page.getByPlaceholder('Your username').fill(carol.username);
  await page.getByPlaceholder('Your password').fill(carol.password);
  await button(page, 'OK').click();
  await consent(page);
  await seesLoggedIn(page);
}

async function consent(page) {
  await page.getByText('requires access to the following scopes').waitFor();
  for (const scope of ['profile', 'email', 'offline_access']) await page.locator(`#grant-${scope}`).check();
  await button(page, 'Grant access').click();
  await button(page, 'Continue').click();
}

inWorld('a password and a consent at the second provider log in', async (person) => {
  const page = await person.open('/orders');
  await logIn(page);
  assert.equal(page.url(), `${world.appUrl}/orders`);
  await page.getByText('carol@example.com').waitFor();
});
