// Glewlwyd, another real OpenID provider, as Debian packages it: its daemon, its own pages, its own database.

import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {freePort} from '../../../infra/demo/ports.mjs';
import {until} from '../support/until.mjs';
import {setUp} from './set_up.mjs';

// Unpacked by ./unpack, not installed: that would start a service.
const root = fileURLToPath(new URL('../../../build/glewlwyd', import.meta.url));

const settings = (state, port, externalUrl) => `port=${port}
bind_address="127.0.0.1"
external_url="${externalUrl}"
login_url="login.html"
api_prefix="api"
log_mode="console"
log_level="INFO"
cookie_secure=0
session_expiration=3600
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="${root}/usr/lib/glewlwyd/user"
client_module_path="${root}/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="${root}/usr/lib/glewlwyd/scheme"
plugin_module_path="${root}/usr/lib/glewlwyd/plugin"
hash_algorithm="SHA512"
database = {type = "sqlite3"; path = "${join(state, 'glewlwyd.db')}";};
`;

/** What `startProvider` of infra/demo/stack.mjs may be; `person` {username, password, name, email} can log in there. */
export function glewlwyd(person) {
  return async ({state, start, readiness, ...client}) => {
    if (!existsSync(root)) throw new Error('there is no build/glewlwyd; tests/e2e/second_provider/unpack makes it');
    const schema = join(root, 'usr/share/dbconfig-common/data/glewlwyd/install/sqlite3');
    await promisify(execFile)('sqlite3', [join(state, 'glewlwyd.db'), `.read ${schema}`]);
    const port = await freePort(0);
    const url = await readiness(start('front', process.execPath, [fileURLToPath(new URL('./front.mjs', import.meta.url))], {
      GLEWLWYD_ROOT: root,
      GLEWLWYD_PORT: String(port),
    }));
    const config = join(state, 'glewlwyd.conf');
    await writeFile(config, settings(state, port, url), {mode: 0o600});
    start('glewlwyd', join(root, 'usr/bin/glewlwyd'), ['--config-file', config]);
    await until('Glewlwyd answers', () => fetch(`${url}/config/`).then(({ok}) => ok, () => false));
    await setUp(url, client, person);
    return `${url}/api/oidc`;
  };
}
