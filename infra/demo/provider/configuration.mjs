// How the demo's OpenID provider behaves: strict where a good provider is strict (PKCE, exact redirect URIs, refresh
// tokens that rotate and whose reuse revokes everything), so that a client that is careless shows it at once.

import {randomBytes} from 'node:crypto';
import {generateKeyPair, exportJWK} from 'jose';
import {interactionPolicy} from 'oidc-provider';
import {MemoryAdapter} from './memory_adapter.mjs';
import {findAccount} from './accounts.mjs';
import {logoutPage, loggedOutPage, errorPage} from './pages.mjs';

const DAY = 24 * 3600;

/** One RSA key, made at start-up and never written down. */
export async function makeSigningKeys() {
  const {privateKey} = await generateKeyPair('RS256', {extractable: true});
  return {keys: [{...await exportJWK(privateKey), kid: 'demo-1', alg: 'RS256', use: 'sig'}]};
}

/** What may be asked of a person: to log in, to consent, and to create an account (OpenID Connect Prompt Create). */
function prompts() {
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({name: 'create', requestable: true}), 0);
  return policy;
}

/** When the person logged in, for APIs that ask for a recent log-in (RFC 9068 §2.2.1, RFC 9470). */
function authTime({oidc: {entities}}) {
  return {auth_time: (entities.AuthorizationCode ?? entities.RefreshToken)?.authTime};
}

/** How the client proves who it is: with its secret, its certificate, or, where its public keys are given, with what they verify. */
function clientAuthentication({clientSecret, clientKeys, tls}) {
  if (tls) return tls.client;
  if (!clientKeys) return {client_secret: clientSecret, token_endpoint_auth_method: 'client_secret_basic'};
  return {jwks: clientKeys, token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256'};
}

/**
 * @param settings {appUrl, backchannelUrl, clientId, clientSecret, clientKeys, tls (mutual_tls.mjs), audience, accessTokenLifetime (seconds), jwks, cookieKey}
 */
export function configuration(settings) {
  const {appUrl, backchannelUrl, clientId, audience, jwks, cookieKey} = settings;
  return {
    adapter: MemoryAdapter,
    jwks,
    findAccount,
    cookies: {keys: [cookieKey]},
    clients: [{
      client_id: clientId,
      client_name: 'Vestibule demo',
      ...clientAuthentication(settings),
      id_token_signed_response_alg: 'RS256',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [`${appUrl}/auth/callback`],
      post_logout_redirect_uris: [`${appUrl}/`, appUrl],
      backchannel_logout_uri: backchannelUrl,
      backchannel_logout_session_required: true,
    }],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', ...(settings.tls ? [settings.tls.client.token_endpoint_auth_method] : [])],
    scopes: ['openid', 'offline_access'],
    claims: {
      openid: ['sub'],
      profile: ['name'],
      email: ['email', 'email_verified'],
    },
    conformIdTokenClaims: false,  // name and email stand in the ID token, as with most providers people meet
    pkce: {methods: ['S256'], required: () => true},
    responseTypes: ['code'],
    rotateRefreshToken: () => true,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    ttl: {
      AuthorizationCode: 60,
      Grant: 14 * DAY,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 14 * DAY,
      Session: 14 * DAY,
    },
    interactions: {url: (_ctx, interaction) => `/interaction/${interaction.uid}`, policy: prompts()},
    discovery: {prompt_values_supported: ['none', 'login', 'consent', 'create'], ...settings.tls?.discovery},
    extraTokenClaims: authTime,
    renderError: async (ctx, out) => {
      ctx.type = 'html';
      ctx.body = errorPage(out.error);
    },
    features: {
      // For clients that show a proof (RFC 9449); the demo's does so where its configuration says "dpop": "always".
      dPoP: {enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true},
      ...(settings.tls && {mTLS: settings.tls.feature}),
      devInteractions: {enabled: false},
      revocation: {enabled: true},
      backchannelLogout: {enabled: true},
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx, form) => { ctx.body = logoutPage(form); },
        postLogoutSuccessSource: async (ctx) => { ctx.body = loggedOutPage(appUrl); },
      },
      // Access tokens are JWTs for the sample API without the client having to ask for it by a `resource` parameter.
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          audience,
          scope: 'openid profile email orders:read orders:write',
          accessTokenFormat: 'jwt',
          accessTokenTTL: settings.accessTokenLifetime,
          jwt: {sign: {alg: 'RS256'}},
        }),
      },
    },
  };
}
