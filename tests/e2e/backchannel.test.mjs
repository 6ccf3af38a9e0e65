// The provider ends a session of its own, and ours ends with it, through its real call to the real executable.

import assert from 'node:assert/strict';
import {button, logIn, seesLoggedIn, seesLoggedOut} from './support/browser.mjs';
import {usualWorld} from './support/people.mjs';
import {sameOrigin, send} from './support/raw_client.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const {world, someone, inWorld} = usualWorld(() => startWorld({processes: 2}));

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
}

inWorld('logging out at the provider ends the session here, in both tabs and for a kept cookie (B12, B24)', async (alice) => {
  const elsewhere = await someone();
  try {
    const [first, other] = await Promise.all([alice.open(), elsewhere.open()]);
    await logIn(first);
    await logIn(other);
    const second = await alice.open();
    await seesLoggedIn(second);
    const cookie = await alice.sessionCookie();
    assert.equal(await isLoggedIn(cookie), true);

    await logOutAtTheProvider(alice);
    await until('the cookie, which the browser still has, is worth nothing', async () => !await isLoggedIn(cookie), 40);
    for (const page of [first, second]) {
      await page.reload();
      await seesLoggedOut(page);
    }
    assert.equal(await isLoggedIn(await elsewhere.sessionCookie()), true, 'the same person in another browser');
    assert.match(await world.logText(), /backchannel\.ended/);
  } finally {
    await elsewhere.leave();
  }
});

inWorld('our own logout: the provider calls back before it answers, for a session that is gone already (O18)', async (person) => {
  const page = await person.open();
  await logIn(page);
  const before = (await world.logText()).split('backchannel.ended').length;
  await button(page, 'Log out').click();
  await button(page, 'Yes, log me out').click();
  await seesLoggedOut(page);
  const log = await world.logText();
  assert.ok(log.split('backchannel.ended').length > before, 'the provider called');
  assert.doesNotMatch(log, /backchannel\.(refused|failed)/);
});

inWorld('who is not the provider ends nothing (B03, B22)', async (person) => {
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
});
