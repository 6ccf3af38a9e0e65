// UserInfo for access tokens that are JWTs for an API. oidc-provider answers UserInfo only for opaque tokens that have no
// audience; the large providers answer it for their API tokens too, and the demo should be like those.

import {createLocalJWKSet, jwtVerify} from 'jose';

/** Koa middleware for `GET|POST /me`, the provider's `userinfo_endpoint`. */
export function userinfoForApiTokens(provider, {issuer, audience, jwks}) {
  const keys = createLocalJWKSet({keys: jwks.keys.map(({kty, n, e, kid, alg, use}) => ({kty, n, e, kid, alg, use}))});
  const grants = new Map();  // jti → {accountId, grantId}
  provider.on('access_token.issued', ({jti, accountId, grantId}) => grants.set(jti, {accountId, grantId}));

  async function ownerOf(token) {
    const {payload} = await jwtVerify(token, keys, {issuer, audience, algorithms: ['RS256']});
    const owner = grants.get(payload.jti);
    if (!owner) return null;
    const grant = await provider.Grant.find(owner.grantId);
    return grant ? {...owner, scope: grant.getOIDCScope()} : null;
  }

  return async (ctx, next) => {
    const bearer = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(ctx.get('authorization'));
    if (ctx.path !== '/me' || !bearer) return next();
    const owner = await ownerOf(bearer[1]).catch(() => null);
    ctx.set('cache-control', 'no-store');
    if (!owner) {
      ctx.status = 401;
      ctx.set('www-authenticate', `Bearer realm="${issuer}", error="invalid_token"`);
      ctx.body = {error: 'invalid_token'};
      return undefined;
    }
    const account = await provider.Account.findAccount(ctx, owner.accountId);
    const {sub, name, email, email_verified} = account.claims();
    const scopes = owner.scope.split(' ');
    ctx.body = {
      sub,
      ...(scopes.includes('profile') && {name}),
      ...(scopes.includes('email') && {email, email_verified}),
    };
    return undefined;
  };
}
