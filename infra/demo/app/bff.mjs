// How the page talks to Vestibule. Nothing here knows what a token is.

const headers = {accept: 'application/json', 'x-bff': '1'};

/** The store or the provider does not answer: try again later. It says nothing about being logged in. */
export class Unavailable extends Error {
  constructor(seconds) {
    super('unavailable');
    this.seconds = seconds;
  }
}

/** The session is over, or there never was one. */
export class NotLoggedIn extends Error {}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, {cache: 'no-store', ...options, headers: {...headers, ...options.headers}});
  } catch {
    throw new Unavailable(5);  // no network, or the web server is being restarted
  }
  if (response.status === 503) throw new Unavailable(Number(response.headers.get('retry-after')) || 5);
  return response;
}

/** {loggedIn, user, session, links} as the checksession function documents it. */
export async function checkSession() {
  const response = await ask('/auth/checksession');
  if (!response.ok) throw new Unavailable(5);
  return response.json();
}

async function endedUnlessOk(response) {
  if (response.ok) return response;
  const problem = await response.clone().json().catch(() => ({}));
  if (response.status === 401 && ['no_session', 'session_ended', 'reauthentication_required'].includes(problem.code)) throw new NotLoggedIn();
  return response;
}

/** New tokens now; returns the session as checksession shows it. */
export async function refresh(link) {
  const response = await endedUnlessOk(await ask(link, {method: 'POST'}));
  if (!response.ok) throw new Unavailable(5);
  return response.json();
}

/** Ends the session. Returns where to go so that the provider ends its own, or null. */
export async function logout(link) {
  const response = await ask(link, {method: 'POST'});
  if (!response.ok) throw new Unavailable(5);
  return (await response.json()).logoutUrl;
}

/** An API call through the proxy: {status, body, milliseconds}. */
export async function callApi(path, options) {
  const begun = performance.now();
  const response = await endedUnlessOk(await ask(`/api${path}`, options));
  const text = await response.text();
  let body = text;
  try {
    body = JSON.parse(text);
  } catch {
    // shown as it is
  }
  return {status: response.status, body, milliseconds: Math.round(performance.now() - begun)};
}
