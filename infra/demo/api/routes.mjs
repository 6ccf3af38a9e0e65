// What the sample API answers. Everything lives in memory, apart for each person.

const MOST_ORDERS = 100;  // of one person; the oldest go
const orders = new Map();  // sub → list

function ordersOf(sub) {
  if (!orders.has(sub)) {
    orders.set(sub, [
      {id: 1, item: 'Door handle, brass', quantity: 2},
      {id: 2, item: 'Coat rack, oak', quantity: 1},
    ]);
  }
  return orders.get(sub);
}

function json(response, status, value) {
  const body = JSON.stringify(value);
  response.writeHead(status, {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)});
  response.end(body);
}

async function bodyOf(request, limit) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function orderFrom(text) {
  try {
    const {item, quantity} = JSON.parse(text);
    const good = typeof item === 'string' && item.length > 0 && item.length <= 100 && Number.isInteger(quantity) && quantity > 0;
    return good ? {item, quantity} : null;
  } catch {
    return null;
  }
}

async function createOrder(request, response, {sub}) {
  const order = orderFrom(await bodyOf(request, 10_000));
  if (!order) return json(response, 400, {error: 'an order is {"item": text, "quantity": whole number}'});
  const list = ordersOf(sub);
  const created = {id: list.at(-1).id + 1, ...order};
  list.push(created);
  if (list.length > MOST_ORDERS) list.shift();
  return json(response, 201, created);
}

function whoami(_request, response, {sub, scope, scheme, expiresAt, fingerprint}) {
  json(response, 200, {sub, scope, token: {fingerprint, scheme, expiresAt}});
}

/** Something that asks for a better log-in than there was (RFC 9470): `?max_age=` seconds, `?acr_values=`. */
function guarded(request, response, {authTime}) {
  const {searchParams} = new URL(request.url, 'http://api');
  const wanted = ['max_age', 'acr_values'].filter((name) => searchParams.has(name));
  const age = Date.now() / 1000 - authTime;
  if (!searchParams.has('acr_values') && age <= Number(searchParams.get('max_age'))) return json(response, 200, {authTime});
  const challenge = wanted.map((name) => `, ${name}="${searchParams.get(name)}"`).join('');
  response.setHeader('www-authenticate', `Bearer realm="sample-api", error="insufficient_user_authentication"${challenge}`);
  return json(response, 401, {error: 'insufficient_user_authentication'});
}

function listOrders(_request, response, {sub}) {
  json(response, 200, {orders: ordersOf(sub)});
}

/** Server-sent events: one tick a second, `?count=` of them (60 unless told). */
function ticks(request, response) {
  const count = Math.min(Number(new URL(request.url, 'http://api').searchParams.get('count')) || 60, 3600);
  response.writeHead(200, {'content-type': 'text/event-stream', 'cache-control': 'no-store'});
  let sent = 0;
  const send = () => {
    sent += 1;
    response.write(`id: ${sent}\ndata: ${JSON.stringify({tick: sent, at: new Date().toISOString()})}\n\n`);
    if (sent >= count) response.end();
  };
  send();
  const timer = setInterval(send, 1000);
  response.on('close', () => clearInterval(timer));
}

const routes = {
  'GET /v1/whoami': whoami,
  'GET /v1/orders': listOrders,
  'POST /v1/orders': createOrder,
  'GET /v1/ticks': ticks,
  'GET /v1/guarded': guarded,
};

export async function answer(request, response, token) {
  const {pathname} = new URL(request.url, 'http://api');
  const route = routes[`${request.method} ${pathname}`];
  if (!route) return json(response, 404, {error: 'no such resource'});
  return route(request, response, token);
}
