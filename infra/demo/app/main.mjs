// The page: what is known of the session, and the buttons.

import {takeAuthError} from './auth_errors.mjs';
import {NotLoggedIn, Unavailable, callApi, checkSession, logout, refresh} from './bff.mjs';
import {secondsLeft, showSession} from './dials.mjs';
import {searchForTokens} from './token_search.mjs';

const byId = (id) => document.getElementById(id);
const fields = (name) => document.querySelectorAll(`[data-field="${name}"]`);
const tabs = new BroadcastChannel('vestibule-session');

let links = {login: '/auth/login', logout: '/auth/logout', refresh: '/auth/refresh'};
let retryTimer;

// ---- showing

function setField(name, text) {
  for (const field of fields(name)) field.textContent = text ?? '';
}

function notice(title, text) {
  setField('notice-title', title);
  setField('notice-text', text);
  byId('notice').hidden = false;
}

function show(state) {
  document.body.dataset.session = state;
}

function showLoggedIn({user, session}) {
  setField('name', user.name ?? user.sub);
  setField('initial', (user.name ?? user.sub).slice(0, 1).toUpperCase());
  setField('email', user.email ?? '–');
  setField('sub', user.sub);
  showSession(session);
  show('in');
}

function showLoggedOut() {
  const wasIn = document.body.dataset.session === 'in';
  stopTicks();
  showSession(null);
  byId('calls').replaceChildren();
  byId('findings').hidden = true;
  byId('verdict').hidden = true;
  for (const name of ['name', 'initial', 'email', 'sub']) setField(name, '');
  show('out');
  if (wasIn) notice('You are logged out.', 'Your session has ended.');
}

function showUnavailable(seconds) {
  setField('retry-when', `Trying again by itself in ${seconds} seconds.`);
  show('unavailable');
  clearTimeout(retryTimer);
  retryTimer = setTimeout(look, seconds * 1000);
}

// ---- the session

let looking = null;

/** Asks the server what is true and shows it. Several calls at once are one. */
function look() {
  looking ??= lookOnce().finally(() => { looking = null; });
  return looking;
}

async function lookOnce() {
  clearTimeout(retryTimer);
  try {
    const found = await checkSession();
    links = {...links, ...found.links};
    if (found.loggedIn) showLoggedIn(found);
    else showLoggedOut();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    showUnavailable(error.seconds);
  }
}

/** Runs what a button does; the two things that may always happen are handled here, once. */
async function attempt(action) {
  try {
    await action();
  } catch (error) {
    if (error instanceof NotLoggedIn) await look();
    else if (error instanceof Unavailable) notice('That did not work just now.', `You are still logged in. Please try again in ${error.seconds} seconds.`);
    else throw error;
  }
}

function onPress(id, action) {
  const button = byId(id);
  button.addEventListener('click', async () => {
    button.disabled = true;
    await attempt(action);
    button.disabled = false;
  });
}

onPress('login', () => {
  const returnTo = location.pathname + location.search + location.hash;
  location.assign(`${links.login}?returnTo=${encodeURIComponent(returnTo)}`);
});

onPress('logout', async () => {
  const next = await logout(links.logout);
  tabs.postMessage('look');
  if (next) location.assign(next);
  else await look();
});

onPress('refresh', async () => {
  showSession(await refresh(links.refresh));
  tabs.postMessage('look');
});

onPress('retry', look);
byId('notice-close').addEventListener('click', () => { byId('notice').hidden = true; });

// ---- the API

function showCall(what, failed, details, body) {
  const item = document.createElement('li');
  item.classList.toggle('failed', failed);
  const title = document.createElement('strong');
  title.textContent = what;
  const small = document.createElement('small');
  small.textContent = ` ${details}`;
  const code = document.createElement('code');
  code.textContent = body;
  item.append(title, small, code);
  item.dataset.number = String(Number(byId('calls').firstElementChild?.dataset.number ?? 0) + 1);
  byId('calls').prepend(item);
  while (byId('calls').children.length > 20) byId('calls').lastElementChild.remove();
}

async function call(path, options = {}) {
  const {status, body, milliseconds} = await callApi(path, options);
  showCall(`${options.method ?? 'GET'} /api${path}`, status >= 400, `${status} in ${milliseconds} ms`, typeof body === 'string' ? body : JSON.stringify(body, null, 1));
  await look();  // the call may have refreshed the tokens and has moved the idle time
}

onPress('whoami', () => call('/whoami'));
onPress('orders', () => call('/orders'));

byId('order').addEventListener('submit', (event) => {
  event.preventDefault();
  const {item, quantity} = Object.fromEntries(new FormData(event.target));
  attempt(() => call('/orders', {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({item, quantity: Number(quantity)}),
  }));
});

let ticks = null;

function stopTicks() {
  ticks?.close();
  ticks = null;
  byId('ticks').setAttribute('aria-pressed', 'false');
}

byId('ticks').addEventListener('click', () => {
  if (ticks) return stopTicks();
  ticks = new EventSource('/api/ticks?count=30');
  byId('ticks').setAttribute('aria-pressed', 'true');
  ticks.onmessage = ({data}) => showCall('tick', false, 'streamed through the proxy', data);
  ticks.onerror = () => {
    stopTicks();
    look();
  };
  return undefined;
});

// ---- the search

onPress('search', async () => {
  const rows = byId('findings').tBodies[0];
  rows.replaceChildren();
  byId('findings').hidden = false;
  byId('verdict').hidden = true;
  const total = {places: 0, characters: 0, tokens: 0};
  for await (const {place, characters, tokens} of searchForTokens()) {
    const row = rows.insertRow();
    row.insertCell().textContent = place;
    row.insertCell().textContent = `${characters.toLocaleString('en')} characters`;
    row.insertCell().textContent = tokens ? `${tokens} found` : 'none';
    total.places += 1;
    total.characters += characters;
    total.tokens += tokens;
  }
  const verdict = byId('verdict');
  verdict.className = `verdict ${total.tokens ? 'some' : 'none'}`;
  verdict.textContent = total.tokens
    ? `Found ${total.tokens} that should not be here.`
    : `Searched ${total.places} places and ${total.characters.toLocaleString('en')} characters: no token anywhere.`;
  verdict.hidden = false;
  await look();
});

// ---- staying truthful: other tabs, coming back, the back button, time

tabs.onmessage = look;
addEventListener('focus', look);
addEventListener('pageshow', ({persisted}) => {
  if (!persisted) return;
  show('unknown');  // a page from the back-forward cache shows what was true once
  look();
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') look();
});
setInterval(() => {
  if (secondsLeft() === 0) look();
}, 1000);

const failed = takeAuthError();
if (failed) notice(...failed);
await look();
if (document.body.dataset.session === 'in') tabs.postMessage('look');
