// The stores that Vestibule is tested with end to end. Each is a server of the test's own, which may do anything to it.

import {spawn, execFile, execFileSync} from 'node:child_process';
import {chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync} from 'node:fs';
import {promisify} from 'node:util';
import {until} from './until.mjs';

const run = promisify(execFile);

/** Whether this program ends well. */
const succeeds = (command, args) => run(command, args).then(() => true, () => false);

function given(name) {
  if (!process.env[name]) throw new Error(`${name} is not set: run this below tests/with_stores`);
  return process.env[name];
}

/** The process and its children: PostgreSQL has one for each connection. */
function family(pid) {
  const children = execFileSync('sh', ['-c', 'ps -o pid= --ppid "$0" || true', String(pid)], {encoding: 'utf8'});
  return [pid, ...children.split('\n').filter(Boolean).map(Number)];
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;  // a child that has just left
  }
}

/**
 * A server that can be started, ended at once as by a crash, and held still.
 * `command()` → [[options of setpriv], program, arguments…]; `isUp()` → Promise<boolean>; `crash`: the signal that ends it without farewell.
 */
async function server({url, folder, command, isUp, crash}) {
  let child;
  async function start() {
    const [as, ...words] = command();
    child = spawn('setpriv', ['--pdeathsig', 'INT', ...as, ...words], {cwd: '/', stdio: 'ignore'});
    child.over = new Promise((resolve) => { child.on('close', resolve); child.on('error', resolve); });
    await until(`${words[0]} serves`, isUp, 60);
  }
  async function stop() {
    signal(child.pid, crash);
    await child.over;
  }
  async function close() {
    family(child.pid).forEach((pid) => signal(pid, 'SIGCONT'));
    await stop();
    rmSync(folder, {recursive: true, force: true});
  }
  await start();
  return {
    url,
    start,
    stop,
    freeze: () => family(child.pid).forEach((pid) => signal(pid, 'SIGSTOP')),
    thaw: () => family(child.pid).reverse().forEach((pid) => signal(pid, 'SIGCONT')),
    close,
  };
}

const newFolder = () => mkdtempSync('/tmp/vestibule-e2e.');  // short: the path of a socket has room for 107 octets

async function postgres() {
  const template = given('VESTIBULE_TEST_POSTGRES_TEMPLATE');
  const {uid, gid} = statSync(template);
  const folder = newFolder();
  const sockets = `${folder}/sockets`;
  chmodSync(folder, 0o755);
  mkdirSync(sockets);
  chownSync(sockets, uid, gid);
  execFileSync('cp', ['-a', template, `${folder}/data`]);
  const as = process.getuid() === uid ? [] : [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  const url = `postgresql://vestibule@/postgres?host=${sockets}`;
  return server({
    url,
    folder,
    command: () => [[...as, '--'], `${given('VESTIBULE_TEST_POSTGRES_BIN')}/postgres`, '-D', `${folder}/data`,
      '-c', 'listen_addresses=', '-c', `unix_socket_directories=${sockets}`, '-c', 'max_connections=400', '-c', 'shared_buffers=32MB'],
    isUp: () => succeeds('psql', ['-X', url, '-c', 'SELECT 1']),
    crash: 'SIGQUIT',  // its word for "as if the machine had stopped"; a killed postmaster leaves orphans behind
  });
}

async function redis() {
  const folder = newFolder();
  const socket = `${folder}/redis.sock`;
  return server({
    url: `redis://${socket}`,
    folder,
    command: () => [['--'], 'redis-server', '--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--dir', folder,
      '--save', '', '--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction', '--daemonize', 'no'],
    isUp: () => succeeds('redis-cli', ['-e', '-s', socket, 'ping']),
    crash: 'SIGKILL',
  });
}

/** A file needs no server. `url` undefined: the demo's configuration names one already. */
const sqlite = async () => ({close: async () => {}});

export const stores = {sqlite, postgres, redis};

/** For the `configure` of a world. */
export const useStore = ({url}) => (text) => (url ? text.replace(/"store": "[^"]*"/, () => `"store": "${url}"`) : text);
