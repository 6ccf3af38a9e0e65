// A log-in without a browser, for tests that need many sessions and look at none of them.

import {send} from './raw_client.mjs';

const STEPS = 15;

/** Cookies by origin; paths do not matter here. */
function cookieJar() {
  const byOrigin = new Map();
  const of = ({origin}) => byOrigin.get(origin) ?? byOrigin.set(origin, new Map()).get(origin);
  return {
    take(url, answer) {
      for (const line of answer.headers['set-cookie'] ?? []) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        of(url).set(name, value);
      }
    },
    give: (url) => [...of(url)].filter(([, value]) => value).map(([name, value]) => `${name}=${value}`).join('; '),
    value: (url, name) => of(url).get(name),
  };
}

/** Opens a page with the cookies of `jar`, or sends `form` to it. */
export async function visit(jar, url, site, form, signal) {
  const answer = await send({
    port: url.port,
    path: url.pathname + url.search,
    method: form ? 'POST' : 'GET',
    headers: {
      host: url.host,
      accept: 'text/html',
      cookie: jar.give(url),
      'sec-fetch-site': site,
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      ...(form && {'content-type': 'application/x-www-form-urlencoded', 'content-length': form.length}),
    },
    body: form,
    signal,
  });
  jar.take(url, answer);
  return answer;
}

/**
 * Goes as far as the callback; `arrive(signal)` opens it and returns the answer, `cookie()` is the session cookie's value then.
 * `url` is the callback's, `jar` the browser: with the jar of an earlier login the same browser logs in again.
 */
export async function startHttpLogin({appUrl}, {jar = cookieJar(), account = 'alice'} = {}) {
  const app = new URL(appUrl);
  let url = new URL('/auth/login', app);
  let site = 'none';
  let form;
  for (let step = 0; step < STEPS; step += 1) {
    const answer = await visit(jar, url, site, form);
    const action = /action="([^"]+\/login)"/.exec(answer.body)?.[1];
    if (!action && !answer.headers.location) throw new Error(`log-in stops at ${url.pathname}: ${answer.status} ${answer.body.slice(0, 300)}`);
    form = action && new URLSearchParams({account}).toString();
    url = new URL(action ?? answer.headers.location, url);
    site = url.origin === app.origin ? 'cross-site' : 'same-origin';
    if (url.pathname === '/auth/callback') {
      return {url, jar, arrive: (signal) => visit(jar, url, site, undefined, signal), cookie: () => jar.value(app, '__Host-Http-session')};
    }
  }
  throw new Error(`log-in is not at its end after ${STEPS} steps, but at ${url.href}`);
}

async function logInByHttp(world) {
  const login = await startHttpLogin(world);
  const answer = await login.arrive();
  if (!login.cookie()) throw new Error(`the callback answers ${answer.status} ${answer.headers.location}`);
  return login.cookie();
}

/** The session cookies of `count` log-ins, each with a grant of its own at the provider. */
export async function logInManyTimes(world, count, onLogin = () => {}) {
  const cookies = [];
  const somebody = async () => {
    while (cookies.length < count) {
      const at = cookies.push(null) - 1;
      cookies[at] = await logInByHttp(world);
      onLogin(cookies.filter(Boolean).length);
    }
  };
  await Promise.all(Array.from({length: 4}, somebody));
  return cookies;
}
