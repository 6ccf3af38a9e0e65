// Mutual TLS with a provider that is not ours (RFC 8705): the functions prove themselves by a certificate, at the endpoints
// that ask for one, and their tokens are bound to it.

import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {after, before} from 'node:test';
import {promisify} from 'node:util';
import {button, logIn, newPerson, startBrowser} from './support/browser.mjs';
import {scenario} from './support/scenario.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const run = promisify(execFile);
const admin = join(process.env.BIN || 'build/bin', 'admin');

const worlds = {};
let browser;
before(async () => {
  browser = await startBrowser();
  for (const clientCertificate of ['self_signed_tls_client_auth', 'tls_client_auth'])
    worlds[clientCertificate] = await startWorld({clientCertificate, accessTokenLifetime: 4});
});
after(async () => {
  await browser?.close();
  await Promise.all(Object.values(worlds).map((world) => world.stop()));
});

/** How often a refresh was asked for, and how often it was granted. */
async function refreshes(world) {
  const {sent = 0, ok = 0} = (await world.provider.record()).requests.refresh_token ?? {};
  return {sent, ok};
}

/** Refreshes until the provider was really asked: a token that is fresh is left alone. The last status. */
async function refresh(world, page) {
  const before = await refreshes(world);
  let status;
  await until('the provider was asked', async () => {
    status = await page.evaluate(async () => (await fetch('/auth/refresh', {method: 'POST'})).status);
    return (await refreshes(world)).sent > before.sent;
  });
  return status;
}

const inWorld = (method, name, body) => scenario(`${method}: ${name}`, () => worlds[method], async () => {
  const world = worlds[method];
  const person = await newPerson(browser, world.appUrl, {ignoreHTTPSErrors: true});
  try {
    await body(world, person);
  } finally {
    await person.leave();
  }
});

for (const method of ['self_signed_tls_client_auth', 'tls_client_auth']) {
  inWorld(method, 'login, refresh and logout without a secret (A11, D16)', async (world, person) => {
    const page = await person.open();
    await logIn(page);
    assert.equal(await refresh(world, page), 200);
    await button(page, 'Log out').click();
    await until('the tokens were revoked', async () => (await world.provider.record()).revocations >= 1);
    const {requests, errors} = await world.provider.record();
    assert.deepEqual(errors, []);
    assert.equal(requests.refresh_token.failed ?? 0, 0);
  });
}

inWorld('self_signed_tls_client_auth', 'tokens are bound to the certificate that is shown (A12)', async (world, person) => {
  const page = await person.open();
  await logIn(page);
  const {stdout} = await run(admin, ['keys', 'certificate', 'public', join(world.state, 'client.pem'), join(world.state, 'client.key')]);
  const thumbprint = JSON.parse(stdout).keys[0]['x5t#S256'];
  const tokens = (await world.provider.record()).issued.accessTokens;
  const claims = JSON.parse(Buffer.from(tokens.at(-1).split('.')[1], 'base64url'));
  assert.equal(claims.cnf['x5t#S256'], thumbprint);
});

// The last: from here on the functions have a certificate that the provider knows nothing of.
inWorld('self_signed_tls_client_auth', 'another certificate is refused, and nobody is logged out for it (A12)', async (world, person) => {
  const page = await person.open();
  await logIn(page);
  await run(admin, ['keys', 'certificate', 'new', join(world.state, 'client.pem'), join(world.state, 'client.key'), '--force']);
  await until('the new certificate is presented, and refused', async () => {
    await refresh(world, page);
    const {requests} = await world.provider.record();
    return requests.refresh_token.failed > 0;
  }, 60);
  const session = await page.evaluate(async () => (await fetch('/auth/checksession')).json());
  assert.equal(session.loggedIn, true);
});
