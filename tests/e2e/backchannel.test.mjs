// The provider ends a session of its own, and ours ends with it, through its real call to the real executable.

import assert from 'node:assert/strict';
import {after, before} from 'node:test';
import {button, logIn, newPerson, seesLoggedIn, seesLoggedOut, startBrowser} from './support/browser.mjs';
import {sameOrigin, send} from './support/raw_client.mjs';
import {scenario} from './support/scenario.mjs';
import {startWorld} from './support/world.mjs';

let world;
let browser;
before(async () => { [world, browser] = await Promise.all([startWorld({processes: 2}), startBrowser()]); });
after(async () => { await browser?.close(); await world?.stop(); });

const isLoggedIn = async (cookie) => {
  const headers = sameOrigin(world.appUrl, cookie);
  const answer = await send({port: world.lighttpd.port, method: 'GET', path: '/auth/checksession', headers});
  return JSON.parse(answer.body).loggedIn;
};

/** Not by our app: at the provider's own page. */
async function logOutAtTheProvider(person) {
  const page = await person.context.newPage();
  await page.goto(`${world.issuer}/session/end`);
  await button(page, 'Yes, log me out').click();
  await page.waitForLoadState('networkidle');
}

scenario('logging out at the provider ends the session here, in both tabs and for a kept cookie (B12, B24)', () => world, async () => {
  const [alice, elsewhere] = await Promise.all([newPerson(browser, world.appUrl), newPerson(browser, world.appUrl)]);
  try {
    const [first, other] = await Promise.all([alice.open(), elsewhere.open()]);
    await logIn(first);
    await logIn(other);
    const second = await alice.open();
    await seesLoggedIn(second);
    const cookie = await alice.sessionCookie();
    assert.equal(await isLoggedIn(cookie), true);

    await logOutAtTheProvider(alice);
    assert.equal(await isLoggedIn(cookie), false, 'the browser still has the cookie; it is worth nothing');
    for (const page of [first, second]) {
      await page.reload();
      await seesLoggedOut(page);
    }
    assert.equal(await isLoggedIn(await elsewhere.sessionCookie()), true, 'the same person in another browser');
    assert.match(await world.logText(), /backchannel\.ended/);
  } finally {
    await Promise.all([alice.leave(), elsewhere.leave()]);
  }
});

scenario('our own logout: the provider calls back before it answers, for a session that is gone already (O18)', () => world, async () => {
  const person = await newPerson(browser, world.appUrl);
  try {
    const page = await person.open();
    await logIn(page);
    const before = (await world.logText()).split('backchannel.ended').length;
    await button(page, 'Log out').click();
    await button(page, 'Yes, log me out').click();
    await seesLoggedOut(page);
    const log = await world.logText();
    assert.ok(log.split('backchannel.ended').length > before, 'the provider called');
    assert.doesNotMatch(log, /backchannel\.(refused|failed)/);
  } finally {
    await person.leave();
  }
});

scenario('who is not the provider ends nothing (B03, B22)', () => world, async () => {
  const person = await newPerson(browser, world.appUrl);
  try {
    const page = await person.open();
    await logIn(page);
    const post = (headers, body) => send({
      port: world.lighttpd.port, method: 'POST', path: '/auth/backchannel', body,
      headers: {'Content-Type': 'application/x-www-form-urlencoded', ...headers},
    });
    const idToken = (await world.provider.record()).issued.idTokens.at(-1);
    for (const body of ['logout_token=x', '', `logout_token=${idToken}`]) {
      assert.equal((await post({}, body)).status, 400, body.slice(0, 20));
    }
    assert.equal((await post({'Sec-Fetch-Site': 'same-origin'}, 'logout_token=x')).status, 400);
    assert.equal(await isLoggedIn(await person.sessionCookie()), true);
  } finally {
    await person.leave();
  }
});
