// The demo's OpenID provider as a program.
//   PROVIDER_PORT          port on 127.0.0.1; 0 (default) takes a free one
//   APP_URL                the app's public URL, where people come back to
//   BACKCHANNEL_URL        where the provider's server tells the app's that a session has ended (default: below APP_URL)
//   API_AUDIENCE           the sample API's identifier, the `aud` of access tokens
//   CLIENT_ID, CLIENT_SECRET_FILE
//   CLIENT_KEYS_FILE       the client's public JWK Set; it then proves itself by private_key_jwt
//   CLIENT_CERTIFICATE_METHOD  tls_client_auth or self_signed_tls_client_auth: it proves itself by its certificate, at the
//                          mtls_endpoint_aliases, and tokens are bound to that (mutual_tls.mjs). Then also:
//     CLIENT_CERTIFICATE_FILE (PEM), TLS_CERTIFICATE_FILE, TLS_KEY_FILE (of the provider's own, for 127.0.0.1); it then
//     speaks TLS on ports of its own, and PROVIDER_PORT is for its control alone
//   ACCESS_TOKEN_LIFETIME  seconds (default 60)
//   PROVIDER_CONTROL=1     for tests: see control.mjs
// Says `{"ready": "<issuer>"}` on standard output when it serves; leaves when standard input closes or on SIGTERM.

import {randomBytes} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import Provider from 'oidc-provider';
import {untilToldToStop, listening, setting} from '../process.mjs';
import {configuration, makeSigningKeys} from './configuration.mjs';
import {control} from './control.mjs';
import {interactions} from './interactions.mjs';
import {mutualTls} from './mutual_tls.mjs';
import {sessionInFrames} from './session_in_frames.mjs';
import {userinfoForApiTokens} from './userinfo.mjs';

const server = createServer();
const port = await listening(server, Number(setting('PROVIDER_PORT', '0')));
const certificateMethod = process.env.CLIENT_CERTIFICATE_METHOD;
const tls = certificateMethod && await mutualTls({
  method: certificateMethod,
  clientCertificate: readFileSync(setting('CLIENT_CERTIFICATE_FILE'), 'utf8'),
  certificate: readFileSync(setting('TLS_CERTIFICATE_FILE'), 'utf8'),
  key: readFileSync(setting('TLS_KEY_FILE'), 'utf8'),
});

const issuer = tls?.issuer ?? `http://127.0.0.1:${port}`;

const settings = {
  issuer,
  tls,
  appUrl: setting('APP_URL'),
  backchannelUrl: setting('BACKCHANNEL_URL', `${setting('APP_URL')}/auth/backchannel`),
  audience: setting('API_AUDIENCE'),
  clientId: setting('CLIENT_ID'),
  clientSecret: readFileSync(setting('CLIENT_SECRET_FILE'), 'utf8').trim(),
  clientKeys: process.env.CLIENT_KEYS_FILE && JSON.parse(readFileSync(process.env.CLIENT_KEYS_FILE, 'utf8')),
  accessTokenLifetime: Number(setting('ACCESS_TOKEN_LIFETIME', '60')),
  jwks: await makeSigningKeys(),
  cookieKey: randomBytes(32).toString('base64url'),
};

const provider = new Provider(issuer, configuration(settings));
provider.on('server_error', (_ctx, error) => console.error(error));
provider.on('grant.error', (_ctx, error) => console.error(`token request refused: ${error.message} (${error.error_detail ?? error.error_description})`));
provider.on('grant.success', (ctx) => console.error(`tokens issued (${ctx.oidc.params.grant_type})`));

/** As if the machine were up and the program not. */
function goDown(milliseconds) {
  server.close();
  server.closeAllConnections();
  setTimeout(() => server.listen(port, '127.0.0.1'), milliseconds);
}

if (process.env.PROVIDER_CONTROL === '1') provider.use(control(settings, goDown));
provider.use(sessionInFrames);
provider.use(interactions(provider, settings));
provider.use(userinfoForApiTokens(provider, settings));

server.on('request', provider.callback());
for (const secure of tls?.servers ?? []) secure.on('request', provider.callback());
console.log(JSON.stringify({ready: issuer}));
untilToldToStop(server);
