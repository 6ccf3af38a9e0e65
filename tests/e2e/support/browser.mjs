// Chromium, and what a person does with it.

import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {chromium} from 'playwright-core';

const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
];

const program = {executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: flags};

/** A browser with a fresh profile; `close()` ends it. */
export function startBrowser() {
  return chromium.launch(program);
}

// A page that a test makes up counts as one of the internet, which may not reach this machine without being allowed to.
const asEverywhere = {permissions: ['local-network-access']};

/** A person: own cookies, own tabs. `open()` gives a tab that shows the app. `options`: Playwright's, of a context. */
export async function newPerson(browser, appUrl, options = {}) {
  return person(await browser.newContext({...asEverywhere, ...options}), appUrl);
}

/** A person with a browser of their own, which lets frames of other sites have their cookies; those of newPerson do not. */
export async function newPersonWithThirdPartyCookies(appUrl, profile) {
  await mkdir(join(profile, 'Default'), {recursive: true});
  await writeFile(join(profile, 'Default/Preferences'), JSON.stringify({profile: {cookie_controls_mode: 0}}));
  return person(await chromium.launchPersistentContext(profile, {...program, ...asEverywhere}), appUrl);
}

function person(context, appUrl) {
  context.setDefaultTimeout(15_000);
  return {
    context,
    async open(path = '/') {
      const page = await context.newPage();
      await page.goto(appUrl + path);
      return page;
    },
    /** The value of the session cookie, or undefined. */
    async sessionCookie() {
      const cookies = await context.cookies(appUrl);
      return cookies.find(({name}) => name === '__Host-Http-session')?.value;
    },
    leave: () => context.close(),
  };
}

export const button = (page, name, options = {}) => page.getByRole('button', {name, ...options});

export async function seesLoggedIn(page) {
  await page.locator('body[data-session="in"]').waitFor();
}

export async function seesLoggedOut(page) {
  await page.locator('body[data-session="out"]').waitFor();
}

/** From the app to the provider's page, where `who` is pressed, and back. */
export async function logIn(page, who = 'Alice Adams') {
  await startLogIn(page);
  await continueAs(page, who);
  await seesLoggedIn(page);
}

export async function startLogIn(page) {
  await button(page, 'Log in').click();
  await page.getByRole('heading', {name: 'Log in', exact: true}).waitFor();
}

export async function continueAs(page, who) {
  await button(page, `Continue as ${who}`).click();
}

/** Presses a button of the API panel and returns the newest answer's text. */
export async function callApi(page, name) {
  const answers = page.getByRole('list', {name: 'Answers of the API'});
  const before = await answers.locator('[data-number]').evaluateAll((items) => Number(items[0]?.dataset.number ?? 0));
  await button(page, name, {exact: true}).click();
  const newest = answers.locator(`[data-number="${before + 1}"]`);
  await newest.waitFor();
  return newest.innerText();
}
