// The people who can log in at the demo provider. There are no passwords: a demo secret in a repository teaches a bad
// habit, and the click on the provider's own page is what matters (it makes the way back a cross-site navigation).

const people = new Map([
  ['alice', {name: 'Alice Adams', email: 'alice@example.com', role: 'buyer'}],
  ['bob', {name: 'Bob Brown', email: 'bob@example.com', role: 'seller'}],
]);

export function accountIds() {
  return [...people.keys()];
}

export function person(id) {
  return people.get(id);
}

/** A new account for somebody of this name; its id, or null where the name will not do. */
export function register(name) {
  if (!/^\p{Letter}[\p{Letter} ]{0,39}$/u.test(name ?? '') || people.size >= 100) return null;
  const id = `new-${people.size + 1}`;
  people.set(id, {name, email: `${id}@example.com`, role: 'buyer'});
  return id;
}

/** What oidc-provider asks for: an account, or undefined for a stranger. */
export function findAccount(_ctx, id) {
  const found = people.get(id);
  if (!found) return undefined;
  return {
    accountId: id,
    claims: () => ({sub: id, name: found.name, email: found.email, email_verified: true}),
  };
}
