// The session counting down. The server tells seconds once; the clock on the page does the rest.

const dials = {
  access: {member: 'accessTokenExpiresIn', full: 1},
  idle: {member: 'idleExpiresIn', full: 1},
  absolute: {member: 'expiresIn', full: 1},
};

let heardAt = 0;
let session = null;

function duration(seconds) {
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${String(Math.floor(seconds % 3600 / 60)).padStart(2, '0')} m`;
  if (seconds >= 60) return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
  return `${seconds} s`;
}

function left(member) {
  const seconds = session[member];
  if (typeof seconds !== 'number') return null;
  return Math.max(0, Math.round(seconds - (performance.now() - heardAt) / 1000));
}

function draw() {
  if (!session) return;
  for (const [name, dial] of Object.entries(dials)) {
    const seconds = left(dial.member);
    document.querySelector(`[data-field="${name}-left"]`).textContent = seconds === null ? '–' : duration(seconds);
    const share = seconds === null ? 0 : Math.min(1, seconds / dial.full);
    document.querySelector(`[data-dial="${name}"] .hand`).setAttribute('stroke-dashoffset', String(1 - share));
  }
  document.querySelector('[data-field="access-hint"]').textContent = left('accessTokenExpiresIn') > 0
    ? 'The access token is on the server; you only see how long it lives.'
    : 'The access token has run out. The next API call gets a new one, without you noticing.';
}

/** Shows a `session` object of checksession, heard just now; null stops the clock. */
export function showSession(heard) {
  session = heard;
  heardAt = performance.now();
  if (!heard) return;
  for (const dial of Object.values(dials)) dial.full = Math.max(dial.full, heard[dial.member] ?? 0);
  draw();
}

/** Seconds until the session is over if nothing happens, or null. */
export function secondsLeft() {
  return session && Math.min(left('idleExpiresIn') ?? Infinity, left('expiresIn') ?? Infinity);
}

setInterval(draw, 1000);
