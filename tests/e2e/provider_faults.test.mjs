// A provider that cannot refresh is never a logout: people keep their session, are told when to come again, and then
// everything works. Each test says what its user saw and what was lost.

import assert from 'node:assert/strict';
import {after, before, describe} from 'node:test';
import {logInManyTimes} from './support/http_login.mjs';
import {sameOrigin, send} from './support/raw_client.mjs';
import {scenario} from './support/scenario.mjs';
import {expiredSessions, outcome, refreshesOf} from './support/storm.mjs';
import {until} from './support/until.mjs';
import {startWorld} from './support/world.mjs';

const TIMEOUT = 2;   // seconds the provider is waited for
const PATIENCE = 4;  // for new tokens
const MIDDLE_AGED = 16;  // seconds an access token lives that is renewed while it is still good
const PAGE = '<!doctype html><title>502</title><h1>The proxy of the provider is sorry</h1>';

const faults = [
  ['429 with Retry-After', {tokenStatus: 429, tokenHeaders: {'retry-after': '7'}}, {atLeast: 7}],
  ['500', {tokenStatus: 500}],
  ['502 with a page', {tokenStatus: 502, tokenBody: PAGE}],
  ['200 with a page', {tokenStatus: 200, tokenBody: PAGE}],
  ['200 with JSON that is no token response', {tokenStatus: 200, tokenBody: {hello: 'world'}}],
  ['invalid_client', {tokenStatus: 401, tokenBody: {error: 'invalid_client'}}],
  ['nothing in time', {tokenStatus: 503, tokenDelay: 1000 * (PATIENCE + 1)}],
  ['connection refused', {downFor: 1500}, {requests: 0}],
];

let world;
let cookies;
let middleAged;
before(async () => {
  const configure = (text) => text.replace('"scope":', `"timeout": "${TIMEOUT}s", "refreshTimeout": "${PATIENCE}s", "scope":`);
  world = await startWorld({processes: 2, configure});
  await world.provider.tokensLive(MIDDLE_AGED);
  [middleAged] = await logInManyTimes(world, 1);
  cookies = await expiredSessions(world, faults.length + 2);
});
after(() => world?.stop());

const call = (cookie, path = '/api/whoami', method = 'GET') =>
  send({port: world.lighttpd.port, path, method, headers: sameOrigin(world.appUrl, cookie)});

async function sessionOf(cookie) {
  const answer = await call(cookie, '/auth/checksession');
  assert.equal(answer.status, 200);
  const {loggedIn, session} = JSON.parse(answer.body);
  assert.equal(loggedIn, true);
  return session;
}

function isToldToComeAgain(answer) {
  assert.equal(outcome(answer), '503 provider_unavailable');
  assert.match(answer.headers['retry-after'], /^[1-9]\d*$/);
  assert.equal(answer.headers['set-cookie'], undefined);
  return Number(answer.headers['retry-after']);
}

/** What a fault meets is the next token request, whosever it is: one test at a time asks the provider for anything. */
let turn = Promise.resolve();
function inTurn(body) {
  const mine = turn.then(body);
  turn = mine.catch(() => {});
  return mine;
}

async function countingRefreshes(body) {
  const {sent} = await refreshesOf(world);
  const isIdle = () => world.provider.record().then(({tokenRequestsUnderWay}) => tokenRequestsUnderWay === 0, () => false);
  const result = await body().finally(() => until('the provider is there, and has answered', isIdle));
  return [result, (await refreshesOf(world)).sent - sent];
}

async function begin(fault) {
  await world.provider.misbehave(fault);
  if (fault.downFor) await until('connections are refused', () => world.provider.record().then(() => false, () => true));
}

/** The user's first call, while the provider is in trouble. Returns the seconds after which to come again. */
const firstCall = (cookie, fault, requests) => inTurn(async () => {
  const [seconds, sent] = await countingRefreshes(async () => {
    await begin(fault);
    const told = isToldToComeAgain(await call(cookie));
    isToldToComeAgain(await call(cookie, '/auth/refresh', 'POST'));
    await sessionOf(cookie);
    return told;
  });
  assert.equal(sent, requests, 'and nobody asks again meanwhile');
  return seconds;
});

/** The user's call when they were told to come again. */
const nextCall = (cookie) => inTurn(async () => {
  const [answer, sent] = await countingRefreshes(() => call(cookie));
  return {answer, sent};
});

const pause = (seconds) => new Promise((resolve) => { setTimeout(resolve, 1000 * seconds); });

describe('at a refresh', {concurrency: true}, () => {
  const inWorld = (name, body) => scenario(name, () => world, body);

  // The first in turn: its token is not to run out while it waits.
  inWorld('in trouble while the access token lives: nobody notices (R07)', (t) => inTurn(async () => {
    const tokenOf = async () => {
      const answer = await call(middleAged);
      assert.equal(outcome(answer), '200');
      return JSON.parse(answer.body).token.fingerprint;
    };
    const old = await tokenOf();
    await until('the access token is in its last quarter', async () => (await sessionOf(middleAged)).accessTokenExpiresIn < MIDDLE_AGED / 4);
    const [, sent] = await countingRefreshes(async () => {
      await begin({tokenStatus: 502});
      for (let calls = 0; calls < 5; calls += 1) assert.equal(await tokenOf(), old);
    });
    assert.equal(sent, 1);
    t.diagnostic('the user saw: 200 throughout. Lost: nothing');
  }));

  faults.forEach(([what, fault, {atLeast = 5, requests = 1} = {}], index) => {
    inWorld(`the provider says ${what}: the session stays, and is refreshed when the pause is over (R07, R09)`, async (t) => {
      const cookie = cookies[index];
      const seconds = await firstCall(cookie, fault, requests);
      assert.ok(seconds >= atLeast && seconds <= atLeast + 6, `${seconds} s`);
      await pause(seconds);
      const {answer, sent} = await nextCall(cookie);
      assert.equal(outcome(answer), '200');
      assert.equal(sent, 1);
      t.diagnostic(`the user saw: 503 provider_unavailable, to come again in ${seconds} s, then 200. Lost: the request in hand`);
    });
  });

  inWorld('the provider takes longer for new tokens than for anything else may be waited: they are waited for (R02)', async (t) => {
    const cookie = cookies[faults.length];
    const [answer, sent] = await inTurn(() => countingRefreshes(async () => {
      await begin({tokenDelay: 1000 * (TIMEOUT + 1), times: 1});
      return call(cookie);
    }));
    assert.equal(outcome(answer), '200');
    assert.equal(sent, 1);
    t.diagnostic('the user saw: 200, late. Lost: nothing');
  });

  inWorld('the provider gives new tokens away too late: that costs the session, and nothing tells it from theft (R02)', async (t) => {
    const cookie = cookies[faults.length + 1];
    const seconds = await firstCall(cookie, {tokenDelay: 1000 * (PATIENCE + 1)}, 1);
    await pause(seconds);
    const {answer} = await nextCall(cookie);
    assert.equal(outcome(answer), '401 session_ended');
    t.diagnostic(`the user saw: 503 provider_unavailable, to come again in ${seconds} s, then 401 session_ended. Lost: the session, `
      + 'as the provider rotates without grace and the answer came after provider.refreshTimeout');
  });
});
