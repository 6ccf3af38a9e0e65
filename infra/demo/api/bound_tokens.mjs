import {createHash, randomBytes} from 'node:crypto';
import {EmbeddedJWK, calculateJwkThumbprint, jwtVerify} from 'jose';

const hash = (text) => createHash('sha256').update(text).digest('base64url');

/**
 * Wraps a verifier of bearer tokens: a token that is bound to a key (`cnf.jkt`) counts only with a DPoP proof of that key for
 * this very request (RFC 9449 §7), with our nonce (§9) and never twice; a token that is not bound counts only as a bearer.
 * Returns a function from a request to `{token}` or `{challenge}`, with `{nonce}` for the answer's DPoP-Nonce.
 */
export function boundTokens(verifyBearer) {
  const nonce = randomBytes(16).toString('base64url');
  const seen = new Set();

  async function proofProblem(request, jwt, jkt) {
    const {payload, protectedHeader} = await jwtVerify(request.headers.dpop ?? '', EmbeddedJWK, {typ: 'dpop+jwt', algorithms: ['ES256'], maxTokenAge: '60s', clockTolerance: 5});
    const htu = `http://${request.headers.host}${request.url.split('?')[0]}`;
    if (payload.htm !== request.method || payload.htu !== htu) return 'invalid_dpop_proof';
    if (payload.ath !== hash(jwt) || seen.has(payload.jti)) return 'invalid_dpop_proof';
    seen.add(payload.jti);
    if (payload.nonce !== nonce) return 'use_dpop_nonce';
    if (await calculateJwkThumbprint(protectedHeader.jwk) !== jkt) return 'invalid_token';
    return undefined;
  }

  async function verifyBound(request, jwt) {
    const challenge = (error) => ({nonce, challenge: `DPoP realm="sample-api", algs="ES256", error="${error}"`});
    const {token} = await verifyBearer(`Bearer ${jwt}`);
    if (!token?.jkt) return challenge('invalid_token');
    const problem = await proofProblem(request, jwt, token.jkt).catch((error) => {
      console.error(`proof refused: ${error.code ?? error.message}`);
      return 'invalid_dpop_proof';
    });
    if (problem) return challenge(problem);
    return {nonce, token: {...token, scheme: 'DPoP'}};
  }

  return async (request) => {
    const {authorization} = request.headers;
    const bound = /^DPoP ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (bound) return verifyBound(request, bound);
    const verdict = await verifyBearer(authorization);
    if (verdict.token?.jkt) return {challenge: 'Bearer realm="sample-api", error="invalid_token"'};
    return verdict.token ? {token: {...verdict.token, scheme: 'Bearer'}} : verdict;
  };
}
