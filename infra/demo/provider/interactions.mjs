// The conversation with the person: who are you? Consent is granted without a question, since the only client is ours.

import {readFile} from 'node:fs/promises';
import {accountIds, register} from './accounts.mjs';
import {loginPage, registrationPage} from './pages.mjs';

const stylesheet = await readFile(new URL('./style.css', import.meta.url), 'utf8');

async function grantEverythingAsked(provider, details) {
  const {prompt, params, session, grantId} = details;
  const grant = (grantId && await provider.Grant.find(grantId))
    || new provider.Grant({accountId: session.accountId, clientId: params.client_id});
  const {missingOIDCScope, missingOIDCClaims, missingResourceScopes} = prompt.details;
  if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '));
  if (missingOIDCClaims) grant.addOIDCClaims(missingOIDCClaims);
  for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.join(' '));
  }
  return {consent: {grantId: await grant.save()}};
}

async function formOf(request) {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > 10_000) return {};
  }
  return Object.fromEntries(new URLSearchParams(body));
}

function isOurOwnForm(ctx) {
  return ['same-origin', 'none', ''].includes(ctx.get('sec-fetch-site'));
}

/** Koa middleware for `/interaction/:uid…` and the stylesheet; everything else goes on to oidc-provider. */
export function interactions(provider, {appUrl}) {
  // `form-action` holds for the whole chain of redirects that a form starts, and ours ends at the app. Only the answer to a
  // silent login may be framed, and by the app; it may be a form that sends itself: oidc-provider adds its script's hash.
  const contentSecurityPolicy = (path) => [
    "default-src 'none'", "style-src 'self'", "script-src 'self'", "base-uri 'none'", `form-action 'self' ${appUrl}`,
    `frame-ancestors ${path === '/auth' ? appUrl : "'none'"}`,
  ].join('; ');

  async function finish(ctx, result) {
    ctx.status = 303;
    ctx.set('location', await provider.interactionResult(ctx.req, ctx.res, result, {mergeWithLastSubmission: true}));
  }

  async function show(ctx) {
    const details = await provider.interactionDetails(ctx.req, ctx.res);
    if (details.prompt.name === 'consent') return finish(ctx, await grantEverythingAsked(provider, details));
    const client = await provider.Client.find(details.params.client_id);
    const page = details.prompt.name === 'create' ? registrationPage : loginPage;
    ctx.type = 'html';
    ctx.body = page({uid: details.uid, clientName: client.clientName});
    return undefined;
  }

  async function login(ctx) {
    const {account} = await formOf(ctx.req);
    if (!accountIds().includes(account)) return ctx.throw(400, 'no such account');
    return finish(ctx, {login: {accountId: account}});
  }

  async function create(ctx) {
    const accountId = register((await formOf(ctx.req)).name);
    if (!accountId) return ctx.throw(400, 'a name has 1 to 40 letters');
    return finish(ctx, {create: {}, login: {accountId}});
  }

  const cancel = (ctx) => finish(ctx, {error: 'access_denied', error_description: 'the person pressed Cancel'});

  const actions = {'GET ': show, 'POST /login': login, 'POST /create': create, 'POST /cancel': cancel};

  return async (ctx, next) => {
    ctx.set('content-security-policy', contentSecurityPolicy(ctx.path));
    ctx.set('referrer-policy', 'no-referrer');
    if (ctx.path === '/style.css') {
      ctx.type = 'css';
      ctx.body = stylesheet;
      return undefined;
    }
    const matched = /^\/interaction\/[\w-]+(\/\w+)?$/.exec(ctx.path);
    const action = matched && actions[`${ctx.method} ${matched[1] ?? ''}`];
    if (!action) return next();
    if (ctx.method === 'POST' && !isOurOwnForm(ctx)) return ctx.throw(403, 'this form was sent by another site');
    ctx.set('cache-control', 'no-store');
    return action(ctx);
  };
}
