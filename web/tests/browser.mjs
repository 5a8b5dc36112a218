// A real browser for the tests: Debian's Chromium, led by playwright-core. The packages may stand outside the source
// tree: MEDIMAX_TEST_WEB_MODULES names their node_modules.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const folder = process.env.MEDIMAX_TEST_WEB_MODULES;
const require = createRequire(folder ? resolve(folder, 'from-here.js') : import.meta.url);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const address = process.env.MEDIMAX_TEST_ADDRESS ?? 'http://127.0.0.1:8080';

/** Longer than anything here takes on a busy machine. */
const PATIENCE = 120_000;

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
export const SCREENS = [DESK, PHONE].flatMap((viewport) =>
  ['light', 'dark'].map((colorScheme) => ({ viewport, colorScheme, hasTouch: viewport === PHONE })),
);

/** The screens that everything is tried on: one, or all in the long run. */
export const TRIED = process.env.MEDIMAX_TEST_FULL ? SCREENS : SCREENS.slice(0, 1);

/** Width, scheme and forced colours, in which everything is looked at: all of them in the long run. */
export const LOOKS = (process.env.MEDIMAX_TEST_FULL
  ? [1400, 768, 320].flatMap((width) => [['light', 'none'], ['dark', 'none'], ['light', 'active'], ['dark', 'active']].map((look) => [width, ...look]))
  : [[1400, 'light', 'none'], [768, 'dark', 'none'], [320, 'light', 'none'], [320, 'dark', 'active']]
).map(([width, colorScheme, forcedColors]) => ({ viewport: { width, height: 800 }, colorScheme, forcedColors }));

export const named = ({ viewport, colorScheme, forcedColors }) =>
  `${viewport.width}×${viewport.height}, ${colorScheme}${forcedColors === 'active' ? ', forced colours' : ''}`;

export const launch = () =>
  chromium.launch({
    executablePath: process.env.MEDIMAX_TEST_CHROMIUM ?? '/usr/bin/chromium',
    // Tests may run as root and in a container with a small /dev/shm.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });

/** Opens a page of a gateway, runs the test in it, and fails if the page broke a rule meanwhile. */
export async function visit(browser, screen, path, test, at = address) {
  const context = await browser.newContext({ ...screen, permissions: ['clipboard-read', 'clipboard-write'] });
  const faults = [];
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => faults.push(`an error: ${error.stack}`));
    page.on('request', (request) => {
      const outside = !request.url().startsWith(at) && !request.url().startsWith('data:');
      if (outside) faults.push(`a request to ${request.url()}`);
    });
    page.on('console', (message) => {
      // That an answer failed or had a status of 400 is said there too; what the policy refuses is, above all.
      const wrong = message.type() === 'error' && !message.text().startsWith('Failed to load resource');
      if (wrong) faults.push(`on the console: ${message.text()}`);
    });
    await page.goto(at + path);
    await test(page);
    assert.deepEqual(faults, []);
  } finally {
    // A request that is still held back ends with its page: that is no fault.
    for (const page of context.pages()) await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  }
}

/** Waits until all of the record has come and is drawn where it stays. The drawing of a part of the record settles too. */
export const settled = (page) => page.waitForSelector('#view[aria-busy=false] .drawing > svg[data-settled]');

/** No violation of accessibility, or only those that axe-core calls serious or critical. */
export async function accessible(page, { all = false } = {}) {
  // By the debugger, which the page's policy does not bind.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const serious = violations.filter(({ impact }) => all || impact === 'serious' || impact === 'critical');
  const told = serious.map(({ id, nodes }) => `${id}:\n${nodes.map(({ html, any }) => `  ${html.slice(0, 300)} ${any[0]?.message ?? ''}`).join('\n')}`);
  assert.equal(told.join('\n'), '');
}

/** No violation of accessibility at all in a state that is named. */
export const spotless = (page, where) =>
  accessible(page, { all: true }).catch((error) => { throw new Error(`${where}: ${error.message}`); });

/** Nothing stands beside the screen. */
export async function within(page, where) {
  const across = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(across <= 0, `${where}: ${across} pixels stand beside the screen`);
}

/** Ways in which a gateway fails, as a page meets them: what to do with a request, and what the page then says. */
export const FAILURES = {
  'nobody listens': [(route) => route.abort('connectionrefused'), /does not answer/],
  '502 with HTML': [(route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<html><h1>Bad Gateway</h1></html>' }), /502/],
  'an empty 503': [(route) => route.fulfill({ status: 503, body: '' }), /503/],
  'a sign-in page': [(route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<!doctype html><title>Sign in</title>' }), /sign-in/],
  'a cut answer': [(route) => route.fulfill({ status: 200, contentType: 'application/json', body: '{"data":{"patients":{"no' }), /not from MediMax/],
};

/** A browser that keeps nothing: storage throws wherever it is touched. */
export const denyStorage = (page) => page.addInitScript(() => {
  Object.defineProperty(globalThis, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError'); } });
});

/** What no page says to people: words of a parser or of a stack. */
export async function inWords(page, where) {
  const text = await page.evaluate(() => document.body.innerText);
  assert.ok(!/Unexpected token|is not valid JSON|SyntaxError|TypeError|\.js:\d/.test(text), `${where}: ${text}`);
}

/** Marks that turn the direction of text. The gateway takes none in a name; another program may have stored them. So they are written
 * as marks of nobody's, and are what they are meant to be where a page reads them. */
const TURNING = { '\u202e': '\ue02e', '\u2066': '\ue066', '\u2069': '\ue069' };
const turned = (text, marks) => Object.entries(marks).reduce((so_far, [from, to]) => so_far.replaceAll(from, to), text);
export const storable = (input) => JSON.parse(turned(JSON.stringify(input), TURNING));
export const asStored = (page) =>
  page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    const back = Object.fromEntries(Object.entries(TURNING).map(([mark, instead]) => [instead, mark]));
    await route.fulfill({ response, body: turned(await response.text(), back) });
  });

/** Asks the gateway, past the page. */
export async function gateway(query, variables = {}) {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

/** Puts a text into one of GraphiQL's editors, and waits until GraphiQL knows. */
export async function write(page, editor, text) {
  await page.evaluate(([editor, text]) => {
    const of = { query: '.graphiql-query-editor', variables: '.graphiql-editor-tool' }[editor];
    document.querySelector(`${of} .CodeMirror`).CodeMirror.setValue(text);
  }, [editor, text]);
  await page.waitForTimeout(300);
}

/** Whether a page asks by itself who it is. */
export const isOwn = (request) => /^query Me /.test(request.postDataJSON()?.query ?? '');

/** Runs what stands in the editor, and waits for what came of it. */
export async function execute(page, how = () => page.click('.graphiql-execute-button')) {
  const answered = page.waitForResponse((response) => response.url().endsWith('/graphql') && !isOwn(response.request()));
  await how();
  const response = await answered;
  await page.waitForSelector('.graphiql-response .came');
  await page.waitForTimeout(100);
  return response;
}

/** What stands in the answer. */
export const answer = (page) => page.evaluate(() => document.querySelector('.graphiql-response .CodeMirror').CodeMirror.getValue());
