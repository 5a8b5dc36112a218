// The access log on the pages: who has looked at a patient's record, and the log of everybody for administrators.
// Against a gateway that asks for a log-in, which MEDIMAX_TEST_GATEWAY names, and the one at MEDIMAX_TEST_ADDRESS.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { FAILURES, LOOKS, SCREENS, TRIED, gateway, inWords, launch, named, spotless, visit, within } from './browser.mjs';
import { ADMIN, PATIENT, PASSWORD, closed } from './closed.mjs';

const [DESK] = SCREENS;
const PHONE = SCREENS.find(({ viewport }) => viewport.width === 390);
const SMALL = { viewport: { width: 320, height: 800 } };
/** A name that would be markup, and turns the text behind it. */
const DOCTOR = { email: 'doctor@x.example', role: 'CLINICIAN', name: '<b>Dora</b> "&amp; שלום Doctor' };

let [browser, own, at, id, other] = [];

const asked = (query, who, variables) => own.asked(query, who, variables);
const told = (query, who, variables) => own.told(query, who, variables);

before(async () => {
  [browser, own] = await Promise.all([launch(), closed('access')]);
  at = own.at;
  // A doctor with a patient of today, and another patient.
  const { doctors } = await told('{ doctors(first: 50) { nodes { doctorId assignments(filter: {isActive: {eq: true}}) { nodes { patient { id patientId } } } } } }', ADMIN);
  const doctor = doctors.nodes.find(({ assignments }) => assignments.nodes.length > 0);
  const { patient } = doctor.assignments.nodes[0];
  id = patient.id;
  const { patients } = await told('{ patients(first: 20) { nodes { id } } }', ADMIN);
  other = patients.nodes.find((one) => one.id !== id).id;
  own.user(DOCTOR, '--doctor', String(doctor.doctorId));
  own.user(PATIENT, '--patient', String(patient.patientId));
});

after(async () => {
  await browser?.close();
  await own?.stop();
});

const plain = (text) => text.replace(/[\u2066-\u2069]/g, '').replace(/\s+/g, ' ').trim();
const textOf = async (locator) => plain(await locator.innerText());
const LOG = /accessLog|accessEvents/;

/** Requests of the log that a page sends. */
function counted(page) {
  const seen = [];
  page.on('request', (request) => request.url().endsWith('/graphql') && LOG.test(request.postDataJSON()?.query ?? '') && seen.push(request.postDataJSON()));
  return seen;
}

/** Visits a page of the closed gateway as somebody. */
const as = (who, path, run, screen = DESK) =>
  visit(browser, screen, path, async (page) => {
    const form = page.locator('dialog.log-in[open]');
    await form.waitFor();
    const seen = counted(page);
    await form.getByLabel('E-mail address').fill(who.email);
    await form.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await form.waitFor({ state: 'detached' });
    await page.locator('.account .asker', { hasText: who.name }).waitFor();
    await run(page, seen);
  }, at);

/** Rewrites the log on its way to the page. */
const rewritten = (page, change) =>
  page.route('**/graphql', async (route) => {
    const asked = route.request().postDataJSON();
    if (!LOG.test(asked.query)) return route.fallback();
    const response = await route.fetch();
    const json = await response.json();
    const list = json.data?.patient?.accessLog ?? json.data?.accessEvents;
    if (list) change(list, asked.variables);
    return route.fulfill({ response, json });
  });

const read = (page) => page.waitForSelector('#view[data-view=Access][aria-busy=false] .access .look');
const rows = (page) => page.waitForSelector('.rows.accesses:not([aria-busy=true])');
const settled = (page) => page.waitForFunction(() => ![...document.querySelectorAll('.count')].some((one) => /Reading/.test(one.textContent)) && !document.querySelector('.rows[aria-busy=true]'));

const entry = (change) => ({
  number: String(Math.round(Math.random() * 1e15)), at: '2026-03-04T10:30:15.000000Z', kind: 'REQUEST', who: 'Dr. Ann', role: 'CLINICIAN', operation: 'Look', requestId: 'r-1', breakGlass: false,
  fields: ['Patient.name'], changes: [], patientIds: [id], patients: [{ id, name: 'Somebody' }], ...change,
});
/** An entry as the list of everybody has it. */
const row = (change) => { const made = entry(change); return { id: made.number, ...made }; };

test('a look at a record stands in its log, in words, with who looked and in which role', async () => {
  await told('query Rounds($id: ID!) { patient(id: $id) { id name dateOfBirth version medications { id dosage name } } }', DOCTOR, { id });
  await as(PATIENT, `/patients/${id}`, async (page, seen) => {
    await page.waitForSelector('#view[aria-busy=false]');
    assert.deepEqual(seen, [], 'to read the log leaves an entry, so it waits until it is wanted');
    await page.click('#tab-Access');
    await read(page);
    assert.match(page.url(), /#access$/);
    const look = page.locator('.look', { hasText: 'Dora' }).first();
    assert.equal(await textOf(look.locator('.asking')), `${plain(DOCTOR.name)}, clinician`);
    const saw = await textOf(look.locator('.told'));
    assert.match(saw, /^Saw: name, date of birth(; medications(: name, dosage)?)?$/, 'ids, versions and root fields are left out');
    const own = page.locator('.look', { hasText: PATIENT.name }).first();
    assert.match(await textOf(own.locator('.asking')), /^Pat Patient, patient$/);
    assert.match(await textOf(own.locator('.told').first()), /health profile[:;].* care team: /);
    // Whatever was left out of the words stands in the fold.
    await look.locator('summary').click();
    assert.match(await textOf(look.locator('details')), /^1 request, as recorded \d\d:\d\d:\d\d Rounds \S+ .*Patient\.version, Query\.patient$/);
    assert.equal(seen.length, 1);
    await page.click('#tab-Care');
    await page.waitForSelector('#view[data-view=Care][aria-busy=false]');
    await page.click('#tab-Access');
    await read(page);
    assert.equal(seen.length, 1, 'to go back to it reads nothing more');
  });
});

test('what was changed is told in words', async () => {
  const [email] = Object.values(await told('mutation M($patientId: ID!) { addEmail(input: {patientId: $patientId, address: "new@x.example", type: PERSONAL}) { email { id version } } }', PATIENT, { patientId: id }));
  await told('mutation M($id: ID!) { correctEmail(id: $id, input: {address: "newer@x.example"}) { email { id } } }', PATIENT, { id: email.email.id });
  await told('mutation M($id: ID!) { removeEmail(id: $id) { removed { type count } } }', PATIENT, { id: email.email.id });
  await told('mutation M($id: ID!) { correctPatient(id: $id, input: {name: "Another Name", dateOfBirth: "1970-01-01"}) { patient { id } } }', ADMIN, { id });
  await as(ADMIN, `/patients/${id}#access`, async (page) => {
    await read(page);
    assert.equal(await textOf(page.locator('.look', { hasText: PATIENT.name }).first().locator('.told', { hasText: 'Changed:' })), 'Changed: added an e-mail address; changed an e-mail address: address; removed an e-mail address');
    const corrected = await textOf(page.locator('.look', { hasText: ADMIN.name }).first().locator('.told', { hasText: 'Changed:' }));
    assert.match(corrected, /^Changed: changed the personal data: (name, date of birth|date of birth, name)$/);
    assert.match(await textOf(page.locator('.look', { hasText: ADMIN.name }).first().locator('.asking')), /^Ada Admin, administrator$/);
  });
});

test('the rest of a long log comes page by page', async () => {
  for (let count = 0; count < 110; count += 10) await Promise.all(Array.from({ length: 10 }, () => told('query Again($id: ID!) { patient(id: $id) { age } }', DOCTOR, { id })));
  await as(ADMIN, `/patients/${id}#access`, async (page, seen) => {
    await read(page);
    const requests = async () => (await page.locator('.look > details > summary').allTextContents()).reduce((sum, one) => sum + Number(one.split(' ')[0]), 0);
    assert.equal(await requests(), 100);
    assert.match(await textOf(page.locator('.access .more')), /^The latest 100 entries are read\. Show more$/);
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.locator('.access .more').waitFor({ state: 'detached' });
    const { patient } = await told('query L($id: ID!) { patient(id: $id) { accessLog(first: 200) { nodes { number kind } } } }', ADMIN, { id });
    const all = await requests();
    assert.ok(all > 110, `${all}`);
    // What was read meanwhile came on top of that.
    assert.ok(patient.accessLog.nodes.length >= all, `${patient.accessLog.nodes.length} ${all}`);
    assert.equal(seen.length, 2);
    assert.ok(seen[1].variables.after, 'by the cursor');
    const keys = await page.locator('.look li code').allTextContents();
    assert.equal(new Set(keys).size, keys.length, 'none is told twice');
  });
});

test('entries stand by day and by caller where the browser is, the latest first; who broke the glass is first within the day, and named', () =>
  as(ADMIN, `/patients/${id}`, async (page) => {
    await rewritten(page, (list) => {
      list.nodes = [
        entry({ at: '2026-03-05T03:00:00Z', who: 'Dr. Late' }),
        entry({ at: '2026-03-05T02:59:00Z', who: 'Dr. Glass', breakGlass: true, fields: ['Patient.name', 'Medication.dosage', 'Query.patient'] }),
        entry({ at: '2026-03-05T02:55:00Z', who: 'Dr. Late', fields: ['Patient.sex'] }),
        entry({ at: '2026-03-05T02:30:00Z', who: 'Dr. Late' }),
        entry({ at: '2026-03-04T18:00:00Z', who: 'Dr. Early', role: null }),
        entry({ at: '2026-03-03T18:00:00Z', who: null, role: 'ADMIN' }),
        entry({ at: '2026-03-03T17:00:00Z', who: null, role: null, kind: 'UNANSWERED', operation: null, requestId: '', fields: [], changes: [{ table: 'Phone', action: 'remove', rows: '3,4,+2', columns: [] }, { table: 'New_Table', action: 'add', rows: '', columns: ['x'] }] }),
        entry({ at: null, who: 'Dr. Never', fields: ['Query.patient', 'Patient.id', 'PatientPayload.patient', 'PatientConnection.nodes', 'New.wholeThing'] }),
      ];
      list.pageInfo = { hasNextPage: false, endCursor: null };
    });
    await page.click('#tab-Access');
    await read(page);
    assert.match(await textOf(page.locator('.access .key')), /Times are of America\/New York\./);
    const days = await page.locator('.access > div').evaluateAll((all) => all.map((one) => [one.querySelector('h3').textContent, [...one.querySelectorAll('.look')].map((look) => [...look.querySelectorAll('header, header ~ :not(details)')].map((part) => part.innerText).join(' | '))]));
    const tidy = days.map(([day, looks]) => [day, looks.map(plain)]);
    assert.deepEqual(tidy, [
      ['Wednesday, 4 March 2026', [
        '21:59 Dr. Glass, clinician Break-glass | The record was opened as in an emergency, by somebody who may not see it otherwise. | Saw: name; medications: dosage',
        '21:55–22:00 Dr. Late, clinician | Saw: name, sex',
        '21:30 Dr. Late, clinician | Saw: name',
        '13:00 Dr. Early | Saw: name',
      ].map((one) => one.replaceAll(' | Saw', ' | Saw'))],
      ['Tuesday, 3 March 2026', [
        '13:00 Somebody without a log-in, as administrator | Saw: name',
        '12:00 Somebody unknown: the gateway ended before it could answer | Changed: removed 4 telephone numbers; added new table',
      ]],
      ['On an unknown day', ['no time Dr. Never, clinician | Saw: other data: new: whole thing']],
    ]);
    await spotless(page, 'every kind of entry');
  }, { ...DESK, timezoneId: 'America/New_York' }));

test('each field of the gateway’s types and each table of patients has words', async () => {
  const { __schema } = await told('{ __schema { types { kind name fields(includeDeprecated: true) { name } } } }', ADMIN);
  const fields = __schema.types.filter(({ kind, name }) => kind === 'OBJECT' && !name.startsWith('__')).flatMap(({ name, fields }) => fields.map((field) => `${name}.${field.name}`));
  assert.ok(fields.length > 500);
  const migrations = new URL('../../migrations/sqlite/', import.meta.url);
  const sql = readdirSync(migrations).map((one) => readFileSync(new URL(`${one}/up.sql`, migrations), 'utf8')).join('\n');
  const tables = [...sql.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(\w+) ?\(([\s\S]*?)\n\)/g)].map(([, name, body]) => ({ name: name.replace(/_(new|old)$/i, ''), columns: [...body.matchAll(/^\s+(\w+) /gm)].map(([, column]) => column) }));
  const inner = /^(Access|Account|Api|Change|Concept|Feed|Idempotency|Import|Login|Refresh|Signing)_|^(Concept|Catalog)$/;
  const known = new Map(tables.filter(({ name }) => !inner.test(name)).map(({ name, columns }) => [name, columns.filter((column) => column === column.toLowerCase())]));
  assert.ok(known.size >= 25, `${[...known.keys()]}`);
  await as(ADMIN, `/patients/${id}`, async (page) => {
    await rewritten(page, (list) => {
      list.nodes = [entry({ fields, changes: [...known].map(([table, columns]) => ({ table, action: 'change', rows: '1', columns })) })];
      list.pageInfo = { hasNextPage: false, endCursor: null };
    });
    await page.click('#tab-Access');
    await read(page);
    const kinds = (await page.locator('.told li').allTextContents()).map(plain);
    assert.ok(kinds.length > 50, `${kinds.length}`);
    for (const kind of kinds) assert.doesNotMatch(kind, /other data|[a-z][A-Z]|_|\b(id|payload|connection|edge)\b|(^|[:,] )version(,|$)/, kind);
    const changes = kinds.filter((kind) => kind.startsWith('changed '));
    assert.equal(changes.length, known.size);
    for (const change of changes) assert.match(change, /^changed (an?|the) /, 'a table that nobody named stands without an article');
    assert.ok(kinds[0].startsWith('name, '), kinds[0]);
    await within(page, 'every field');
  });
});

test('a clinician is told whom the log is for, and nothing is asked', async () => {
  const { data, errors } = await asked('query L($id: ID!) { patient(id: $id) { name accessLog { nodes { number } } } }', DOCTOR, { id });
  assert.ok(data.patient.name);
  assert.deepEqual([data.patient.accessLog, errors[0].extensions.code], [null, 'FORBIDDEN'], 'the gateway refuses it');
  await as(DOCTOR, `/patients/${id}`, async (page, seen) => {
    await page.waitForSelector('#view[aria-busy=false]');
    assert.equal(await page.locator('#tab-Access').count(), 0, 'the tab is not offered');
    await page.focus('#tab-Graph');
    await page.keyboard.press('ArrowLeft');
    await page.locator('#tab-Table[aria-selected=true]').waitFor();
    assert.equal(await page.locator('.bar a', { hasText: 'Access log' }).count(), 0);
    await page.evaluate(() => { location.hash = '#access'; });
    await page.locator('.access', { hasText: 'The log of who has looked at this record is for the patient and for administrators.' }).waitFor();
    await spotless(page, 'a clinician at the log');
    await page.goto(`${at}/access/`);
    await page.locator('.empty', { hasText: 'The log of everybody is for administrators.' }).waitFor();
    await spotless(page, 'a clinician at the log of everybody');
    assert.deepEqual(seen, []);
  });
  // Where the page learns it from the gateway alone, it says the same.
  await as(ADMIN, `/patients/${id}`, async (page) => {
    await page.route('**/graphql', (route) => (LOG.test(route.request().postDataJSON().query) ? route.fulfill({ json: { data: { patient: { accessLog: null } }, errors } }) : route.fallback()));
    await page.click('#tab-Access');
    await page.locator('.access', { hasText: 'is for the patient and for administrators.' }).waitFor();
    assert.equal(await page.locator('.access .trouble').count(), 0);
  });
});

test('a patient is led from the log of everybody to the own one', () =>
  as(PATIENT, '/access/', async (page, seen) => {
    await page.locator('.empty', { hasText: 'The log of everybody is for administrators.' }).waitFor();
    assert.equal(await page.locator('.bar a', { hasText: 'Access log' }).count(), 0);
    assert.deepEqual(seen, []);
    await page.click('text=Who has looked at your record');
    await read(page);
    assert.ok(page.url().endsWith(`/patients/${id}#access`));
  }));

test('nothing yet, and a log that cannot be read, are told apart; the second can be tried again', () =>
  as(ADMIN, `/patients/${id}`, async (page) => {
    let fail = true;
    await page.route('**/graphql', async (route) => {
      if (!LOG.test(route.request().postDataJSON().query)) return route.fallback();
      if (fail) return FAILURES['an empty 503'][0](route);
      return route.fulfill({ json: { data: { patient: { accessLog: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } } } } });
    });
    await page.click('#tab-Access');
    const trouble = page.locator('.access .trouble');
    await trouble.waitFor();
    assert.match(await textOf(trouble), /The log could not be read: .*503/);
    assert.equal(await page.getByText('Nobody has looked').count(), 0);
    await spotless(page, 'unread');
    fail = false;
    await trouble.getByRole('button').click();
    await page.locator('.access .empty', { hasText: 'Nobody has looked at this record yet.' }).waitFor();
    await inWords(page, 'nothing yet');
    await spotless(page, 'nothing yet');
  }));

test('the log of everybody tells who looked at whom, and leads there', async () => {
  await told('query Whom($id: ID!) { patient(id: $id) { name } }', ADMIN, { id: other });
  await as(ADMIN, '/patients/', async (page, seen) => {
    await page.locator('.bar a', { hasText: 'Access log' }).click();
    await rows(page);
    assert.equal(await page.locator('.bar a[aria-current=page]').textContent(), 'Access log');
    assert.equal(seen.length, 1);
    const alone = page.locator('.rows tbody tr', { has: page.locator(`td.whom > ul:only-child > li:only-child > a[href="/patients/${other}"]`) }).first();
    assert.equal(await textOf(alone.locator('.caller')), 'Ada Admin, administrator');
    assert.match(await textOf(alone.locator('.what')), /^name As recorded$/);
    await alone.locator('.whom a').click();
    await page.waitForURL(`**/patients/${other}`);
  });
});

test('filters narrow the log of everybody, and stand in the address behind the #', async () => {
  await told('query Mine($id: ID!) { patient(id: $id) { name } }', PATIENT, { id });
  await as(ADMIN, '/access/', async (page, seen) => {
    await rows(page);
    const who = async () => [...new Set((await page.locator('.rows td.caller').allInnerTexts()).map(plain))];
    assert.ok((await who()).length > 1, `${await who()}`);

    const asks = seen.length;
    await page.fill('input[name=email]', PATIENT.email);
    await page.waitForTimeout(600);
    assert.equal(seen.length, asks, 'an address is looked for when it is whole');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/access/#email=patient%40x.example');
    await settled(page);
    assert.deepEqual(await who(), ['Pat Patient, patient']);
    await page.reload();
    await rows(page);
    assert.deepEqual(await who(), ['Pat Patient, patient'], 'an address shows the same');
    assert.equal(await page.inputValue('input[name=email]'), PATIENT.email);

    await page.click('button:text-is("Clear")');
    await page.fill('input[name=patient]', other.split(':')[1]);
    await page.keyboard.press('Enter');
    await page.waitForURL(/#patient=\d+$/);
    await settled(page);
    assert.equal(seen.at(-1).variables.patientId, other);
    assert.ok((await page.locator('.rows td.whom').allTextContents()).every((one) => one.includes(other) || /more/.test(one)));

    await page.fill('input[name=patient]', 'Doctor:1');
    await page.keyboard.press('Enter');
    await page.locator('.wrong', { hasText: 'looks like Patient:12' }).waitFor();
    await settled(page);
    assert.equal(seen.at(-1).variables.patientId, undefined, 'what is no id is not asked for');
    await spotless(page, 'a filter that is no id');
    await page.click('button:text-is("Clear")');

    const today = new Date().toISOString().slice(0, 10);
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    await page.fill('input[name=to]', yesterday);
    await page.locator('.empty', { hasText: 'No entry matches.' }).waitFor();
    await page.fill('input[name=from]', today);
    await page.locator('.wrong', { hasText: '“From” is after “To”' }).waitFor();
    await page.fill('input[name=to]', today);
    await page.locator('.wrong').waitFor({ state: 'detached' });
    await rows(page);
    await settled(page);
    assert.deepEqual([seen.at(-1).variables.from, seen.at(-1).variables.to], [today, today]);
    await page.click('button:text-is("Clear")');

    await page.fill('input[name=email]', 'nobody@x.example');
    await page.keyboard.press('Enter');
    await page.locator('.empty', { hasText: 'No entry matches.' }).waitFor();
    await page.click('button:text-is("Clear")');
    await page.selectOption('select[name=access]', 'GLASS');
    await page.waitForURL('**/access/#access=GLASS');
    await settled(page);
    assert.equal(seen.at(-1).variables.breakGlass, true);
    assert.ok((await page.locator('.rows tbody tr').count()) === (await page.locator('.rows .glass').count()), 'each row is marked');
    await page.goBack();
    await settled(page);
    assert.equal(await page.inputValue('select[name=access]'), '', 'the history goes back');
  });
});

test('pages of the log of everybody go on by cursor, and back to the first', () =>
  as(ADMIN, '/access/', async (page, seen) => {
    await rows(page);
    assert.equal(await textOf(page.locator('.count')), '25 entries, and there are more');
    const numbers = () => page.locator('.rows .told details small:first-of-type').allTextContents();
    const [pager, first] = [page.locator('.pager'), await numbers()];
    assert.ok(await pager.getByRole('button', { name: 'First page' }).isDisabled());
    await pager.getByRole('button', { name: 'Next page' }).click();
    await page.waitForURL(/#after=\d+$/);
    await settled(page);
    const second = await numbers();
    assert.equal(second.length, 25);
    assert.equal(new Set([...first, ...second]).size, 50, 'each entry once');
    assert.ok(seen.at(-1).variables.after);
    assert.match(await page.evaluate(() => document.activeElement.className), /count/, 'the focus is above the new page');
    await pager.getByRole('button', { name: 'First page' }).click();
    await page.waitForURL('**/access/');
    await settled(page);
    assert.ok((await numbers()).includes(first[0]));
  }));

test('who broke the glass stands above the others, if one likes', () =>
  as(ADMIN, '/patients/', async (page, seen) => {
    await rewritten(page, (list, { breakGlass, after }) => {
      const glass = (who, number) => row({ who, number, breakGlass: true });
      list.nodes = [...(breakGlass === false ? [] : [glass(after ? 'Dr. Glass the second' : 'Dr. Glass', after ? '7' : '8')]), ...(breakGlass === true ? [] : [row({ who: 'Dr. Usual', number: '9', patientIds: [id, 'Patient:999999'] })])];
      list.pageInfo = { hasPreviousPage: !!after, hasNextPage: breakGlass === true && !after, startCursor: null, endCursor: '8' };
    });
    await page.goto(`${at}/access/`);
    await rows(page);
    assert.match(await textOf(page.locator('.rows tbody tr').first().locator('.caller')), /^Dr\. Glass, clinician Break-glass$/);
    await page.selectOption('select[name=order]', 'GLASS');
    await page.waitForURL('**/access/#order=GLASS');
    await page.locator('.rows').nth(1).waitFor();
    await settled(page);
    assert.deepEqual(await page.locator('h2:not(.log-in h2):not(.behind h2)').allTextContents(), ['Break-glass', 'All others']);
    assert.deepEqual((await page.locator('.rows').allInnerTexts()).map((one) => /Dr\. (\w+)/.exec(one)[1]), ['Glass', 'Usual']);
    assert.match(await textOf(page.locator('.rows').nth(1).locator('td.whom')), /Patient:999999 is gone/);
    assert.deepEqual(seen.slice(-2).map(({ variables }) => variables.breakGlass).sort(), [false, true]);
    await spotless(page, 'break-glass first');
    // Its later pages are those of the filter.
    await page.locator('.pager').first().getByRole('button', { name: 'Next page' }).click();
    await page.locator('.rows', { hasText: 'Dr. Glass the second' }).waitFor();
    assert.match(page.url(), /#access=GLASS&order=GLASS&after=8$/);
    assert.equal(await page.locator('.rows').count(), 1);
    assert.ok(await page.locator('.rows .glass').count());
  }));

test('the log of everybody names what no request left, and what showed nobody', () =>
  as(ADMIN, '/patients/', async (page) => {
    const bare = { who: null, role: null, requestId: '', patientIds: [], patients: [] };
    await rewritten(page, (list) => {
      list.nodes = [
        row({ ...bare, kind: 'START', operation: 'host 1', fields: ['1:2:abc'] }),
        row({ ...bare, kind: 'PRUNE', operation: 'audit prune', fields: ['1:2:abc'] }),
        row({ ...bare, kind: 'UNANSWERED', operation: null, fields: [] }),
        row({ fields: ['Query.patients', 'PageInfo.endCursor'], patientIds: [], patients: [] }),
        row({ patientIds: Array.from({ length: 9 }, (_, at) => `Patient:${at + 1}`), patients: null }),
      ];
      list.pageInfo = { hasPreviousPage: false, hasNextPage: false, startCursor: null, endCursor: null };
    });
    await page.goto(`${at}/access/`);
    await rows(page);
    const texts = (await page.locator('.rows tbody tr').evaluateAll((all) => all.map((one) => [...one.children].slice(1, 4).map((cell) => cell.innerText.replace('As recorded', '')).join(' | ')))).map(plain);
    assert.deepEqual(texts, [
      'A gateway that started | no single patient | a chain of the log begins',
      'An operator of the gateway, by the command audit prune | no single patient | entries whose time was over were removed',
      'Somebody unknown: the gateway ended before it could answer | no single patient | not known',
      'Dr. Ann, clinician | no single patient | no row: a search or a count (patients)',
      'Dr. Ann, clinician | Patient:1 the name could not be read Patient:2 the name could not be read Patient:3 the name could not be read 6 more | name',
    ]);
    assert.equal(await page.locator('.pager').count(), 0);
    await spotless(page, 'every kind of row');
  }));

test('a log of everybody that cannot be read says so, and can be tried again', () =>
  as(ADMIN, '/patients/', async (page) => {
    let fail = true;
    await page.route('**/graphql', (route) => (fail && LOG.test(route.request().postDataJSON().query) ? FAILURES['nobody listens'][0](route) : route.fallback()));
    await page.goto(`${at}/access/`);
    await page.locator('.trouble', { hasText: 'does not answer' }).waitFor();
    await inWords(page, 'unread');
    fail = false;
    await page.locator('.trouble button').click();
    await rows(page);
    assert.equal(await page.locator('.trouble').count(), 0);
  }));

test('hostile names are text, and turn nothing around them', async () => {
  const evil = '<img src=x onerror=alert(1)> \u202eGNP\u2066 \u2069\u2069 Z\u0300\u0301\u0302\u0303\u0304';
  for (const screen of [DESK, SMALL]) {
    await as(ADMIN, '/patients/', async (page) => {
      await rewritten(page, (list) => {
        for (const node of list.nodes) Object.assign(node, { who: evil, operation: evil, breakGlass: true, ...(node.patients && { patientIds: [id], patients: [{ id, name: `${evil}${'W'.repeat(300)}` }] }) });
      });
      for (const path of [`/patients/${id}#access`, '/access/']) {
        await page.goto(at + path);
        await page.waitForSelector('.look, .rows.accesses:not([aria-busy=true])');
        assert.equal(await page.locator('img[src=x], main b b, main img').count(), 0);
        const whos = await page.locator('.asking bdi').allTextContents();
        assert.ok(whos.length > 0 && whos.every((one) => one.startsWith('<img src=x') && one.split('\u2066').length === one.split('\u2069').length && one.includes('…')), JSON.stringify(whos[0]));
        // What stands beside a name keeps its place.
        const inOrder = await page.locator('.asking').first().evaluate((one) => {
          const [name, glass] = [one.querySelector('bdi').getBoundingClientRect(), one.querySelector('.glass').getBoundingClientRect()];
          return glass.left >= name.left || glass.top >= name.top;
        });
        assert.ok(inOrder);
        await within(page, `${path} at ${screen.viewport.width}`);
        await spotless(page, path);
      }
    }, screen);
  }
  // And one that the gateway itself keeps.
  await as(ADMIN, `/patients/${id}#access`, async (page) => {
    await read(page);
    assert.ok((await page.locator('.asking bdi').allTextContents()).includes(DOCTOR.name));
  });
});

test('both logs are without a violation and within the screen, light and dark', async () => {
  for (const screen of [...LOOKS, PHONE, ...TRIED]) {
    await as(ADMIN, `/patients/${id}#access`, async (page) => {
      await read(page);
      await page.locator('.look summary').first().click();
      await spotless(page, `a patient’s log, ${named(screen)}`);
      await within(page, `a patient’s log, ${named(screen)}`);
      for (const hash of ['', '#order=GLASS']) {
        await page.goto(`${at}/access/${hash}`);
        await page.reload();
        await rows(page);
        await settled(page);
        const fold = page.locator('.rows summary').first();
        await fold.click();
        await spotless(page, `the log of everybody ${hash}, ${named(screen)}`);
        await within(page, `the log of everybody ${hash}, ${named(screen)}`);
      }
    }, screen);
  }
});

test('by keyboard: the tab, the next page, and from row to row', () =>
  as(ADMIN, `/patients/${id}`, async (page) => {
    await page.waitForSelector('#view[aria-busy=false]');
    await page.focus('#tab-Graph');
    await page.keyboard.press('ArrowLeft');
    await page.locator('#tab-Access[aria-selected=true]').waitFor();
    await read(page);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'tab-Access');
    await page.goto(`${at}/access/`);
    await rows(page);
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement.name), 'patient');
    await page.keyboard.press('ArrowDown');
    const focused = () => page.evaluate(() => document.activeElement.closest('.rows tbody tr') && [...document.querySelectorAll('.rows tbody tr')].filter((one) => one.querySelector('a')).indexOf(document.activeElement.closest('tr')));
    assert.equal(await focused(), 0);
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), 1);
  }));

test('on paper the log stands without what only a screen can do', () =>
  as(PATIENT, `/patients/${id}#access`, async (page) => {
    await read(page);
    await page.emulateMedia({ media: 'print' });
    assert.ok(await page.locator('.look').first().isVisible());
    for (const hidden of ['.bar', '[role=tablist]', '.access .more button']) assert.equal(await page.locator(`${hidden} >> visible=true`).count(), 0, hidden);
  }));

test('where nobody has to log in, the log says so', async () => {
  const { patients } = await gateway('{ patients(first: 1) { nodes { id } } }');
  await visit(browser, DESK, `/patients/${patients.nodes[0].id}#access`, async (page) => {
    await read(page);
    assert.equal(await textOf(page.locator('.look .asking').first()), 'Somebody without a log-in, as administrator');
    await page.locator('.bar a', { hasText: 'Access log' }).waitFor();
  });
  await visit(browser, DESK, '/', async (page) => {
    await page.locator('.graphiql-logo a', { hasText: 'Access log' }).waitFor();
  });
});
