// What the view of a patient says when the gateway fails, or something stands in between.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createServer } from 'node:http';
import { SCREENS, address, launch, visit } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const [DESK] = SCREENS;
const PATIENT = '/patients/Patient:1';

/** A server in between that passes all on, but answers `/graphql` as it is told. */
async function between(answer) {
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    if (request.url === '/graphql' && answer(response)) return;
    const { connection, host, 'content-length': length, 'accept-encoding': coding, ...headers } = request.headers;
    const answered = await fetch(address + request.url, { method: request.method, headers, body: parts.length ? Buffer.concat(parts) : undefined });
    response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type') });
    response.end(Buffer.from(await answered.arrayBuffer()));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } };
}

const FAULTS = {
  '502 with HTML': [(response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<html><h1>Bad Gateway'), /cannot be reached.*502/],
  'an empty 503': [(response) => response.writeHead(503).end(), /no time now.*503/],
  'a sign-in page': [(response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><form>'), /not from MediMax.*sign-in/],
  'an empty answer': [(response) => response.writeHead(200).end(), /was empty/],
  'an answer that breaks off': [(response) => { response.writeHead(200, { 'content-type': 'application/json', 'content-length': 9_999 }); response.write('{"data":'); setTimeout(() => response.destroy(), 50); }, /broke off/],
  'no answer': [(response) => response.destroy(), /does not answer/],
};

for (const [name, [fail, words]] of Object.entries(FAULTS)) {
  test(`${name} is told in words, and can be tried again`, async () => {
    let failing = true;
    const server = await between((response) => failing && (fail(response), true));
    const page = await browser.newPage({ viewport: DESK.viewport });
    try {
      const errors = [];
      page.on('pageerror', (error) => errors.push(error.stack));
      await page.goto(server.url + PATIENT);
      const alert = page.locator('main [role=alert]').first();
      await alert.waitFor();
      const text = await alert.textContent();
      assert.match(text, words);
      assert.doesNotMatch(text, /Unexpected|JSON|undefined|\bat \w+ \(/);
      failing = false;
      await page.click('text=Try again');
      await page.waitForSelector('.node.condition');
      assert.equal(await page.locator('main [role=alert]').count(), 0);
      assert.deepEqual(errors, []);
    } finally {
      await page.close();
      server.close();
    }
  });
}

test('nobody waits for ever', async () => {
  const held = [];
  const server = await between((response) => held.push(response));
  const page = await browser.newPage({ viewport: DESK.viewport });
  try {
    await page.clock.install();
    await page.goto(server.url + PATIENT);
    await page.waitForSelector('main [role=status]');
    while (!held.length) await new Promise((done) => setTimeout(done, 20));
    await page.clock.fastForward(60_000);
    await page.waitForSelector('main [role=alert]');
    assert.match(await page.locator('main [role=alert]').first().textContent(), /did not answer within \d+ seconds/);
    assert.ok(await page.locator('text=Try again').isVisible());
  } finally {
    await page.close();
    server.close();
  }
});

test('an address that names nobody is answered by a page', async () => {
  for (const written of ['Patient:1%', 'Patient:%FF', 'Patient:abc', '%3Cb%3E']) {
    await visit(browser, DESK, `/patients/${written}`, async (page) => {
      await page.waitForSelector('[role=alert]');
      assert.match(await page.locator('[role=alert]').textContent(), /is not the id of a patient.*Patient:12/);
      assert.equal(await page.locator('[role=alert] a').getAttribute('href'), '/patients/');
    });
  }
});

test('a browser that denies storage gets the page', () =>
  visit(browser, DESK, '/licenses.txt', async (page) => {
    await page.addInitScript(() => Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError'); } }));
    await page.goto(address + PATIENT);
    await page.waitForSelector('.node.condition');
  }));
