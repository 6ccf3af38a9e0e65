// What `?auth_error=` means to a person, and what to do next.

const sentences = {
  access_denied: ['You did not log in.', 'The log-in was cancelled at the provider. Log in again whenever you like.'],
  login_required: ['You need to log in.', 'The provider no longer knows you. Press “Log in”.'],
  interaction_required: ['The provider has a question for you.', 'Press “Log in” and answer it there.'],
  flow_expired: ['That took a little too long.', 'A log-in must be finished within ten minutes. Please start again.'],
  flow_invalid: ['This log-in cannot be continued.', 'It was begun in another browser, or was already used. Please start again.'],
  provider_error: ['The provider reported a problem.', 'Please try again; if it stays, it is not your fault and the operators should know.'],
  exchange_failed: ['The log-in could not be completed.', 'The provider did not hand over what it promised. Please try again.'],
  identity_rejected: ['The log-in was refused.', 'What the provider said about you could not be verified. Please start again.'],
  unavailable: ['Logging in is not possible right now.', 'A service we need does not answer. Please try again in a moment.'],
};

const unknown = ['Something went wrong while logging in.', 'Please try again.'];

/** Takes `auth_error` out of the address bar; returns [title, text] or null. */
export function takeAuthError() {
  const url = new URL(location.href);
  const code = url.searchParams.get('auth_error');
  if (code === null) return null;
  url.searchParams.delete('auth_error');
  history.replaceState(null, '', url.pathname + url.search + url.hash);
  return Object.hasOwn(sentences, code) ? sentences[code] : unknown;
}
