// The tables at the end, and what in them is not as it must be.

import {createReadStream} from 'node:fs';
import {createInterface} from 'node:readline';
import {growthOf} from './processes.mjs';
import {AT_ONCE} from './traffic.mjs';

const MiB = 2 ** 20;

// What a process may add from half time to the end.
const MORE = {part: 0.1, memory: 1 * MiB, descriptors: 12};
// What a function may have: its processes' own, and for each request of the soak that is under way a connection to the web server,
// three files of SQLite, and two calls.
const MOST_DESCRIPTORS = {process: 16, request: 6};

const inMiB = (bytes) => (bytes / MiB).toFixed(1);
const percent = (list, part) => list[Math.min(list.length - 1, Math.floor(part * list.length))] ?? 0;

function show(title, rows) {
  process.stdout.write(`\n${title}\n`);
  if (rows.length === 0) return process.stdout.write('  none\n');
  const columns = [...new Set(rows.flatMap(Object.keys))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? '')))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  const isNumber = columns.map((column) => rows.every((row) => /^[-\d.]*$/.test(String(row[column] ?? ''))));
  for (const line of cells) {
    const text = line.map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('   ');
    process.stdout.write(`  ${text.trimEnd()}\n`);
  }
  return undefined;
}

/** How often the functions logged each event. */
async function eventsIn(path) {
  const events = {};
  for await (const line of createInterface({input: createReadStream(path)})) {
    const event = /"event":"([\w.]+)"/.exec(line)?.[1];
    if (event) events[event] = (events[event] ?? 0) + 1;
  }
  return events;
}

const kindRows = ({byKind}) => Object.entries(byKind).map(([kind, {count, errors, milliseconds}]) => {
  milliseconds.sort((a, b) => a - b);
  const [median, slow] = [0.5, 0.99].map((part) => percent(milliseconds, part));
  return {request: kind, count, errors, 'median ms': median, '99 % ms': slow, 'longest ms': milliseconds.at(-1)};
});

const byCount = (counts) => Object.entries(counts).sort((a, b) => b[1] - a[1]);

const outcomeRows = ({outcomes}) => byCount(outcomes).map(([outcome, count]) => ({answer: outcome, count}));

const errorRows = ({errors}) => Object.entries(errors)
  .flatMap(([error, causes]) => byCount(causes).map(([cause, count]) => ({error, cause, count})));

function faultRows(history, begun) {
  return history.map(({name, from, to}) =>
    ({fault: name, 'at s': Math.round((from - begun) / 1000), 'lasted s': ((to - from) / 1000).toFixed(1)}));
}

/**
 * Pools grow to their bounds when a fault makes many wait, and stay: descriptors are compared where every fault came in the first half;
 * `metAll` says so.
 */
function isGrowing({processes, memory: [, half, end], peaks: [first, second], atRest}, metAll) {
  const grew = (before, after, more) => after > before * (1 + MORE.part) + processes * more;
  const most = Math.max(second, atRest);
  const descriptors = most > processes * MOST_DESCRIPTORS.process + AT_ONCE * MOST_DESCRIPTORS.request
    || (metAll && grew(first, most, MORE.descriptors));
  return {memory: grew(half, end, MORE.memory), descriptors};
}

const growthRows = (growth, metAll) => growth.map((line) => {
  const {memory, descriptors} = isGrowing(line, metAll);
  return {
    function: line.name, processes: line.processes,
    'MiB at 10 %': inMiB(line.memory[0]), '50 %': inMiB(line.memory[1]), '100 %': inMiB(line.memory[2]),
    'largest process': inMiB(line.most),
    'descriptors at 10 %': line.descriptors[0], '50 % ': line.descriptors[1], '100 % ': line.descriptors[2],
    'most in 1st half': line.peaks[0], '2nd half': line.peaks[1], 'at rest': line.atRest,
    verdict: memory || descriptors ? `GROWS: ${[memory && 'memory', descriptors && 'descriptors'].filter(Boolean).join(', ')}` : 'steady',
  };
});

/** [what, value, whether it is as it must be, what it must be]. */
function verdicts({tally, perFunction, provider, events, growth, metAll, ended}) {
  const {sent = 0, ok = 0, failed = 0} = provider.requests.refresh_token ?? {};
  const stored = events['refresh.succeeded'] ?? 0;
  const looks = tally.byKind['after the end']?.count ?? 0;
  const growing = growth.filter((line) => Object.values(isGrowing(line, metAll)).some(Boolean));
  const unseen = growth.filter(({processes}) => processes === 0);
  return [
    ['requests', tally.requests, tally.requests > 0, 'some'],
    ['errors that no fault accounts for', tally.unexplained, tally.unexplained === 0, '0'],
    ['unexpected logouts', tally.lost.length, tally.lost.length === 0, '0'],
    ['cookies dismissed unexpectedly', tally.dismissed, tally.dismissed === 0, '0'],
    ['sessions ended on purpose', ended, ended > 0, 'some'],
    ['requests with their cookies', looks, looks >= 7 * perFunction * ended, 'some of every function, in every process, for each'],
    ['answers that revived one of them', tally.revived.length, tally.revived.length === 0, '0'],
    ['refreshes: token requests', sent, sent > 0, 'some'],
    ['refreshes: refused by the provider', failed, failed <= ended, 'only for sessions that were ended meanwhile'],
    ['refreshes: answered with tokens', ok, ok > 0, 'some'],
    ['refreshes: stored', stored, ok - stored <= ended, 'all but those of sessions that were ended meanwhile'],
    ['refreshes: not stored for the store', events['refresh.not_stored'] ?? 0, !events['refresh.not_stored'], '0'],
    ['functions that grow', growing.length, growing.length === 0, '0'],
    ['functions without a process that lived on', unseen.length, unseen.length === 0, '0'],
  ];
}

/** Prints everything; returns whether all is as it must be. */
export async function closingTable({world, tally, perFunction, faults, list, processes, begun, stopped}) {
  const provider = await world.provider.counts();
  const events = await eventsIn(world.logs.functions);
  const growth = growthOf(processes.samples, begun, stopped);
  const early = faults.history.filter(({to}) => to < (begun + stopped) / 2).map(({name}) => name);
  const metAll = list.every(({name}) => early.includes(name));
  const ended = Object.values(tally.ended).reduce((a, b) => a + b, 0);
  show('Requests', kindRows(tally));
  show('Answers', outcomeRows(tally));
  show('Faults', faultRows(faults.history, begun));
  show('Errors by cause', errorRows(tally));
  show('Sessions ended on purpose', byCount(tally.ended).map(([how, count]) => ({how, count})));
  show('Log lines of the functions', byCount(events).map(([event, count]) => ({event, count})));
  show('Memory and descriptors, of processes that lived from the beginning', growthRows(growth, metAll));
  const stories = {'Errors without a cause': tally.stories, 'Unexpected logouts': tally.lost, 'Revived sessions': tally.revived};
  for (const [title, told] of Object.entries(stories)) if (told.length > 0) show(title, told.filter(Boolean));
  const lines = verdicts({tally, perFunction, provider, events, growth, metAll, ended});
  show('Verdict', lines.map(([what, value, good, must]) => ({what, value, 'must be': must, verdict: good ? 'ok' : 'WRONG'})));
  return lines.every(([, , good]) => good);
}
