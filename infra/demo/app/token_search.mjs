// Looks everywhere a script can look, for anything that is or might be a token. This is what an attacker's script could do.

const patterns = [
  /eyJ[\w-]{8,}\.[\w-]{8,}\.?[\w-]*/,                                            // a JWT: ID tokens, many access tokens
  /["']?(?:access|refresh|id)_?token["']?\s*[:=]\s*["']?[\w.~+/-]{8,}/i,         // anything called a token
  /\bBearer\s+[\w.~+/-]{8,}/i,
  /["']?client_?secret["']?\s*[:=]\s*["']?[\w.~+/-]{8,}/i,
  /["']?code_?verifier["']?\s*[:=]\s*["']?[\w.~+/-]{8,}/i,
  /__Host-[\w-]+=[\w-]{8,}/,                                                     // the session's cookie
];

function tokensIn(text) {
  return patterns.filter((pattern) => pattern.test(text)).length;
}

function storageText(storage) {
  return Object.keys(storage).map((key) => `${key}=${storage.getItem(key)}`).join('\n');
}

function request(idb) {
  return new Promise((resolve, reject) => {
    idb.onsuccess = () => resolve(idb.result);
    idb.onerror = () => reject(idb.error);
  });
}

async function indexedDbText() {
  const texts = [];
  for (const {name} of await indexedDB.databases?.() ?? []) {
    const database = await request(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      texts.push(JSON.stringify(await request(database.transaction(store).objectStore(store).getAll())));
    }
    database.close();
  }
  return texts.join('\n');
}

async function cacheText() {
  const texts = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const key of await cache.keys()) texts.push(key.url, await (await cache.match(key)).text());
  }
  return texts.join('\n');
}

/** Every string that can be reached from window in a few steps. */
function windowText() {
  const seen = new Set();
  const strings = [];
  const look = (value, depth) => {
    if (typeof value === 'string') strings.push(value);
    if (value === null || typeof value !== 'object' || depth === 0 || seen.has(value) || value instanceof Node) return;
    seen.add(value);
    for (const key of Object.getOwnPropertyNames(value)) {
      try {
        strings.push(key);
        look(value[key], depth - 1);
      } catch {
        // a property that refuses to be read
      }
    }
  };
  look(window, 4);
  return strings.join('\n');
}

async function answerText(method, path) {
  const response = await fetch(path, {method, cache: 'no-store', headers: {accept: 'application/json', 'x-bff': '1'}});
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  return `${headers}\n\n${await response.text()}`;
}

const places = [
  ['document.cookie', () => document.cookie],
  ['localStorage', () => storageText(localStorage)],
  ['sessionStorage', () => storageText(sessionStorage)],
  ['IndexedDB', indexedDbText],
  ['Cache storage', cacheText],
  ['Everything on window', windowText],
  ['The page itself', () => document.documentElement.outerHTML],
  ['Address and history', () => JSON.stringify([location.href, history.state, document.referrer, performance.getEntries().map(({name}) => name)])],
  ['GET /auth/checksession', () => answerText('GET', '/auth/checksession')],
  ['GET /auth/userinfo', () => answerText('GET', '/auth/userinfo')],
  ['POST /auth/refresh', () => answerText('POST', '/auth/refresh')],
  ['GET /auth/login', () => answerText('GET', '/auth/login')],
  ['GET /auth/callback', () => answerText('GET', '/auth/callback')],
  ['GET /api/whoami', () => answerText('GET', '/api/whoami')],
  ['GET /api/orders', () => answerText('GET', '/api/orders')],
  ['GET /api/no-such-thing', () => answerText('GET', '/api/no-such-thing')],
];

/** Yields {place, characters, tokens} for each place, as it goes. */
export async function* searchForTokens() {
  for (const [place, read] of places) {
    let text;
    try {
      text = await read();
    } catch (error) {
      text = String(error);
    }
    yield {place, characters: text.length, tokens: tokensIn(text)};
  }
}
