// Sessions that end while everything is going on with them: API calls, refreshes, a log-in in the same browser. Nothing of it
// may leave a live session behind.

import {startHttpLogin} from './http_login.mjs';
import {sameOrigin, send} from './raw_client.mjs';
import {until} from './until.mjs';

const SHORT = 2;      // seconds; access tokens of the sessions that race, so that everything needs a refresh
const LONG = 3600;
const THINKS = 60;    // ms the provider takes, so that there is something to race against
const SPREAD = 400;   // ms, within which the session ends

const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

function call(world, cookie, path = '/api/whoami', method = 'GET') {
  return send({port: world.lighttpd.port, path, method, headers: sameOrigin(world.appUrl, cookie)});
}

/** Sends a logout token as the provider's server does. */
export async function tellBackchannel(world, token) {
  const body = new URLSearchParams({logout_token: token}).toString();
  const headers = {'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length};
  return send({port: world.lighttpd.port, method: 'POST', path: '/auth/backchannel', headers, body});
}

/** A browser that has logged in: {jar, account, cookie, idToken}. One at a time, or the ID token is another's. */
export async function logInBrowser(world, account = 'alice') {
  const login = await until('there is a log-in that began after the last logout everywhere', async () => {
    const attempt = await startHttpLogin(world, {account});
    await attempt.arrive();
    return attempt.cookie() && attempt;
  });
  return {jar: login.jar, account, cookie: login.cookie(), idToken: (await world.provider.record()).issued.idTokens.at(-1)};
}

/** So many browsers whose access tokens have run out. */
export async function expiredBrowsers(world, count, account) {
  await world.provider.tokensLive(SHORT);
  const browsers = [];
  while (browsers.length < count) browsers.push(await logInBrowser(world, account));
  await world.provider.tokensLive(LONG);
  await until('the youngest access token runs out', async () => {
    const {body} = await call(world, browsers.at(-1).cookie, '/auth/checksession');
    return JSON.parse(body).session.accessTokenExpiresIn <= 0;
  });
  return browsers;
}

/** How a session ends. `everywhere` ends all of the account's, and their log-ins under way. */
const ends = {
  logout: (world, {cookie}) => call(world, cookie, '/auth/logout', 'POST'),
  everywhere: (world, {cookie}) => call(world, cookie, '/auth/logout?everywhere=true', 'POST'),
  backchannel: async (world, {idToken}) => tellBackchannel(world, await world.provider.logoutToken(idToken)),
};
export const waysToEnd = Object.keys(ends);

/** Everything a page does at once, all of which needs a refresh. */
const pageCalls = (world, cookie) => [
  call(world, cookie), call(world, cookie), call(world, cookie),
  call(world, cookie, '/auth/refresh', 'POST'), call(world, cookie, '/auth/userinfo'),
];

/** Who only logs out may log in again at once, so then there is no log-in to race against. */
async function secondLogin(world, way, {jar, account}) {
  if (way === 'logout') return {arrive: async () => null, cookie: () => undefined};
  return startHttpLogin(world, {jar, account});
}

function whatBecameOf(arrival) {
  if (!arrival) return 'none';
  return new URL(arrival.headers.location ?? '/', 'http://app').searchParams.get('auth_error') ?? String(arrival.status);
}

/**
 * Ends the browser's session by one of `waysToEnd` while a page of it is busy and a log-in of it comes back from the provider.
 * Returns {cookies: those the browser had, arrival: what became of its log-in, ended: the answer}.
 */
export async function raceToTheEnd(world, way, browser) {
  const login = await secondLogin(world, way, browser);
  const arrival = login.arrive();
  const inFlight = [arrival, ...pageCalls(world, browser.cookie)];
  await pause(Math.random() * SPREAD);
  inFlight.push(...pageCalls(world, browser.cookie));
  const ended = await ends[way](world, browser);
  await Promise.all(inFlight);
  const cookies = [browser.cookie, login.cookie()];
  return {cookies: [...new Set(cookies.filter(Boolean))], arrival: whatBecameOf(await arrival), ended};
}

function countOf(list) {
  const counts = {};
  for (const what of list) counts[what] = (counts[what] ?? 0) + 1;
  return counts;
}

/** Races for all browsers at once. Returns {ended: [statuses], logins: {what: count}, cookies: count, alive: how often one still opens something}. */
export async function raceAll(world, way, browsers) {
  await world.provider.misbehave({tokenDelay: THINKS, times: 2 * browsers.length});
  const races = await Promise.all(browsers.map((browser) => raceToTheEnd(world, way, browser)));
  const cookies = races.flatMap((race) => race.cookies);
  const answers = await Promise.all(cookies.map((cookie) => call(world, cookie)));
  const views = await Promise.all(cookies.map((cookie) => call(world, cookie, '/auth/checksession')));
  return {
    ended: [...new Set(races.map(({ended}) => ended.status))],
    logins: countOf(races.map(({arrival}) => arrival)),
    cookies: cookies.length,
    alive: answers.filter(({status}) => status !== 401).length + views.filter(({body}) => JSON.parse(body).loggedIn).length,
  };
}
