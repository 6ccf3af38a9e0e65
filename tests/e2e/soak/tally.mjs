// What happened, counted.

const MOST_STORIES = 20;

const add = (counts, key) => { counts[key] = (counts[key] ?? 0) + 1; };

/** `explain(outcome, begun, ended)`: the name of the fault that accounts for an error, or undefined. */
export function newTally(explain) {
  const tally = {
    requests: 0,
    byKind: {},       // kind → {count, errors, milliseconds: []}
    outcomes: {},     // of every request
    errors: {},       // outcome → {fault or 'unexplained': count}
    unexplained: 0,
    ended: {},        // how sessions were ended on purpose → count
    lost: [],         // sessions that were ended by nobody: stories
    dismissed: 0,     // cookies that were touched though nobody logged out
    revived: [],      // answers to sessions that were ended: stories
    stories: [],      // of what is not explained
  };

  function tell(list, story) {
    if (list.length < MOST_STORIES) list.push({at: new Date().toTimeString().slice(0, 8), ...story});
    else list.length += 1;  // counted, and no more
  }

  function noteError({kind, outcome, begun, ended}) {
    const fault = explain(outcome, begun, ended);
    add(tally.errors[outcome] ??= {}, fault ?? 'unexplained');
    if (fault) return;
    tally.unexplained += 1;
    tell(tally.stories, {kind, outcome, ms: ended - begun});
  }

  return Object.assign(tally, {
    /** A request that was answered, or was not. `good`: as it must be where nothing is wrong. */
    note({kind, outcome, good, begun}) {
      const ended = Date.now();
      const line = tally.byKind[kind] ??= {count: 0, errors: 0, milliseconds: []};
      tally.requests += 1;
      line.count += 1;
      line.milliseconds.push(ended - begun);
      add(tally.outcomes, outcome);
      if (good) return;
      line.errors += 1;
      noteError({kind, outcome, begun, ended});
    },
    noteEnd: (how) => add(tally.ended, how),
    noteLost: (story) => tell(tally.lost, story),
    noteRevived: (story) => tell(tally.revived, story),
    noteDismissed: () => { tally.dismissed += 1; },
    /** How many errors of each outcome so far, as text. */
    errorText() {
      const sums = Object.entries(tally.errors).map(([outcome, causes]) => [outcome, Object.values(causes).reduce((a, b) => a + b, 0)]);
      return sums.sort((a, b) => b[1] - a[1]).map(([outcome, count]) => `${count} × ${outcome}`).join(', ') || 'none';
    },
  });
}
