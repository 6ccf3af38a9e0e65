import {createHash} from 'node:crypto';
import {createRemoteJWKSet, jwtVerify} from 'jose';

const A_DAY = 24 * 60 * 60 * 1000;  // milliseconds

/** Not that the provider's keys could not be had: then nobody can say whether a token is good. */
const isAboutTheToken = (code) => code?.startsWith('ERR_J') && !['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC'].includes(code);

/**
 * Resolves to a function from an `Authorization` header to `{token: {sub, scope, authTime, expiresAt, fingerprint}}`, or to
 * `{challenge}`, the `WWW-Authenticate` value of RFC 6750 §3. The fingerprint tells two tokens apart and is of no other use.
 */
export async function bearerTokens({issuer, audience}) {
  const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  // Keys that are known serve on while the provider is down; one that a token names and nobody knows is fetched at once.
  const keys = createRemoteJWKSet(new URL(metadata.jwks_uri), {cacheMaxAge: A_DAY});
  const challengeBase = `Bearer realm="sample-api"`;

  return async (authorization) => {
    const jwt = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (!authorization) return {challenge: challengeBase};
    if (!jwt) return {challenge: `${challengeBase}, error="invalid_token"`};
    try {
      const {payload} = await jwtVerify(jwt, keys, {issuer, audience, algorithms: ['RS256', 'ES256'], typ: 'at+jwt', requiredClaims: ['sub', 'exp']});
      return {token: {
        sub: payload.sub,
        scope: payload.scope,
        authTime: payload.auth_time,
        expiresAt: payload.exp,
        jkt: payload.cnf?.jkt,
        fingerprint: createHash('sha256').update(jwt).digest('hex').slice(0, 8),
      }};
    } catch (error) {
      if (!isAboutTheToken(error.code)) throw error;
      console.error(`access token refused: ${error.code ?? error.message}`);
      return {challenge: `${challengeBase}, error="invalid_token", error_description="the access token is expired or not valid"`};
    }
  };
}
