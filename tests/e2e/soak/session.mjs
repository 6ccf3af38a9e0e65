// One session as its browser sees it, and what must be true of every answer it gets.

import {request} from 'node:http';
import {startHttpLogin, visit} from '../support/http_login.mjs';
import {sameOrigin, send} from '../support/raw_client.mjs';
import {answerOf, outcomeOf, saysLoggedIn, saysLoggedOut, touchesCookie} from './answers.mjs';

const TICKS = 2;
const order = JSON.stringify({item: 'Lamp oil', quantity: 1});
const is = (status) => (answer) => answer?.status === status;

/** What a page asks for; `good`: how it is answered where nothing is wrong. */
export const kinds = {
  'API GET': {path: '/api/whoami', good: is(200)},
  'API list': {path: '/api/orders', good: is(200)},
  'API POST': {path: '/api/orders', method: 'POST', body: order, good: is(201)},
  'API stream': {
    path: `/api/ticks?count=${TICKS}`,
    good: (answer) => answer?.status === 200 && answer.body.split('data: ').length === TICKS + 1,
  },
  checksession: {path: '/auth/checksession', good: saysLoggedIn},
  userinfo: {path: '/auth/userinfo', good: is(200)},
  refresh: {path: '/auth/refresh', method: 'POST', good: is(200)},
  logout: {path: '/auth/logout', method: 'POST', good: is(200)},
};

/** Why a log-in did not get as far as a cookie. */
function whatStopped(error) {
  return /stops at (\S+): (\d+)/.exec(error.message)?.slice(1).join(' ') ?? 'broken';
}

/**
 * A new session, or null where the log-in failed: {cookie, state, visitProvider(url, form)}. Its `state` is `live` until somebody means
 * to end it, then `ending`, and `ended` once that is said to be done; `lost` when it ended without anybody's doing.
 */
export async function logIn({world, tally, traffic}) {
  return traffic.within(async () => {
    const begun = Date.now();
    let login;
    let outcome;
    try {
      login = await startHttpLogin(world);
      const {headers: {location = ''}} = await login.arrive();
      outcome = login.cookie() ? 'logged in' : /auth_error=\w+/.exec(location)?.[0] ?? 'no cookie';
    } catch (error) {
      outcome = whatStopped(error);
    }
    const good = outcome === 'logged in';
    tally.note({kind: 'log-in', outcome: good ? outcome : `log-in: ${outcome}`, good, begun});
    const visitProvider = (url, form) => visit(login.jar, url, 'same-origin', form);
    return good ? {cookie: login.cookie(), state: 'live', since: Date.now(), visitProvider} : null;
  });
}

function headersOf(world, session, {body}) {
  return {
    ...sameOrigin(world.appUrl, session.cookie),
    ...(body && {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)}),
  };
}

/** Whether the answer is as it must be for a session that was `before` when it was asked. Tells what must never be. */
function judge({session, before, kind, answer, tally, faults}) {
  const {good} = kinds[kind];
  if (before === 'ended') {
    if (saysLoggedIn(answer)) tally.noteRevived({kind, outcome: outcomeOf(answer), 'ended by': session.endedBy, fault: faults.current()});
    return saysLoggedOut(answer);
  }
  if (session.state !== 'live') return good(answer) || saysLoggedOut(answer);
  if (touchesCookie(answer)) tally.noteDismissed();
  if (saysLoggedOut(answer)) {
    session.state = 'lost';
    const age = Math.round((Date.now() - session.since) / 1000);
    tally.noteLost({kind, outcome: outcomeOf(answer), 'age (s)': age, fault: faults.current()});
  }
  return good(answer);
}

/** Asks for something with the session's cookie; the answer, null where the connection broke. */
export async function call(soak, session, kind) {
  const {world, tally, traffic} = soak;
  const {path, method, body} = kinds[kind];
  return traffic.within(async () => {
    const begun = Date.now();
    const before = session.state;
    const answer = await answerOf(send({port: world.lighttpd.port, path, method, body, headers: headersOf(world, session, {body})}));
    const good = judge({...soak, session, before, kind, answer});
    tally.note({kind: before === 'ended' ? 'after the end' : kind, outcome: outcomeOf(answer), good, begun});
    return answer;
  });
}

/** Asks and goes away before or while the answer comes. */
export async function leaveEarly({world, tally, traffic}, session, kind, afterMilliseconds) {
  const {path, method, body} = kinds[kind];
  await traffic.within(() => new Promise((resolve) => {
    const begun = Date.now();
    const headers = headersOf(world, session, {body});
    const outgoing = request({host: '127.0.0.1', port: world.lighttpd.port, path, method, headers, agent: false});
    outgoing.on('response', (response) => response.on('error', () => {}).resume());
    outgoing.on('error', () => {});
    outgoing.on('close', () => {
      tally.note({kind: 'left early', outcome: 'left', good: true, begun});
      resolve();
    });
    outgoing.end(body);
    setTimeout(() => outgoing.destroy(), afterMilliseconds);
  }));
}
