// The conversation with the person: who are you? Consent is granted without a question, since the only client is ours.

import {readFile} from 'node:fs/promises';
import {accountIds} from './accounts.mjs';
import {loginPage} from './pages.mjs';

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

async function formField(request, name) {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > 10_000) return null;
  }
  return new URLSearchParams(body).get(name);
}

function isOurOwnForm(ctx) {
  return ['same-origin', 'none', ''].includes(ctx.get('sec-fetch-site'));
}

/** Koa middleware for `/interaction/:uid…` and the stylesheet; everything else goes on to oidc-provider. */
export function interactions(provider, {appUrl}) {
  // `form-action` holds for the whole chain of redirects that a form starts, and ours ends at the app.
  const contentSecurityPolicy = `default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${appUrl}`;

  async function finish(ctx, result) {
    ctx.status = 303;
    ctx.set('location', await provider.interactionResult(ctx.req, ctx.res, result, {mergeWithLastSubmission: true}));
  }

  async function show(ctx) {
    const details = await provider.interactionDetails(ctx.req, ctx.res);
    if (details.prompt.name === 'consent') return finish(ctx, await grantEverythingAsked(provider, details));
    const client = await provider.Client.find(details.params.client_id);
    ctx.type = 'html';
    ctx.body = loginPage({uid: details.uid, clientName: client.clientName});
  }

  async function login(ctx) {
    const accountId = await formField(ctx.req, 'account');
    if (!accountIds().includes(accountId)) return ctx.throw(400, 'no such account');
    return finish(ctx, {login: {accountId}});
  }

  const cancel = (ctx) => finish(ctx, {error: 'access_denied', error_description: 'the person pressed Cancel'});

  const actions = {'GET ': show, 'POST /login': login, 'POST /cancel': cancel};

  return async (ctx, next) => {
    ctx.set('content-security-policy', contentSecurityPolicy);
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
