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

/**
 * How a session ends. `everywhere` is said on another device: it ends all sessions of the account and its log-ins under way,
 * so that those who say it later have no session any more.
 */
const ends = {
  logout: (world, {cookie}) => call(world, cookie, '/auth/logout', 'POST'),
  everywhere: (world, {device}) => call(world, device.cookie, '/auth/logout?everywhere=true', 'POST'),
  backchannel: async (world, {idToken}) => tellBackchannel(world, await world.provider.logoutToken(idToken)),
};
export const waysToEnd = Object.keys(ends);

/** What those who end a session by it may be answered; somebody is answered the first. */
export const answersTo = {logout: [200], everywhere: [200, 401], backchannel: [200]};

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

async function addDevices(world, browsers) {
  for (const browser of browsers) browser.device = await logInBrowser(world, browser.account);
}

function whatBecameOf(arrival) {
  if (!arrival) return 'none';
  return new URL(arrival.headers.location ?? '/', 'http://app').searchParams.get('auth_error') ?? String(arrival.status);
}

/**
 * Ends the browser's session by one of `waysToEnd` while a page of it is busy and `login` of it comes back from the provider.
 * Returns {cookies: those the browsers had, arrival: what became of the log-in, ended: the answer}.
 */
async function raceToTheEnd(world, way, browser, login) {
  const arrival = login.arrive();
  const inFlight = [arrival, ...pageCalls(world, browser.cookie)];
  await pause(Math.random() * SPREAD);
  inFlight.push(...pageCalls(world, browser.cookie));
  const ended = await ends[way](world, browser);
  await Promise.all(inFlight);
  const cookies = [browser.cookie, login.cookie(), browser.device?.cookie];
  return {cookies: [...new Set(cookies.filter(Boolean))], arrival: whatBecameOf(await arrival), ended};
}

function countOf(list) {
  const counts = {};
  for (const what of list) counts[what] = (counts[what] ?? 0) + 1;
  return counts;
}

/** Races for all browsers of one account at once. Returns {ended: [statuses], logins: {what: count}, cookies: count, alive: how often one still opens something}. */
export async function raceAll(world, way, browsers) {
  if (way === 'everywhere') await addDevices(world, browsers);
  const logins = await Promise.all(browsers.map((browser) => secondLogin(world, way, browser)));  // all before the first end
  await world.provider.misbehave({tokenDelay: THINKS, times: 2 * browsers.length});
  const races = await Promise.all(browsers.map((browser, at) => raceToTheEnd(world, way, browser, logins[at])));
  const cookies = races.flatMap((race) => race.cookies);
  const answers = await Promise.all(cookies.map((cookie) => call(world, cookie)));
  const views = await Promise.all(cookies.map((cookie) => call(world, cookie, '/auth/checksession')));
  return {
    ended: [...new Set(races.map(({ended}) => ended.status))].sort(),
    logins: countOf(races.map(({arrival}) => arrival)),
    cookies: cookies.length,
    alive: answers.filter(({status}) => status !== 401).length + views.filter(({body}) => JSON.parse(body).loggedIn).length,
  };
}
