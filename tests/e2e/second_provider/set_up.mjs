// What an administrator clicks together in Glewlwyd, over the API that its own admin page uses.

import {generateKeyPair} from 'node:crypto';
import {promisify} from 'node:util';

const SCOPES = ['profile', 'email', 'offline_access'];

/** Calls the API as the administrator that the packaged database begins with. */
async function administrator(url) {
  let cookie;
  return async (method, path, body) => {
    const response = await fetch(`${url}/api${path}`, {
      method,
      headers: {'content-type': 'application/json', ...(cookie && {cookie})},
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`Glewlwyd answers ${method} ${path} with ${response.status}: ${await response.text()}`);
    cookie ??= response.headers.get('set-cookie')?.split(';')[0];
  };
}

async function signingKeys() {
  const {privateKey} = await promisify(generateKeyPair)('ec', {namedCurve: 'P-256'});
  return JSON.stringify({keys: [{...privateKey.export({format: 'jwk'}), kid: 'second-1', alg: 'ES256', use: 'sig'}]});
}

/** The OpenID Connect plugin: strict, refresh tokens that rotate, tokens for one API by `resource`. */
function openIdConnect(url, keys, {audience, accessTokenLifetime}) {
  return {
    iss: `${url}/api/oidc`,
    'jwks-private': keys,
    'jwks-show': true,
    'jwt-type': 'ecdsa',
    'jwt-key-size': '256',
    'subject-type': 'public',
    'access-token-duration': accessTokenLifetime,
    'refresh-token-duration': 3600,
    'code-duration': 60,
    'refresh-token-rolling': true,
    'refresh-token-one-use': 'always',
    'allow-non-oidc': true,
    'auth-type-code-enabled': true,
    'auth-type-code-revoke-replayed': true,
    'auth-type-refresh-enabled': true,
    'auth-type-token-enabled': false,
    'auth-type-password-enabled': false,
    'auth-type-client-enabled': true,
    'pkce-allowed': true,
    'pkce-required': true,
    'pkce-method-plain-allowed': false,
    'oauth-as-iss-id': true,
    'oauth-par-allowed': true,
    'oauth-par-required': false,
    'oauth-par-request_uri-prefix': 'urn:ietf:params:oauth:request_uri:',
    'oauth-par-duration': 90,
    'introspection-revocation-allowed': true,
    'introspection-revocation-allow-target-client': true,
    'session-management-allowed': true,
    'front-channel-logout-allowed': true,
    'back-channel-logout-allowed': true,
    'session-cookie-name': 'GLEWLWYD2_OIDC_SID',
    'session-cookie-expiration': 3600,
    'resource-allowed': true,
    'resource-scope': {openid: [audience]},
    'resource-scope-and-client-property': false,
    'name-claim': 'mandatory',
    'email-claim': 'mandatory',
    'scope-claim': 'no',
    claims: [],
  };
}

/** `client` is that of infra/demo/stack.mjs, `person` {username, password, name, email}. */
export async function setUp(url, client, person) {
  const ask = await administrator(url);
  await ask('POST', '/auth/', {username: 'admin', password: 'password'});
  for (const name of SCOPES) {
    await ask('POST', '/scope/', {name, display_name: name, password_required: true, scheme: {}});
  }
  await ask('POST', '/user/', {...person, enabled: true, scope: ['openid', ...SCOPES, 'g_profile']});
  await ask('POST', '/client/', {
    client_id: client.clientId,
    name: 'Vestibule',
    enabled: true,
    confidential: true,
    client_secret: client.clientSecret,
    redirect_uri: [`${client.appUrl}/auth/callback`],
    authorization_type: ['code', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_method: ['client_secret_basic'],
    resource: [client.audience],
    scope: [],
  });
  await ask('POST', '/mod/plugin/', {
    module: 'oidc',
    name: 'oidc',
    display_name: 'OpenID Connect',
    order_rank: 0,
    readonly: false,
    parameters: openIdConnect(url, await signingKeys(), client),
  });
}
