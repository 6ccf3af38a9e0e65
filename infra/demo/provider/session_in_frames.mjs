// Silent log-ins in a frame of the app need the provider's session cookie on another site's page: SameSite=None, which browsers
// take only with Secure. oidc-provider leaves that out on plain http; browsers take it from a loopback address all the same.

/** Koa middleware around oidc-provider. */
export async function sessionInFrames(ctx, next) {
  await next();
  const cookies = ctx.response.get('set-cookie');
  if (Array.isArray(cookies)) ctx.set('set-cookie', cookies.map((cookie) => cookie.replace(/samesite=none/i, '$&; secure')));
}
