// Tokens that are bound to a key (RFC 9449): a provider that issues them and an API that checks every proof, both with
// nonces of their own.

import assert from 'node:assert/strict';
import {button, callApi, logIn, seesLoggedOut} from './support/browser.mjs';
import {usualWorld} from './support/people.mjs';
import {sameOrigin, send} from './support/raw_client.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const LIFETIME = 5;
const configure = (text) => text.replace('"scope":', '"dpop": "always",\n    "scope":');

const {world, inWorld} = usualWorld(() => startWorld({configure, accessTokenLifetime: LIFETIME}));

async function tokenHasRunOut(person) {
  const headers = sameOrigin(world.appUrl, await person.sessionCookie());
  await until('the access token runs out', async () => {
    const {body} = await send({port: world.lighttpd.port, path: '/auth/checksession', headers});
    return JSON.parse(body).session.accessTokenExpiresIn <= 0;
  });
}

const fingerprint = (answer) => /"fingerprint": "(\w+)"/.exec(answer)[1];

inWorld('login, calls with and without a body, a refresh on the way, and logout (A13-A17, C21, R12, P09)', async (person) => {
  const page = await person.open();
  await logIn(page);
  await page.getByLabel('Item').fill('Türklinke');
  assert.match(await callApi(page, 'Order'), /POST \/api\/orders 201[\s\S]*"item": "Türklinke"/);
  const first = await callApi(page, 'Who am I?');
  assert.match(first, /GET \/api\/whoami 200[\s\S]*"scheme": "DPoP"/);
  await tokenHasRunOut(person);
  const second = await callApi(page, 'Who am I?');
  assert.match(second, /GET \/api\/whoami 200[\s\S]*"scheme": "DPoP"/);
  assert.notEqual(fingerprint(second), fingerprint(first));
  await button(page, 'Log out').click();
  await button(page, 'Yes, log me out').click();
  await seesLoggedOut(page);

  const {requests, errors} = await world.provider.record();
  assert.equal(requests.authorization_code.ok, 1);
  assert.ok(requests.refresh_token.ok >= 1);
  assert.ok(errors.length >= 1, 'the provider asked for its nonce');
  for (const error of errors) assert.equal(error, 'use_dpop_nonce');
});

inWorld('a token that was stolen is of no use without the key', async (person) => {
  const page = await person.open();
  await logIn(page);
  const {issued} = await world.provider.record();
  const stolen = issued.accessTokens.at(-1);
  assert.ok(stolen);
  for (const scheme of ['Bearer', 'DPoP']) {
    const answer = await fetch(`${world.apiUrl}/v1/whoami`, {headers: {authorization: `${scheme} ${stolen}`}});
    assert.equal(answer.status, 401, scheme);
  }
  assert.match(await callApi(page, 'Who am I?'), /whoami 200/);
});
