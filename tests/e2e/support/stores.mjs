// The stores that Vestibule is tested with end to end. Each is the test's own, which may do anything to it.
// A store is {url, outages, close()}; an outage {what, begin(world), end(world), works}, where `works` says what goes on:
// 'nothing', 'reading', 'reading, perhaps', or 'all but log-ins'.

import {spawn, spawnSync, execFile, execFileSync} from 'node:child_process';
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
  const {status, error, stdout} = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], {encoding: 'utf8'});
  if (error || status > 1) throw error ?? new Error(`ps ends with ${status}`);  // 1: it has no children
  return [pid, ...stdout.split('\n').filter(Boolean).map(Number)];
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
    // Detached, so that Ctrl-C reaches us only; the kernel ends it should we be killed.
    child = spawn('setpriv', ['--pdeathsig', 'INT', ...as, ...words], {cwd: '/', stdio: 'ignore', detached: true});
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

/** It is gone at once, or silent. */
const serverOutages = (store) => [
  {what: 'crashes and starts again', begin: store.stop, end: store.start, works: 'nothing'},
  {what: 'is frozen and goes on', begin: store.freeze, end: store.thaw, works: 'nothing'},
];

/** A server of PostgreSQL with the data directory that `fill(path)` makes. Also `ask(sql)`, and `sockets`, its address. */
async function postgresServer(fill) {
  const {uid, gid} = statSync(given('VESTIBULE_TEST_POSTGRES_TEMPLATE'));
  const folder = newFolder();
  const sockets = `${folder}/sockets`;
  chmodSync(folder, 0o755);
  mkdirSync(sockets);
  chownSync(sockets, uid, gid);
  fill(`${folder}/data`);
  execFileSync('chown', ['-R', `${uid}:${gid}`, `${folder}/data`]);
  const as = process.getuid() === uid ? [] : [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  const url = `postgresql://vestibule@/postgres?host=${sockets}`;
  const started = await server({
    url,
    folder,
    command: () => [[...as, '--'], `${given('VESTIBULE_TEST_POSTGRES_BIN')}/postgres`, '-D', `${folder}/data`,
      '-c', 'listen_addresses=', '-c', `unix_socket_directories=${sockets}`, '-c', 'max_connections=400', '-c', 'shared_buffers=32MB'],
    isUp: () => succeeds('psql', ['-X', url, '-c', 'SELECT 1']),
    crash: 'SIGQUIT',  // its word for "as if the machine had stopped"; a killed postmaster leaves orphans behind
  });
  const ask = (...statements) => run('psql', ['-X', '-q', url, ...statements.flatMap((sql) => ['-c', sql])]);
  return {...started, sockets, ask};
}

const newPostgresServer = () => postgresServer((data) => execFileSync('cp', ['-a', given('VESTIBULE_TEST_POSTGRES_TEMPLATE'), data]));

async function postgres() {
  const store = await newPostgresServer();
  // Asked again until new connections show it: on a busy machine the server now and then goes on with what it had.
  const setReadOnly = (value) => until(`read-only is ${value}`, async () => {
    await store.ask(`ALTER SYSTEM SET default_transaction_read_only = ${value}`, 'SELECT pg_reload_conf()');
    return (await run('psql', ['-X', '-At', store.url, '-c', 'SHOW default_transaction_read_only'])).stdout.trim() === value;
  }, 30);
  const readOnly = {
    what: 'can only be read',
    begin: () => setReadOnly('on'),
    end: () => setReadOnly('off'),
    works: 'reading, perhaps',  // over connections there are; a new one is made only to a server that can be written to
  };
  return {...store, outages: [...serverOutages(store), readOnly]};
}

/** Two servers, the second of which confirms every commit of the first. `fail()` ends the first, `promote()` puts the second in its place. */
export async function postgresPair() {
  const first = await newPostgresServer();
  const second = await postgresServer((data) => execFileSync(`${given('VESTIBULE_TEST_POSTGRES_BIN')}/pg_basebackup`,
    ['--no-sync', '--checkpoint=fast', '--wal-method=stream', '--write-recovery-conf', `--pgdata=${data}`, `--dbname=${first.url}`]));
  await first.ask("ALTER SYSTEM SET synchronous_standby_names = '*'", 'SELECT pg_reload_conf()');
  return {
    url: `postgresql://vestibule@/postgres?host=${second.sockets},${first.sockets}`,
    fail: first.stop,
    promote: () => second.ask('SELECT pg_promote()'),
    close: async () => { await second.close(); await first.close(); },
  };
}

async function redis() {
  const folder = newFolder();
  const socket = `${folder}/redis.sock`;
  const store = await server({
    url: `redis://${socket}`,
    folder,
    command: () => [['--'], 'redis-server', '--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--dir', folder,
      '--save', '', '--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction', '--daemonize', 'no'],
    isUp: () => succeeds('redis-cli', ['-e', '-s', socket, 'ping']),
    crash: 'SIGKILL',
  });
  const memory = (most) => run('redis-cli', ['-e', '-s', socket, 'config', 'set', 'maxmemory', most]);
  const full = {what: 'is full', begin: () => memory('1mb'), end: () => memory('0'), works: 'all but log-ins'};
  return {...store, outages: [...serverOutages(store), full]};
}

/** Another program that has begun to write and does not end. */
function lockHolder(file) {
  let holder;
  return {
    async begin() {
      holder = spawn('setpriv', ['--pdeathsig', 'KILL', 'sqlite3', file], {stdio: ['pipe', 'pipe', 'inherit']});
      holder.over = new Promise((resolve) => { holder.on('close', resolve); });
      const locked = new Promise((resolve, reject) => {
        holder.stdout.once('data', resolve);
        holder.on('error', reject);
      });
      holder.stdin.write('.timeout 10000\nBEGIN EXCLUSIVE;\nSELECT 1;\n');
      await locked;
    },
    async end() {
      holder.kill('SIGKILL');
      await holder.over;
    },
  };
}

/** No file may grow, as on a disk that is full: the write-ahead log least of all. */
function fullDisk() {
  const limit = (world, octets) => world.processesOf().forEach((pid) =>
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${octets}:unlimited`]));
  return {begin: async (world) => limit(world, 1), end: async (world) => limit(world, 'unlimited')};
}

async function sqlite() {
  const folder = newFolder();
  const file = `${folder}/sessions.db`;
  return {
    url: `sqlite:${file}`,
    outages: [
      {what: 'is locked by another program', ...lockHolder(file), works: 'reading'},
      {what: 'has no room on its disk', ...fullDisk(), works: 'reading'},
    ],
    close: async () => rmSync(folder, {recursive: true, force: true}),
  };
}

export const stores = {sqlite, postgres, redis};

/** For the `configure` of a world. */
export const useStore = ({url}) => (text) => text.replace(/"store": "[^"]*"/, () => `"store": "${url}"`);
