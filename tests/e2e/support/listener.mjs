// A page of our origin that may frame the provider and open windows (the demo's own policy allows neither), and that keeps what
// it is told by postMessage.

export async function openListener(context, appUrl) {
  const page = await context.newPage();
  await page.route(`${appUrl}/listener`, (route) => route.fulfill({
    contentType: 'text/html',
    body: '<!doctype html><title>listener</title><script>heard = []; addEventListener("message", '
      + '({origin, data}) => heard.push({origin, data}));</script>',
  }));
  await page.goto(`${appUrl}/listener`);
  return {
    page,
    /** Starts a silent login in a hidden frame. */
    frame: () => page.evaluate(`document.body.append(Object.assign(document.createElement('iframe'),
      {hidden: true, src: '/auth/login?prompt=none&answer=message'}))`),
    /** Opens a small window, and returns it. */
    async open(path) {
      const [popup] = await Promise.all([
        context.waitForEvent('page'),
        page.evaluate((target) => { open(target, 'login', 'width=400,height=500'); }, path),
      ]);
      return popup;
    },
    /** The first message: {origin, data}. */
    async heard() {
      await page.waitForFunction('heard.length > 0');
      return page.evaluate('heard[0]');
    },
  };
}

/** What the callback posts. */
export const loginMessage = (appUrl, error = null) => ({origin: appUrl, data: {source: 'vestibule', loggedIn: error === null, error}});
