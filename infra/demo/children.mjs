// Child processes that are started, watched, and surely stopped.

import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {setTimeout as pause} from 'node:timers/promises';

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;  // nobody of the group is left
  }
}

/**
 * Starts a program as the leader of its own process group, so that Ctrl-C reaches only us and a group can be ended whole.
 * The kernel ends it should we be killed. `onLine(line)` gets its output.
 * Returns {name, pid, exited: Promise<text why>, ready: Promise<url>, stop()}.
 */
export function startChild({name, command, args, env, onLine}) {
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', command, ...args], {
    env: {...process.env, ...env},
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {});

  let announce;
  const ready = new Promise((resolve) => { announce = resolve; });
  createInterface({input: child.stdout}).on('line', (line) => {
    if (line.startsWith('{"ready"')) announce(JSON.parse(line).ready);
    else onLine(line);
  });
  createInterface({input: child.stderr}).on('line', onLine);

  const exited = new Promise((resolve) => {
    child.on('error', (error) => resolve(error.code === 'ENOENT' ? `could not be started (${error.path} is missing)` : error.message));
    child.on('close', (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with exit code ${code}`));
  });

  /** Asks politely, then not; waits until the whole group is gone. `signal` is what the program takes as polite. */
  async function stop(signal = 'SIGTERM') {
    if (!child.pid) return;
    const leader = {gone: false};
    exited.then(() => { leader.gone = true; });
    child.kill(signal);
    for (const harder of ['SIGTERM', 'SIGKILL']) {
      await Promise.race([exited, pause(6000, undefined, {ref: false})]);
      if (leader.gone) break;
      signalGroup(child.pid, harder);
    }
    for (let waited = 0; signalGroup(child.pid, 0) && waited < 2000; waited += 20) await pause(20);
    signalGroup(child.pid, 'SIGKILL');
  }

  return {name, pid: child.pid, exited, ready, stop};
}
