// For tests only (PROVIDER_CONTROL=1): what happened at the provider, the true values of everything it issued, and
// switches that make it fail. Never enabled in the demo: it hands out every secret there is.

import {randomUUID} from 'node:crypto';
import {decodeJwt, importJWK, SignJWT} from 'jose';

const secretParams = {code: 'codes', code_verifier: 'codeVerifiers', refresh_token: 'refreshTokens'};
const issuedMembers = {access_token: 'accessTokens', refresh_token: 'refreshTokens', id_token: 'idTokens'};

function emptyRecord() {
  return {
    issued: {accessTokens: [], refreshTokens: [], idTokens: [], codes: [], codeVerifiers: [], states: [], nonces: []},
    requests: {},   // grant type → {sent, ok, failed}
    errors: [],     // error codes of failed token requests
    pushes: 0,      // authorization requests that came directly (PAR)
    tokenRequestsUnderWay: 0,
    tokenRequestsHeld: 0,  // those of them that the provider has not looked at
    tokenSeconds: [],  // how long each token request took
    queries: [],    // names of the parameters of each one that came by the browser
    resources: [],  // "<path> <resource>" of each request that named one
    revocations: 0,
    userinfo: 0,
    logouts: 0,
  };
}

async function textOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

function remember(list, value) {
  if (value && !list.includes(value)) list.push(value);
}

/** What the provider's server would send if the session of this ID token ended (OpenID Connect Back-Channel Logout 1.0 §2.4). */
async function logoutToken({issuer, clientId, jwks: {keys: [key]}}, idToken) {
  const {sub, sid} = decodeJwt(idToken);
  const claims = {sub, sid, jti: randomUUID(), events: {'http://schemas.openid.net/event/backchannel-logout': {}}};
  return new SignJWT(claims)
    .setProtectedHeader({alg: key.alg, kid: key.kid, typ: 'logout+jwt'})
    .setIssuer(issuer).setAudience(clientId).setIssuedAt().setExpirationTime('2m')
    .sign(await importJWK(key));
}

const forPrograms = /^\/(token|me|jwks|request|\.well-known\/.*)$|^\/token\//;

/** Whoever sent the request is gone, and would not get its answer. */
const hasLeft = ({socket}) => socket.destroyed || socket.readableEnded;

/** While it is closed, token requests wait before it. */
function tokenGate(record) {
  let opened = Promise.resolve();
  let open = () => {};
  return {
    close() { opened = new Promise((resolve) => { open = resolve; }); },
    open: () => open(),
    async pass() {
      record.tokenRequestsHeld += 1;
      await opened;
      record.tokenRequestsHeld -= 1;
    },
  };
}

/**
 * Koa middleware in front of oidc-provider. `goDown(ms)`: nobody listens for so long.
 * `GET /control` → the record, `?counts` → what of it does not grow with time; `POST /control` →
 *   {tokenStatus, tokenHeaders, tokenBody, tokenDelay (ms), times}  what the next `times` token requests meet
 *   {accessTokenLifetime (s)}  how long access tokens live from now on
 *   {revocationDelay (ms)}     how long revocations take from now on
 *   {downFor (ms)}             connections are refused meanwhile
 *   {logoutTokenFor: <an ID token>}  the record with a `logoutToken` for its session
 *   {outage: {status, retryAfter (s), delay (ms), drop}}  what every call of a program meets, until {outage: null}; `drop` breaks
 *                              the connection; with a delay alone the answer is good, and late
 *   {hold: true}               token requests wait, until {hold: false}; who has left by then is not served
 */
export function control(settings, goDown) {
  const record = emptyRecord();
  const gate = tokenGate(record);
  let outage = null;
  let fault = {times: 0};
  let revocationDelay = 0;

  function takeFault() {
    if (fault.times <= 0) return {};
    fault.times -= 1;
    return fault;
  }

  async function obey(ctx, asked) {
    if (asked.accessTokenLifetime) settings.accessTokenLifetime = asked.accessTokenLifetime;
    else if ('revocationDelay' in asked) ({revocationDelay} = asked);
    else if ('outage' in asked) ({outage} = asked);
    else if ('hold' in asked) (asked.hold ? gate.close : gate.open)();
    else if (asked.downFor) ctx.res.on('finish', () => goDown(asked.downFor));
    else if (asked.logoutTokenFor) return {logoutToken: await logoutToken(settings, asked.logoutTokenFor)};
    else fault = {times: 1, ...asked};
    return {};
  }

  function noteTokenRequest(params, status, body) {
    const kind = params.grant_type ?? 'none';
    const counts = record.requests[kind] ??= {sent: 0, ok: 0, failed: 0};
    counts.sent += 1;
    const given = body?.access_token !== undefined;
    counts[given ? 'ok' : 'failed'] += 1;
    if (!given) record.errors.push(body?.error ?? String(status));
    for (const [param, list] of Object.entries(secretParams)) remember(record.issued[list], params[param]);
    for (const [member, list] of Object.entries(issuedMembers)) remember(record.issued[list], body?.[member]);
  }

  /** Whether the call met the outage and is over. */
  async function meetsOutage(ctx) {
    if (!outage || !forPrograms.test(ctx.path)) return false;
    const {status, retryAfter, delay, drop} = outage;
    if (delay) await pause(delay);
    if (drop) ctx.req.socket.destroy();
    if (!status) return Boolean(drop);
    ctx.status = status;
    if (retryAfter) ctx.set('retry-after', String(retryAfter));
    ctx.body = {error: 'temporarily_unavailable'};
    return true;
  }

  async function tokenRequest(ctx, next) {
    await gate.pass();
    if (hasLeft(ctx.req) || await meetsOutage(ctx) || hasLeft(ctx.req)) return;
    const {tokenDelay = 0, tokenStatus, tokenHeaders = {}, tokenBody = {error: 'temporarily_unavailable'}} = takeFault();
    // Read before the pause: who asked may be gone after it.
    const form = tokenDelay || tokenStatus ? await textOf(ctx.req) : '';
    if (tokenDelay) await pause(tokenDelay);
    if (tokenStatus) {
      ctx.status = tokenStatus;
      ctx.set(tokenHeaders);
      ctx.body = tokenBody;
      noteTokenRequest(Object.fromEntries(new URLSearchParams(form)), ctx.status, ctx.body);
      return;
    }
    if (form) ctx.req.body = form;  // where oidc-provider looks for what somebody has read already
    await next();
    noteResources(ctx);
    noteTokenRequest(ctx.oidc?.params ?? {}, ctx.status, ctx.body);
  }

  function noteAuthorization({oidc}) {
    remember(record.issued.states, oidc?.params?.state);
    remember(record.issued.nonces, oidc?.params?.nonce);
  }

  function noteResources({path, oidc}) {
    for (const resource of [oidc?.params?.resource ?? []].flat()) remember(record.resources, `${path} ${resource}`);
  }

  function noteAnswer(ctx) {
    const location = ctx.response.get('location');
    if (location.includes('code=')) remember(record.issued.codes, new URL(location).searchParams.get('code'));
    if (typeof ctx.body === 'string') remember(record.issued.codes, / name="code" value="([^"]+)"/.exec(ctx.body)?.[1]);
  }

  return async (ctx, next) => {
    if (ctx.path === '/control') {
      const answer = ctx.method === 'POST' ? await obey(ctx, JSON.parse(await textOf(ctx.req))) : {};
      const {issued, queries, resources, tokenSeconds, ...counts} = record;
      ctx.body = 'counts' in ctx.query ? counts : {...record, clientSecret: settings.clientSecret, ...answer};
      return;
    }
    if (ctx.path === '/token' && ctx.method === 'POST') {
      record.tokenRequestsUnderWay += 1;
      const begun = Date.now();
      return tokenRequest(ctx, next).finally(() => {
        record.tokenRequestsUnderWay -= 1;
        record.tokenSeconds.push((Date.now() - begun) / 1000);
      });
    }
    if (await meetsOutage(ctx)) return;
    if (ctx.path === '/request') record.pushes += 1;
    if (ctx.path === '/auth') record.queries.push([...new URLSearchParams(ctx.querystring).keys()]);
    if (ctx.path === '/token/revocation') {
      record.revocations += 1;
      await pause(revocationDelay);
    }
    if (ctx.path === '/me') record.userinfo += 1;
    if (ctx.path.startsWith('/session/end')) record.logouts += 1;
    await next();
    noteAuthorization(ctx);
    noteResources(ctx);
    noteAnswer(ctx);
  };
}
