// Everything together: provider, API, and Vestibule behind lighttpd. The demo and the browser tests both start this.

import {execFile} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {startChild} from './children.mjs';
import {freePort} from './ports.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const repository = dirname(dirname(here));
const run = promisify(execFile);

const CLIENT_ID = 'vestibule-demo';
const AUDIENCE = 'https://api.example.com/';

async function writeSecret(path, text) {
  await writeFile(path, text, {mode: 0o600});
}

async function renderConfig(state, values) {
  const template = await readFile(join(here, 'vestibule.jsonc'), 'utf8');
  const rendered = template.replace(/@([A-Z_]+)@/g, (_, name) => values[name]);
  await writeFile(join(state, 'vestibule.jsonc'), rendered, {mode: 0o600});
}

/** Runs a program to its end; what it complained about becomes the error. */
async function check(command, args, env) {
  try {
    return await run(command, args, {env: {...process.env, ...env}});
  } catch (error) {
    throw new Error(`${[command, ...args].join(' ')} failed:\n${error.stderr || error.stdout || error.message}`);
  }
}

async function answers(url) {
  try {
    await (await fetch(url)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/**
 * Options, all optional:
 *   appPort, providerPort, apiPort  0 takes a free one
 *   publicPort                      where browsers come in, if something stands in front of lighttpd
 *   accessTokenLifetime             seconds
 *   processes                       of each function
 *   binaries                        folder of the executables
 *   clientKeys                      true: the client proves itself by private_key_jwt, not by a secret
 *   clientCertificate               RFC 8705's name of a method: the client proves itself by a certificate, and its tokens are
 *                                   bound to it
 *   control                         true opens the provider's test controls
 *   configure(text)                 a last change to the configuration file's text
 *   startProvider(settings)         another provider than the demo's: gets {state, appUrl, clientId, clientSecret, audience,
 *                                   accessTokenLifetime, start(name, command, args, env), readiness(child)}, returns its issuer
 *   onLine(name, line)              gets the output of provider, API and lighttpd (its logs are files in `state`)
 *   onStep(text)                    what is being done now
 * Returns {appUrl, issuer, controlUrl, apiUrl, state, configFile, logs, lighttpd: {pid, port}, died: Promise<text>, stop()}.
 */
export async function startStack(options = {}) {
  const {
    appPort = 0, providerPort = 0, apiPort = 0, publicPort = 0, accessTokenLifetime = 60, processes = 1,
    binaries = join(repository, 'build/bin'), control = false, clientKeys = false, clientCertificate = '', configure = (text) => text,
    startProvider = startDemoProvider, onLine = () => {}, onStep = () => {},
  } = options;

  const ports = {
    app: await freePort(appPort, 'the page', 'APP_PORT'),
    provider: await freePort(providerPort, 'the OpenID provider', 'PROVIDER_PORT'),
    api: await freePort(apiPort, 'the sample API', 'API_PORT'),
  };
  const state = await mkdtemp(join(tmpdir(), 'vestibule-'));
  const trusted = clientCertificate ? {SSL_CERT_FILE: join(state, 'provider.pem')} : {};
  const children = [];

  async function stop() {
    // lighttpd first, so that what is in flight can still end well; SIGINT is its word for a graceful stop.
    for (const child of [...children].reverse()) await child.stop(child.name === 'lighttpd' ? 'SIGINT' : 'SIGTERM');
    await rm(state, {recursive: true, force: true});
  }

  function start(name, command, args, env) {
    const child = startChild({name, command, args, env, onLine: (line) => onLine(name, line)});
    child.exited.then((why) => onLine(name, why));
    children.push(child);
    return child;
  }

  async function readiness(child) {
    const died = child.exited.then((why) => { throw new Error(`${child.name} ${why} while starting`); });
    return Promise.race([child.ready, died]);
  }

  /** The client's keys, two of them, and the public half for the provider. */
  async function makeClientKeys() {
    const admin = join(binaries, 'admin');
    const file = join(state, 'client_keys');
    await check(admin, ['keys', 'client', 'new', file]);
    await check(admin, ['keys', 'client', 'new', file]);
    const {stdout} = await check(admin, ['keys', 'client', 'public', file]);
    await writeFile(`${file}.public`, stdout);
    return `${file}.public`;
  }

  /** The client's certificate, and one for the provider's own server, which the functions have to trust. */
  async function makeCertificates() {
    if (!clientCertificate) return {};
    const [certificate, key] = [join(state, 'client.pem'), join(state, 'client.key')];
    await check(join(binaries, 'admin'), ['keys', 'certificate', 'new', certificate, key, '--name', CLIENT_ID]);
    const own = {TLS_CERTIFICATE_FILE: join(state, 'provider.pem'), TLS_KEY_FILE: join(state, 'provider.key')};
    await check('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
      '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', own.TLS_KEY_FILE, '-out', own.TLS_CERTIFICATE_FILE]);
    return {...own, CLIENT_CERTIFICATE_METHOD: clientCertificate, CLIENT_CERTIFICATE_FILE: certificate};
  }

  async function startDemoProvider({appUrl}) {
    return readiness(start('provider', process.execPath, [join(here, 'provider/main.mjs')], {
      PROVIDER_PORT: String(ports.provider),
      APP_URL: appUrl,
      BACKCHANNEL_URL: `http://127.0.0.1:${ports.app}/auth/backchannel`,
      API_AUDIENCE: AUDIENCE,
      CLIENT_ID,
      CLIENT_SECRET_FILE: join(state, 'client_secret'),
      CLIENT_KEYS_FILE: clientKeys ? await makeClientKeys() : '',
      ...await makeCertificates(),
      ACCESS_TOKEN_LIFETIME: String(accessTokenLifetime),
      PROVIDER_CONTROL: control ? '1' : '',
    }));
  }

  async function startWebServer() {
    const lighttpd = start('lighttpd', 'lighttpd', ['-D', '-f', join(repository, 'infra/lighttpd/standalone.conf')], {
      PATH: `${process.env.PATH}:/usr/sbin`,
      LIGHTTPD_PORT: String(ports.app),
      LIGHTTPD_STATE: state,
      LIGHTTPD_ROOT: join(here, 'app'),
      VESTIBULE_LIGHTTPD: join(repository, 'infra/lighttpd'),
      VESTIBULE_BIN: binaries,
      VESTIBULE_CONFIG: join(state, 'vestibule.jsonc'),
      VESTIBULE_PROCS: String(processes),
      ...trusted,
    });
    const trouble = {};
    lighttpd.exited.then((why) => { trouble.why = why; });
    while (!await answers(`http://127.0.0.1:${ports.app}/`)) {
      if (trouble.why) {
        const log = await readFile(join(state, 'error.log'), 'utf8').catch(() => '');
        throw new Error(`lighttpd ${trouble.why} while starting\n${log}`);
      }
      await pause(30);
    }
    return lighttpd;
  }

  try {
    const appUrl = `http://localhost:${publicPort || ports.app}`;
    const clientSecret = randomBytes(32).toString('base64url');
    await writeSecret(join(state, 'client_secret'), clientSecret);

    onStep('starting the OpenID provider');
    const issuer = await startProvider({
      state, appUrl, clientId: CLIENT_ID, clientSecret, audience: AUDIENCE, accessTokenLifetime, start, readiness,
    });

    onStep('starting the sample API');
    const api = start('api', process.execPath, [join(here, 'api/main.mjs')], {
      API_PORT: String(ports.api),
      API_AUDIENCE: AUDIENCE,
      ISSUER: issuer,
      NODE_EXTRA_CA_CERTS: trusted.SSL_CERT_FILE ?? '',
    });
    const apiUrl = await readiness(api);

    onStep('making keys and checking the configuration');
    const {stdout: keys} = await check(join(binaries, 'admin'), ['keys', 'new']);
    await writeSecret(join(state, 'keys'), keys);
    await renderConfig(state, {APP_URL: appUrl, ISSUER: issuer, CLIENT_ID, STATE: state, API_URL: apiUrl});
    const configFile = join(state, 'vestibule.jsonc');
    const withKeys = (text) => text.replace(/"clientAuth": \{.*\}/,
      `"clientAuth": {"method": "private_key_jwt", "keysFile": "${state}/client_keys"}`);
    const withCertificate = (text) => text.replace(/"clientAuth": \{.*\}/,
      `"clientAuth": {"method": "${clientCertificate}", "certificateFile": "${state}/client.pem", "keyFile": "${state}/client.key"}`);
    const prove = clientCertificate ? withCertificate : clientKeys ? withKeys : (text) => text;
    await writeSecret(configFile, configure(prove(await readFile(configFile, 'utf8'))));
    await check(join(binaries, 'admin'), ['migrate'], {BFF_CONFIG: configFile});
    await check(join(binaries, 'admin'), ['check'], {BFF_CONFIG: configFile, ...trusted});

    onStep('starting lighttpd with the functions');
    const lighttpd = await startWebServer();

    return {
      appUrl,
      issuer,
      controlUrl: `http://127.0.0.1:${ports.provider}/control`,
      apiUrl,
      state,
      configFile,
      lighttpd: {pid: lighttpd.pid, port: ports.app},
      logs: {functions: join(state, 'functions.log'), errors: join(state, 'error.log'), access: join(state, 'access.log')},
      died: Promise.race(children.map((child) => child.exited.then((why) => `${child.name} ${why}`))),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
