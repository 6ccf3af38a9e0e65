// Many sessions whose access tokens have run out, and many requests for each of them, all at once.

import {logInManyTimes} from './http_login.mjs';
import {connections, sameOrigin, send} from './raw_client.mjs';
import {until} from './until.mjs';

const SHORT = 2;       // seconds; tokens of new sessions
const LONG = 3600;     // those they get in the storm: none is renewed twice for its age
const TRIES = 40;

function shuffle(list) {
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}

export async function refreshesOf(world) {
  return {sent: 0, ok: 0, failed: 0, ...(await world.provider.record()).requests.refresh_token};
}

/** The cookies of new sessions, none of which has a usable access token; whatever they get now lives long. */
export async function expiredSessions(world, count, onLogin) {
  await world.provider.tokensLive(SHORT);
  const cookies = await logInManyTimes(world, count, onLogin);
  await world.provider.tokensLive(LONG);
  const lives = async (cookie) => {
    const {body} = await send({port: world.lighttpd.port, path: '/auth/checksession', headers: sameOrigin(world.appUrl, cookie)});
    return JSON.parse(body).session.accessTokenExpiresIn > 0;
  };
  await until('the youngest access token runs out', async () => !(await lives(cookies.at(-1))));
  return cookies;
}

/** What became of a request: a status, with the word for it where it is not 200; or that the connection broke. */
export function outcome(answer) {
  if (!answer) return 'broken';
  if (answer.status === 200) return '200';
  return `${answer.status} ${/"code":\s*"(\w+)"/.exec(answer.body)?.[1] ?? '-'}`;
}

/**
 * `requests` API calls for each cookie, in any order, `atOnce` of them under way. `patient`: a call that meets 503 or a
 * process that died is made again when Retry-After says so, as a page would.
 * Returns {requests, outcomes: {what: count}, retried: {what: count}, logouts, provider: {sent, ok, failed}, slowest: the longest
 * that the provider took, in seconds; seconds}.
 */
export async function storm({world, cookies, requests, atOnce, patient = false, onProgress = () => {}}) {
  const agent = connections(atOnce);
  const calls = shuffle(cookies.flatMap((cookie) => Array(requests).fill(sameOrigin(world.appUrl, cookie))));
  const result = {requests: calls.length, outcomes: {}, retried: {}, logouts: 0, dismissed: 0};
  const count = (where, what) => { where[what] = (where[what] ?? 0) + 1; };
  const passes = (answer) => !answer || answer.status === 503 || answer.status === 500;
  const before = await refreshesOf(world);
  const earlier = (await world.provider.record()).tokenSeconds.length;
  const begun = Date.now();

  async function call(headers) {
    for (let tries = 1; ; tries += 1) {
      const answer = await send({agent, port: world.lighttpd.port, path: '/api/whoami', headers}).catch(() => null);
      if (answer?.headers['set-cookie']) result.dismissed += 1;
      if (!patient || !passes(answer) || tries === TRIES) return answer;
      count(result.retried, outcome(answer));
      await new Promise((resolve) => { setTimeout(resolve, 1000 * Number(answer?.headers['retry-after'] ?? 1)); });
    }
  }

  async function worker() {
    while (calls.length > 0) {
      const answer = await call(calls.pop());
      count(result.outcomes, outcome(answer));
      if (answer?.status === 401) result.logouts += 1;
      onProgress(result, calls.length);
    }
  }

  await Promise.all(Array.from({length: atOnce}, worker));
  agent.destroy();
  const after = await refreshesOf(world);
  result.provider = Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]));
  result.slowest = Math.max(0, ...(await world.provider.record()).tokenSeconds.slice(earlier));
  result.seconds = (Date.now() - begun) / 1000;
  return result;
}
