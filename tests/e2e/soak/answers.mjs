// What an answer says about the session it was asked with.

const LONGEST = 60_000;  // ms; who has no answer by then counts as having none

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms).unref(); });

/** The answer of `request`, or null where the connection broke; `{status: 0}` where nothing came in a minute. */
export const answerOf = (request) => Promise.race([
  request.catch(() => null),
  pause(LONGEST).then(() => ({status: 0, headers: {}, body: ''})),
]);

/** `200`, `503 store_unavailable`, `broken`, `silent`. */
export function outcomeOf(answer) {
  if (!answer) return 'broken';
  if (answer.status === 0) return 'silent';
  const code = /"code":\s*"(\w+)"/.exec(answer.body)?.[1];
  return code ? `${answer.status} ${code}` : String(answer.status);
}

export function saysLoggedOut(answer) {
  return answer?.status === 401 || (answer?.status === 200 && /"loggedIn":\s*false/.test(answer.body));
}

export function saysLoggedIn(answer) {
  return [200, 201].includes(answer?.status) && !saysLoggedOut(answer);
}

export const touchesCookie = (answer) => answer?.headers['set-cookie'] !== undefined;
