// The provider's side of mutual TLS (RFC 8705): a way in for browsers, another one that asks for the client's certificate,
// and what the provider's configuration says about them.

import {X509Certificate} from 'node:crypto';
import {createServer} from 'node:https';
import {listening} from '../process.mjs';

/** The client as it is registered: by its certificate's subject, or by the very certificate. */
function registered(method, pem) {
  const certificate = new X509Certificate(pem);
  const common = {token_endpoint_auth_method: method, tls_client_certificate_bound_access_tokens: true};
  if (method === 'tls_client_auth') return {...common, tls_client_auth_subject_dn: certificate.subject};
  const key = certificate.publicKey.export({format: 'jwk'});
  return {...common, jwks: {keys: [{...key, x5c: [certificate.raw.toString('base64')]}]}};
}

const presented = ({socket}) => socket.getPeerX509Certificate?.();

/**
 * @param what {method, clientCertificate, certificate, key}: RFC 8705's name of the method, and PEM
 * @returns {issuer, servers, client, discovery, feature}: HTTPS servers on free ports, and what goes where in the configuration
 */
export async function mutualTls({method, clientCertificate, certificate, key}) {
  const forBrowsers = createServer({cert: certificate, key});
  // A certificate of nobody's is taken by TLS as well: it is the provider that refuses it, with an OAuth error.
  const asking = createServer({cert: certificate, key, ca: clientCertificate, requestCert: true, rejectUnauthorized: false});
  const base = `https://127.0.0.1:${await listening(asking, 0)}`;
  return {
    issuer: `https://127.0.0.1:${await listening(forBrowsers, 0)}`,
    servers: [forBrowsers, asking],
    client: registered(method, clientCertificate),
    discovery: {
      mtls_endpoint_aliases: {
        token_endpoint: `${base}/token`,
        revocation_endpoint: `${base}/token/revocation`,
        userinfo_endpoint: `${base}/me`,
      },
    },
    feature: {
      enabled: true,
      certificateBoundAccessTokens: true,
      selfSignedTlsClientAuth: method === 'self_signed_tls_client_auth',
      tlsClientAuth: method === 'tls_client_auth',
      getCertificate: (ctx) => presented(ctx)?.toString(),
      certificateAuthorized: ({socket}) => socket.authorized,
      certificateSubjectMatches: (ctx, property, expected) =>
        property === 'tls_client_auth_subject_dn' && presented(ctx).subject === expected,
    },
  };
}
