// The demo's API: an ordinary resource server (RFC 6750) that knows nothing of browsers, cookies or Vestibule.
//   API_PORT      port on 127.0.0.1; 0 (default) takes a free one
//   API_AUDIENCE  the `aud` an access token must have
//   ISSUER        the provider whose tokens count
// Says `{"ready": "<url>"}` on standard output when it serves; leaves when standard input closes or on SIGTERM.

import {createServer} from 'node:http';
import {listening, setting, untilToldToStop} from '../process.mjs';
import {bearerTokens} from './bearer_tokens.mjs';
import {boundTokens} from './bound_tokens.mjs';
import {answer} from './routes.mjs';

const verify = boundTokens(await bearerTokens({issuer: setting('ISSUER'), audience: setting('API_AUDIENCE')}));

const server = createServer(async (request, response) => {
  try {
    const {token, challenge, nonce} = await verify(request);
    if (nonce) response.setHeader('dpop-nonce', nonce);
    if (challenge) {
      response.writeHead(401, {'www-authenticate': challenge, 'content-type': 'application/json'});
      response.end('{"error":"unauthorized"}');
      return;
    }
    await answer(request, response, token);
  } catch (error) {
    console.error(error);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
});

const port = await listening(server, Number(setting('API_PORT', '0')));
console.log(JSON.stringify({ready: `http://127.0.0.1:${port}`}));
untilToldToStop(server);
