// The provider's own pages: plain HTML, one stylesheet, a real button to click. No script at all.

import {accountIds, person} from './accounts.mjs';

const escapes = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;'};
const escape = (text) => String(text).replace(/[&<>"']/g, (c) => escapes[c]);

function page(title, body) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · Demo ID</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
<p class="brand"><span aria-hidden="true">◆</span> Demo ID</p>
${body}
<footer>This is the OpenID provider, another website than the app you came from.</footer>
</main>
</body>
</html>
`;
}

export function loginPage({uid, clientName}) {
  const buttons = accountIds().map((id) => `
<button name="account" value="${escape(id)}">
<span class="portrait" aria-hidden="true">${escape(person(id).name[0])}</span>
<span><strong>Continue as ${escape(person(id).name)}</strong><small>${escape(person(id).email)}</small></span>
</button>`).join('');
  return page('Log in', `<h1>Log in</h1>
<p>to continue to <strong>${escape(clientName)}</strong></p>
<form method="post" action="/interaction/${escape(uid)}/login">${buttons}
</form>
<form method="post" action="/interaction/${escape(uid)}/cancel">
<button class="quiet">Cancel and go back</button>
</form>`);
}

export function registrationPage({uid, clientName}) {
  return page('Create an account', `<h1>Create an account</h1>
<p>to continue to <strong>${escape(clientName)}</strong></p>
<form method="post" action="/interaction/${escape(uid)}/create">
<label>Your name <input name="name" required maxlength="40" autocomplete="off"></label>
<button class="primary">Create the account</button>
</form>
<form method="post" action="/interaction/${escape(uid)}/cancel">
<button class="quiet">Cancel and go back</button>
</form>`);
}

/** @param form the hidden form with its cross-site token that oidc-provider makes; its id is `op.logoutForm` */
export function logoutPage(form) {
  return page('Log out', `<h1>Log out here too?</h1>
<p>You are logged out of the app. You are still logged in at Demo ID.</p>
${form}
<button class="primary" type="submit" form="op.logoutForm" name="logout" value="yes">Yes, log me out</button>
<button class="quiet" type="submit" form="op.logoutForm">No, stay logged in at Demo ID</button>`);
}

export function loggedOutPage(appUrl) {
  return page('Logged out', `<h1>You are logged out</h1><p><a href="${escape(appUrl)}/">Back to the app</a></p>`);
}

export function errorPage(error) {
  return page('Something is not right', `<h1>This did not work</h1>
<p>The log-in could not be continued (<code>${escape(error)}</code>). It may be too old, or was already finished in another tab.</p>
<p>Go back to the app and start again.</p>`);
}
