// Memory and descriptors of the functions' processes over time.

import {execFile} from 'node:child_process';
import {readFile, readdir} from 'node:fs/promises';
import {promisify} from 'node:util';

const run = promisify(execFile);
const PAGE = 4096;

/** [{pid, name}] of the functions that lighttpd started. */
async function functionsOf(lighttpd) {
  const {stdout} = await run('ps', ['-o', 'pid=,args=', '--ppid', String(lighttpd.pid)]);
  return stdout.trim().split('\n').map((line) => /^\s*(\d+) \S*\/(\w+)\s*$/.exec(line)).filter(Boolean)
    .map(([, pid, name]) => ({pid: Number(pid), name}));
}

async function measured({pid, name}) {
  try {
    const [statm, descriptors] = await Promise.all([readFile(`/proc/${pid}/statm`, 'utf8'), readdir(`/proc/${pid}/fd`)]);
    return {pid, name, memory: Number(statm.split(' ')[1]) * PAGE, descriptors: descriptors.length};
  } catch {
    return null;  // it has just ended
  }
}

const total = (list, what) => list.reduce((sum, one) => sum + one[what], 0);

export function watchProcesses({lighttpd}) {
  const samples = [];  // {at, processes: [{pid, name, memory, descriptors}]}
  const latest = () => samples.at(-1).processes;
  return {
    samples,
    latest,
    async sample() {
      const processes = await Promise.all((await functionsOf(lighttpd)).map(measured));
      samples.push({at: Date.now(), processes: processes.filter(Boolean)});
    },
    text() {
      const [memory, descriptors] = ['memory', 'descriptors'].map((what) => total(latest(), what));
      return `${(memory / 2 ** 20).toFixed(0)} MiB, ${descriptors} descriptors in ${latest().length} processes`;
    },
  };
}

const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;

/**
 * For each function: its processes that lived from the first mark to the end, and their sums at 10 %, 50 % and 100 % of the time
 * from `begun` to `ended`, each the median of the samples about it; `peaks`, the most descriptors in each half; `atRest`, those of
 * the last sample; `most`, the memory of the largest process ever. Memory is in bytes.
 */
export function growthOf(samples, begun, ended) {
  const span = ended - begun;
  const about = (part) => samples.filter(({at}) => Math.abs(at - begun - part * span) <= Math.max(0.05 * span, 2500));
  const marks = [0.1, 0.5, 1].map(about);
  const crowds = [...marks.flat(), samples.at(-1)].map(({processes}) => new Set(processes.map(({pid}) => pid)));
  const lived = (pid) => crowds.every((crowd) => crowd.has(pid));
  const names = [...new Set(samples[0].processes.map(({name}) => name))].sort();
  return names.map((name) => {
    const pids = new Set(samples[0].processes.filter((one) => one.name === name && lived(one.pid)).map(({pid}) => pid));
    const sum = ({processes}, what) => total(processes.filter(({pid}) => pids.has(pid)), what);
    const at = (what) => marks.map((mark) => median(mark.map((sample) => sum(sample, what))));
    const most = Math.max(...samples.flatMap(({processes}) => processes.filter((one) => one.name === name).map(({memory}) => memory)));
    const isEarly = (sample) => sample.at < begun + span / 2;
    const peaks = [true, false].map((early) =>
      Math.max(0, ...samples.filter((sample) => isEarly(sample) === early).map((sample) => sum(sample, 'descriptors'))));
    const atRest = sum(samples.at(-1), 'descriptors');
    return {name, processes: pids.size, memory: at('memory'), descriptors: at('descriptors'), peaks, atRest, most};
  });
}
