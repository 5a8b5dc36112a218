// Log-in and log-out, against gateways of its own: MEDIMAX_TEST_GATEWAY names the program.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { LOOKS, SCREENS, answer, execute, launch, named, spotless, visit, within, write } from './browser.mjs';

const program = process.env.MEDIMAX_TEST_GATEWAY;
assert.ok(program, 'MEDIMAX_TEST_GATEWAY must name the gateway’s program');

const [DESK] = SCREENS;
const PASSWORD = 'correct horse battery staple';
const ADMIN = { email: 'admin@x.example', role: 'ADMIN', name: 'Ada Admin' };
const DOCTOR = { email: 'doctor@x.example', role: 'CLINICIAN', name: 'Dora Doctor' };

const folder = mkdtempSync(join(tmpdir(), 'medimax-log-in-'));
const started = [];
let [browser, closed, demo, free] = [];

/** Starts a gateway; its address, and the lines that it printed until it was ready. */
async function serve(...args) {
  const child = spawn(program, ['serve', '--listen', '127.0.0.1:0', '--demo-patients', '20', ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  const said = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    const [, address] = line.match(/GraphQL +(http:.*)\/graphql/) ?? [];
    if (!address) continue;
    child.stdout.resume();
    return { address, said };
  }
  assert.fail(`the gateway ended before it was ready: ${said}`);
}

function user(...args) {
  const { status, stderr } = spawnSync(program, ['user', ...args, '--data-dir', folder], { input: `${PASSWORD}\n`, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

before(async () => {
  // A store that has an account is not filled by itself.
  assert.equal(spawnSync(program, ['seed', '--patients', '20', '--data-dir', folder]).status, 0);
  user('add', ADMIN.email, '--role', ADMIN.role, '--name', ADMIN.name, '--password-stdin');
  [browser, closed, demo, free] = await Promise.all([launch(), serve('--data-dir', folder), serve('--memory'), serve('--memory', '--no-auth')]);
  // The last administrator cannot be locked.
  user('add', 'second@x.example', '--role', ADMIN.role, '--password-stdin');
  user('add', DOCTOR.email, '--role', DOCTOR.role, '--name', DOCTOR.name, '--doctor', '6', '--password-stdin');
});

after(async () => {
  await browser?.close();
  await Promise.all(started.map(async (child) => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }));
  rmSync(folder, { recursive: true });
});

/** Asks the gateway past the page: the whole answer. */
async function asked(query, token, variables = {}, at = closed.address) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${at}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return response.json();
}

/** A session besides the page's. */
async function tokenOf({ email }) {
  const { data } = await asked('mutation In($email: String!, $password: String!) { logIn(email: $email, password: $password) { accessToken } }', null, { email, password: PASSWORD });
  return data.logIn.accessToken;
}

/** Ends every session of an account, as from elsewhere. */
async function endAll(who) {
  const { data } = await asked('mutation { logOut(everywhere: true) { sessionsEnded } }', await tokenOf(who));
  assert.ok(data.logOut.sessionsEnded > 1);
}

const inside = (path, run) => visit(browser, DESK, path, run, closed.address);
const form = (page) => page.locator('dialog.log-in[open]');
const asker = (page) => page.locator('.account .asker');
const rows = (page) => page.waitForSelector('.rows:not([aria-busy=true]), .empty');

/** Writes into the form, and sends it by Enter. */
async function fill(page, email, password = PASSWORD) {
  await form(page).waitFor();
  await form(page).getByLabel('E-mail address').fill(email);
  await form(page).getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
}

async function enter(page, who = ADMIN) {
  await fill(page, who.email);
  await form(page).waitFor({ state: 'detached' });
  await page.waitForFunction((name) => document.querySelector('.asker')?.textContent.includes(name), who.name);
}

/** Counts the requests whose query matches. */
function counted(page, pattern) {
  const seen = [];
  page.on('request', (request) => request.url().endsWith('/graphql') && pattern.test(request.postDataJSON()?.query ?? '') && seen.push(request));
  return seen;
}

const TOKENS = /eyJ[\w-]+\.[\w-]+|mmr_/;

/** No token is anywhere but in the memory of the page. */
async function nowhere(page, where) {
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state, window.name, document.documentElement.outerHTML]));
  assert.doesNotMatch(kept, TOKENS, where);
  assert.deepEqual(await page.context().cookies(), [], where);
}

/** Rewrites when the tokens of a log-in end. */
const shortLived = (page, milliseconds) =>
  page.route('**/graphql', async (route) => {
    if (!/logIn\(/.test(route.request().postDataJSON().query)) return route.fallback();
    const response = await route.fetch();
    const body = await response.json();
    body.data.logIn.expiresAt = new Date(Date.now() + milliseconds).toISOString();
    return route.fulfill({ response, json: body });
  });

test('a page without a session asks for the log-in, and goes on where it was', () =>
  inside('/patients/#order=NAME_DESC', async (page) => {
    await form(page).waitFor();
    const email = form(page).getByLabel('E-mail address');
    const password = form(page).getByLabel('Password');
    assert.deepEqual(await Promise.all([email, password].map((one) => one.getAttribute('autocomplete'))), ['username', 'current-password']);
    assert.equal(await password.getAttribute('type'), 'password');
    assert.ok(await email.evaluate((one) => one === document.activeElement), 'one can write at once');
    assert.equal(await page.locator('.trouble').count(), 0, 'nothing failed');

    await page.keyboard.press('Enter');
    assert.match(await form(page).getByRole('alert').textContent(), /Write the e-mail address/);
    assert.ok(await email.evaluate((one) => one === document.activeElement && one.getAttribute('aria-invalid') === 'true'));
    await email.fill(ADMIN.email);
    await page.keyboard.press('Enter');
    assert.match(await form(page).getByRole('alert').textContent(), /Write your password/);
    assert.ok(await password.evaluate((one) => one === document.activeElement));

    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    assert.ok(await form(page).isVisible(), 'there is nothing behind it to go back to');

    await fill(page, ADMIN.email, 'wrong');
    await form(page).getByText('No account has this e-mail address and password').waitFor();
    assert.ok(await password.evaluate((one) => one === document.activeElement), 'the next one can be written at once');
    await fill(page, 'nobody@x.example');
    await form(page).getByText('No account has this e-mail address and password').waitFor();

    await enter(page);
    await rows(page);
    assert.match(page.url(), /#order=NAME_DESC$/);
    assert.equal(await page.locator('select[name=order]').inputValue(), 'NAME_DESC');
    assert.match(await asker(page).textContent(), /Ada Admin ADMIN/);
    assert.ok(await page.evaluate(() => document.activeElement.matches('main')), 'what can be read now has the focus');
    assert.equal(await page.getByRole('button', { name: 'Log in' }).count(), 0);
    await nowhere(page, 'after the log-in');
  }));

test('every state of the form is without a violation and within the screen', async () => {
  for (const screen of LOOKS) {
    await visit(browser, screen, '/patients/', async (page) => {
      await form(page).waitFor();
      await spotless(page, named(screen));
      await within(page, named(screen));
      await fill(page, '', '');
      await form(page).getByRole('alert').waitFor();
      await spotless(page, `${named(screen)}, refused`);
    }, closed.address);
    await visit(browser, screen, '/', async (page) => {
      await page.waitForSelector('.graphiql-query-editor .CodeMirror-code');
      await page.click('.account button');
      await form(page).waitFor();
      await form(page).getByLabel('Log in with a token').fill(demo.said.join('\n'));
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Switch' }).waitFor();
      await spotless(page, `${named(screen)}, a role`);
      await within(page, `${named(screen)}, a role`);
      await page.getByRole('button', { name: 'Switch' }).click();
      await form(page).waitFor();
      await spotless(page, `${named(screen)}, roles`);
      await within(page, `${named(screen)}, roles`);
    }, demo.address);
  }
});

test('the seconds to wait are said once, and counted down', () =>
  inside('/patients/', async (page) => {
    const errors = [{ message: 'too many', path: ['logIn'], extensions: { code: 'TOO_MANY_ATTEMPTS', retryAfter: 3 } }];
    await page.route('**/graphql', (route) => (/logIn\(/.test(route.request().postData()) ? route.fulfill({ json: { data: null, errors } }) : route.fallback()));
    await fill(page, ADMIN.email, 'wrong');
    const alert = form(page).getByRole('alert');
    await alert.waitFor();
    assert.match(await alert.textContent(), /Too many log-ins failed.*in 3 seconds/);
    const button = form(page).locator('button[type=submit]');
    assert.equal(await button.getAttribute('aria-disabled'), 'true');
    const sent = counted(page, /logIn\(/);
    await page.keyboard.press('Enter');
    await form(page).getByText('(2 s)', { exact: false }).waitFor();
    assert.match(await alert.textContent(), /in 3 seconds/, 'it is not read aloud each second');
    await form(page).getByText('You can log in now.').waitFor();
    assert.equal(sent.length, 0, 'nothing was sent meanwhile');
    await page.unroute('**/graphql');
    await enter(page);
    await rows(page);
  }));

test('a session goes with the tab, from page to page', () =>
  inside('/patients/', async (page) => {
    await enter(page, DOCTOR);
    await page.reload();
    await rows(page);
    await page.click('.rows .name a');
    await page.waitForSelector('h1:not(.unseen)');
    await nowhere(page, 'a patient');
    await page.click('.bar nav a:text-is("Doctors")');
    await rows(page);
    await page.goBack();
    await page.waitForSelector('h1:not(.unseen)');
    await page.click('.bar nav a:text-is("Playground")');
    await page.waitForSelector('.graphiql-query-editor .CodeMirror-code');
    await execute(page);
    await nowhere(page, 'the playground');
    await page.click('.asker a');
    await page.waitForURL('**/doctors/Doctor:6');
    assert.match(await asker(page).textContent(), /Dora Doctor CLINICIAN/);
    assert.equal(await form(page).count(), 0);
  }));

test('another tab has no session, and a duplicated one ends none', () =>
  inside('/patients/', async (page) => {
    await shortLived(page, 1_000);
    await enter(page);
    await rows(page);
    const beside = await page.context().newPage();
    await beside.goto(page.url());
    await form(beside).waitFor();
    // A window that a page opens begins with a copy of its storage, as a duplicated tab does.
    const opened = page.waitForEvent('popup');
    await page.evaluate(() => { open(location.href); });
    const copy = await opened;
    await form(copy).waitFor();
    await page.waitForTimeout(1_000);
    const refreshed = counted(page, /refreshSession/);
    await page.fill('input[name=search]', 'a');
    await page.waitForFunction(() => location.hash.includes('search=a'));
    await rows(page);
    await page.reload();
    await rows(page);
    assert.equal(refreshed.length, 1, 'the session of the first goes on');
    assert.equal(await form(page).count(), 0);
  }));

test('what the page before handed on is taken within a minute, and once', () =>
  inside('/patients/', async (page) => {
    await enter(page);
    await rows(page);
    const onTheWay = () => page.evaluate(() => sessionStorage.getItem('medimax:session'));
    await page.goto(`${closed.address}/licenses.txt`);
    assert.match(await onTheWay(), TOKENS, 'this page takes nothing');
    await page.goto(`${closed.address}/patients/`);
    await rows(page);
    assert.equal(await onTheWay(), null);
    await page.goto(`${closed.address}/licenses.txt`);
    await page.evaluate(() => {
      const handed = JSON.parse(sessionStorage.getItem('medimax:session'));
      sessionStorage.setItem('medimax:session', JSON.stringify({ ...handed, at: handed.at - 61_000 }));
    });
    await page.goto(`${closed.address}/patients/`);
    await form(page).waitFor();
    assert.equal(await onTheWay(), null);
  }));

test('a session that ended elsewhere asks for the log-in, and costs nothing that was written', () =>
  inside('/patients/', async (page) => {
    await enter(page);
    await rows(page);
    await page.click('summary');
    await endAll(ADMIN);
    await page.fill('input[name=search]', 'm');
    await form(page).getByText('Your session has ended').waitFor();
    assert.equal(await page.locator('.trouble').count(), 0);
    assert.equal(await form(page).getByLabel('E-mail address').inputValue(), ADMIN.email);
    assert.ok(await form(page).getByLabel('Password').evaluate((one) => one === document.activeElement));
    const loaded = await page.evaluate(() => performance.timeOrigin);
    await enter(page);
    await rows(page);
    assert.equal(await page.evaluate(() => performance.timeOrigin), loaded, 'the page was not loaded anew');
    assert.equal(await page.inputValue('input[name=search]'), 'm');
    assert.ok(await page.locator('details.behind').evaluate((one) => one.open));
    assert.ok(await page.locator('input[name=search]').evaluate((one) => one === document.activeElement), 'one writes on');

    user('lock', ADMIN.email);
    await page.fill('input[name=search]', 'mi');
    await fill(page, ADMIN.email);
    await form(page).getByText('or it is locked').waitFor();
    user('unlock', ADMIN.email);
    await enter(page);
    await page.waitForFunction(() => location.hash.includes('search=mi'));
  }));

test('who logs in where somebody else did gets a page of their own', () =>
  inside('/patients/', async (page) => {
    await enter(page);
    await rows(page);
    const loaded = await page.evaluate(() => performance.timeOrigin);
    await endAll(ADMIN);
    await page.fill('input[name=search]', 'a');
    await form(page).waitFor();
    await enter(page, DOCTOR);
    await rows(page);
    assert.notEqual(await page.evaluate(() => performance.timeOrigin), loaded);
  }));

test('after the log-out nothing is left, and nothing comes back', () =>
  inside('/patients/', async (page) => {
    let token;
    page.on('request', (request) => { token = request.headers().authorization ?? token; });
    await enter(page);
    await rows(page);
    await page.click('.rows .name a');
    await page.waitForSelector('h1:not(.unseen)');
    await page.click('.bar nav a:text-is("Patients")');
    await rows(page);
    await page.fill('input[name=search]', 'm');
    await page.waitForFunction(() => location.hash.includes('search=m'));
    await page.click('text=Log out');
    await form(page).getByText('You have logged out.').waitFor();
    assert.equal(new URL(page.url()).hash, '');
    assert.equal(await page.locator('.rows').count(), 0);
    await nowhere(page, 'after the log-out');
    const { errors } = await asked('{ me { role } }', token.slice('Bearer '.length));
    assert.equal(errors[0].extensions.code, 'UNAUTHENTICATED', 'the gateway ended it too');
    for (let step = 0; step < 2; step++) {
      await page.goBack();
      await form(page).waitFor();
      assert.equal(await page.locator('.rows, .who').count(), 0);
    }
    await page.goto('about:blank');
    await page.goto(`${closed.address}/patients/`);
    await form(page).waitFor();
  }));

test('the session is renewed in time, once for all who wait', () =>
  inside('/patients/Patient:1', async (page) => {
    await shortLived(page, 1_000);
    await enter(page);
    await page.waitForSelector('.node.condition');
    // What is asked late would renew it before anybody counts.
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(1_000);
    const refreshed = counted(page, /refreshSession/);
    const refused = [];
    page.on('response', (response) => response.status() === 401 && refused.push(response));
    await page.click('#tab-Table');
    await page.click('#tab-Vitals');
    await page.waitForSelector('#view[data-view=Vitals][aria-busy=false]');
    assert.equal(refreshed.length, 1);
    assert.deepEqual(refused, []);
    assert.equal(await page.locator('.trouble').count(), 0);
  }));

test('what was refused is asked again after one renewal, and a mutation is done once', () =>
  inside('/', async (page) => {
    let first;
    let refused = 0;
    const [refreshed, done] = [counted(page, /refreshSession/), []];
    await enter(page);
    await page.waitForSelector('.graphiql-query-editor .CodeMirror-code');
    await page.route('**/graphql', async (route) => {
      const { authorization } = route.request().headers();
      if (!authorization) return route.fallback();
      first ??= authorization;
      if (authorization === first) {
        refused += 1;
        return route.fulfill({ status: 401, json: { errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] } });
      }
      if (/addSpecialty/.test(route.request().postData())) done.push(route.request());
      return route.fallback();
    });
    const name = `Made ${Date.now()}`;
    await write(page, 'query', `mutation Once { addSpecialty(input: { name: "${name}" }) { specialty { id } } }`);
    await page.click('.graphiql-execute-button');
    await page.waitForSelector('.graphiql-response .came');
    assert.match(await page.locator('.came').textContent(), /Answered/, await answer(page));
    assert.equal(refused, 1);
    assert.equal(refreshed.length, 1);
    assert.equal(done.length, 1);
    // Many at once: each is refused, and all wait for one.
    await page.unroute('**/graphql');
    await page.goto(`${closed.address}/patients/Patient:1`);
    await page.waitForSelector('.node.condition');
    let now;
    await page.route('**/graphql', (route) => {
      const { authorization } = route.request().headers();
      now ??= authorization;
      return authorization && authorization === now ? route.fulfill({ status: 401, json: { errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] } }) : route.fallback();
    });
    await page.click('#tab-Table');
    await page.waitForSelector('#view[data-view=Table][aria-busy=false]');
    assert.equal(refreshed.length, 2);
    assert.equal(await form(page).count(), 0);
  }));

test('a gateway that does not answer a renewal ends no session', () =>
  inside('/patients/', async (page) => {
    await shortLived(page, 1_000);
    await enter(page);
    await rows(page);
    await page.waitForTimeout(1_200);
    await page.route('**/graphql', (route) => route.abort('connectionrefused'));
    await page.fill('input[name=search]', 'm');
    await page.locator('.trouble').waitFor();
    assert.match(await page.locator('.trouble').first().textContent(), /does not answer/);
    await page.unroute('**/graphql');
    await page.click('.trouble button');
    await rows(page);
    assert.equal(await form(page).count(), 0);
  }));

test('the header of the playground’s own editor wins, and no header is kept', () =>
  inside('/', async (page) => {
    await enter(page);
    await page.waitForSelector('.graphiql-query-editor .CodeMirror-code');
    const authorization = `Bearer ${await tokenOf(DOCTOR)}`;
    await page.click('button:text-is("Headers")');
    await page.evaluate((text) => document.querySelectorAll('.graphiql-editor-tool .CodeMirror')[1].CodeMirror.setValue(text), JSON.stringify({ Authorization: authorization }));
    await write(page, 'query', '{ me { email role } graphStatus { available } }');
    const response = await execute(page);
    assert.equal(response.request().headers().authorization, authorization);
    const { data, errors } = JSON.parse(await answer(page));
    assert.deepEqual([data.me.email, errors[0].extensions.code], [DOCTOR.email, 'FORBIDDEN']);
    assert.match(await page.locator('.faults').textContent(), /FORBIDDEN.*Your role does not allow it/);
    await page.waitForTimeout(1_000);
    await nowhere({ evaluate: () => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])), context: () => page.context() }, 'with a header');
    assert.match(await asker(page).textContent(), /Ada Admin/, 'the page is whose it was');
    // Neither is a password that somebody writes there.
    await write(page, 'query', 'mutation Mine { logIn(email: "a@x.example", password: "not to be kept") { role } }');
    await page.waitForTimeout(1_500);
    assert.doesNotMatch(await page.evaluate(() => JSON.stringify({ ...localStorage })), /not to be kept/);
  }));

test('the playground is of use without a log-in to who brings a token', () =>
  inside('/', async (page) => {
    await form(page).getByRole('button', { name: 'Not now' }).click();
    await page.getByText('It is not known who asks.').waitFor();
    await write(page, 'query', '{ me { email } }');
    await page.click('.graphiql-execute-button');
    await form(page).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForSelector('.graphiql-response .came');
    assert.match(await page.locator('.faults').textContent(), /UNAUTHENTICATED/);
    await page.click('button:text-is("Headers")');
    await page.evaluate((text) => document.querySelectorAll('.graphiql-editor-tool .CodeMirror')[1].CodeMirror.setValue(text), JSON.stringify({ authorization: `Bearer ${await tokenOf(DOCTOR)}` }));
    await page.waitForTimeout(500);
    await execute(page);
    assert.equal(JSON.parse(await answer(page)).data.me.email, DOCTOR.email);
    await page.getByRole('button', { name: 'Log in' }).click();
    await enter(page);
    await page.locator('.panel .trouble').waitFor({ state: 'detached' });
  }));

test('in the demo everybody is an administrator, and pasted tokens are other roles', () =>
  visit(browser, DESK, '/patients/', async (page) => {
    await rows(page);
    assert.equal(await asker(page).textContent(), 'Everybody, as ADMIN');
    const all = await page.locator('.rows .name a').count();
    await page.getByRole('button', { name: 'Log in' }).click();
    const token = form(page).getByLabel('Log in with a token');
    assert.ok(await token.evaluate((one) => one === document.activeElement));
    await token.fill('not a token');
    await page.keyboard.press('Enter');
    await form(page).getByText('That is no access token').waitFor();
    await token.fill(`${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`);
    await page.keyboard.press('Enter');
    await form(page).getByText('does not take this token').waitFor();
    await page.keyboard.press('Escape');
    await form(page).waitFor({ state: 'detached' });
    assert.ok(await page.getByRole('button', { name: 'Log in' }).evaluate((one) => one === document.activeElement), 'back to where one was');

    await page.getByRole('button', { name: 'Log in' }).click();
    const tokens = ['CLINICIAN', 'PATIENT'].map((role) => demo.said.find((line) => line.trim().startsWith(role)));
    for (const [line, name] of [[tokens[0], 'Demo clinician'], [tokens[1], 'Demo patient']]) {
      if (!(await form(page).count())) await page.getByRole('button', { name: 'Switch' }).click();
      await form(page).getByLabel('Log in with a token').fill(line);
      await form(page).getByRole('button', { name: 'Log in with the token' }).click();
      await asker(page).getByText(name).waitFor();
      await rows(page);
      await nowhere(page, name);
    }
    assert.equal(await page.locator('.rows .name a').count(), 1, 'a patient sees one');
    await page.getByRole('button', { name: 'Switch' }).click();
    assert.deepEqual(await form(page).locator('.roles button[aria-pressed=true]').allTextContents(), ['Demo patient PATIENT']);
    await form(page).getByRole('button', { name: 'Demo clinician' }).click();
    await asker(page).getByText('Demo clinician').waitFor();
    await rows(page);
    await page.reload();
    await asker(page).getByText('Demo clinician').waitFor();
    await page.getByRole('button', { name: 'Switch' }).click();
    await form(page).getByRole('button', { name: 'Everybody' }).click();
    await asker(page).getByText('Everybody, as ADMIN').waitFor();
    await rows(page);
    assert.equal(await page.locator('.rows .name a').count(), all);
    await page.getByRole('button', { name: 'Log in' }).click();
    await form(page).getByRole('button', { name: 'Demo patient' }).click();
    await asker(page).getByText('Demo patient').waitFor();
    await page.click('text=Log out');
    await asker(page).getByText('Everybody, as ADMIN').waitFor();
    await page.getByRole('button', { name: 'Log in' }).click();
    assert.equal(await form(page).locator('.roles').count(), 0, 'the tokens are forgotten too');
  }, demo.address));

test('no page breaks for any role', async () => {
  const pages = ['/patients/', '/patients/Patient:1', '/patients/Patient:1#care', '/patients/Patient:1#table', '/patients/Patient:20', '/doctors/', '/doctors/Doctor:6', '/institutions/', '/institutions/Institution:1'];
  for (const role of ['CLINICIAN', 'PATIENT']) {
    await visit(browser, DESK, '/patients/', async (page) => {
      await page.getByRole('button', { name: 'Log in' }).click();
      await form(page).getByLabel('Log in with a token').fill(demo.said.find((line) => line.trim().startsWith(role)));
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Log out' }).waitFor();
      for (const path of pages) {
        await page.goto('about:blank').catch(() => {});
        await page.goto(demo.address + path);
        await page.waitForSelector('main h1');
        await page.waitForFunction(() => !/Reading/.test(document.querySelector('main').textContent));
        assert.match(await asker(page).textContent(), new RegExp(role), path);
        const said = await page.locator('main').textContent();
        assert.doesNotMatch(said, /undefined|null|\[object/, `${role}, ${path}`);
        if (role === 'PATIENT' && path.endsWith(':20')) assert.match(said, /no patient with the id Patient:20 among those whom you may see/);
      }
    }, demo.address);
  }
});

test('in the demo too a session that ended makes nobody an administrator unasked', () =>
  visit(browser, DESK, '/patients/', async (page) => {
    const token = demo.said.find((line) => line.trim().startsWith('ADMIN')).trim().split(/ +/)[1];
    await page.getByRole('button', { name: 'Log in' }).click();
    await form(page).getByLabel('Log in with a token').fill(token);
    await page.keyboard.press('Enter');
    await asker(page).getByText('Demo administrator').waitFor();
    await rows(page);
    const { data } = await asked('mutation { logOut { sessionsEnded } }', token, {}, demo.address);
    assert.equal(data.logOut.sessionsEnded, 1);
    await page.fill('input[name=search]', 'm');
    await form(page).getByText('Your session has ended').waitFor();
    await page.waitForTimeout(500);
    assert.ok(await form(page).isVisible());
    await form(page).getByRole('button', { name: 'Everybody, as ADMIN' }).click();
    await asker(page).getByText('Everybody, as ADMIN').waitFor();
    await rows(page);
    assert.match(page.url(), /#search=m$/);
  }, demo.address));

test('where nobody logs in there is nothing to log in with', () =>
  visit(browser, DESK, '/patients/', async (page) => {
    await rows(page);
    await asker(page).getByText('Everybody, as ADMIN').waitFor();
    await page.waitForTimeout(500);
    assert.equal(await page.locator('.account button').count(), 0);
  }, free.address));
