// Vital signs and conversations in the view of a patient.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LOOKS, launch, named, spotless, visit, within } from './browser.mjs';
import { asked, imported } from './records.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const DESK = { viewport: { width: 1400, height: 900 }, colorScheme: 'light', timezoneId: 'UTC' };
const plain = (text) => text.replace(/[\u2066-\u2069]/g, '').replace(/\s+/g, ' ').trim();
const told = async (page, selector) => plain(await page.locator(selector).first().textContent());

const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);

/** A patient with values in two units, of this year and of long ago, and a conversation whose messages answer each other. */
let made;
async function patient() {
  if (made) return made;
  const vitals = (recordedAt, data) => ({ type: 'VITAL_SIGNS', recordedAt, data, source: 'DEVICE' });
  const id = await imported({
    name: 'Measured Often', sex: 'FEMALE', dateOfBirth: '1970-01-01',
    healthRecords: [
      vitals(`${day(3)}T08:00:00Z`, { heart_rate: { value: 71, unit: '/min' }, weight: { value: 70.5, unit: 'kg' } }),
      vitals(`${day(2)}T09:30:00Z`, { heart_rate: { value: 74, unit: '/min' }, weight: { value: 155, unit: 'lb' } }),
      vitals('2001-02-03T10:00:00Z', { heart_rate: { value: 60, unit: '/min' }, blood_pressure_systolic: { value: 120, unit: 'mmHg' }, blood_pressure_diastolic: { value: 80, unit: 'mmHg' } }),
      { type: 'DIAGNOSIS', recordedAt: '2020-05-06T07:08:00Z', data: { name: 'Bronchitis', certainty: 'suspected' }, source: 'AI_ANALYSIS', confidence: '0.75', severity: 4 },
    ],
  });
  const add = async (field, type, made, input) => (await asked(`mutation A($input: ${type}!) { a: ${field}(input: $input) { ${made} { id } } }`, { input })).a[made].id;
  const session = await add('startChatSession', 'StartChatSessionInput', 'session', { patientId: id, name: 'Cough <since> Monday', isEmergency: true });
  const over = await add('startChatSession', 'StartChatSessionInput', 'session', { patientId: id, name: 'Fever', severity: 3, diagnosisSuggestions: [
    { name: 'Influenza <A>', probability: 0.7, urgency: 'soon', code: 'J10', code_system: 'ICD-10' }, { name: 'Cold' },
  ] });
  const { e } = await asked('mutation E($id: ID!) { e: endChatSession(id: $id, input: {}) { session { endedAt } } }', { id: over });
  await add('addEmail', 'AddEmailInput', 'email', { patientId: id, address: 'often@example.org', type: 'PERSONAL', isPrimary: true });
  await add('addAddress', 'AddAddressInput', 'address', { patientId: id, line1: '1 Mill Lane', city: 'Canterbury', postalCode: 'CT1 1AA', type: 'HOME' });
  const say = (text, more) => add('sendChatMessage', 'SendChatMessageInput', 'message', { patientId: id, chatSessionId: session, text, sentAt: `${day(1)}T10:00:00Z`, ...more });
  const question = await say('Is this cough dangerous?', { type: 'PATIENT' });
  const answer = await say('Since when do you have it?', { type: 'BOT', aiSource: 'triage-1', confidence: '0.80', parentMessageId: question });
  await say('Since Monday.', { type: 'PATIENT', parentMessageId: answer, isSensitive: true });
  await add('recordAiAnalysis', 'RecordAiAnalysisInput', 'analysis', { messageId: answer, service: 'triage', tokens: 1200, costMicros: 2500, costCurrency: 'EUR' });
  for (let at = 0; at < 60; at++) await say(`Message ${at}`, { type: 'PROVIDER', sentAt: `${day(1)}T11:${String(at).padStart(2, '0')}:00Z` });
  made = { id, session, endedAt: e.session.endedAt.slice(0, 16).replace('T', ' ') };
  return made;
}

async function open(page, id, view) {
  await page.goto(new URL(`/patients/${id}#${view}`, page.url()).href);
  await page.waitForSelector(`#view[data-view="${view[0].toUpperCase()}${view.slice(1).split('&')[0]}"][aria-busy=false]`);
}

test('each vital sign has a chart a unit, of the span that is chosen', async () => {
  const { id } = await patient();
  await visit(browser, DESK, '/licenses.txt', async (page) => {
    await open(page, id, 'vitals');
    await page.locator('.vitals .card').first().waitFor();
    const cards = (await page.locator('.vitals .card header').allTextContents()).map(plain);
    assert.deepEqual(cards, [`Heart rate in /min74 /min ${day(2)} 09:30`, `Weight in kg70.5 kg ${day(3)} 08:00`, `Weight in lb155 lb ${day(2)} 09:30`]);
    assert.equal(await page.locator('.vitals .card').first().locator('.point').count(), 1);
    // Three beats more are drawn as what they are, and do not fill the height.
    const heights = (await page.locator('.vitals .card', { hasText: 'Heart rate' }).locator('.trend').getAttribute('d')).match(/(?<= )[\d.]+/g).map(Number);
    const rise = Math.abs(heights[0] - heights[1]);
    assert.ok(rise > 1 && rise < 15, `${heights}`);
    await page.locator('.vitals .card summary').first().click();
    assert.deepEqual((await page.locator('.vitals .card').first().locator('li').allTextContents()).map(plain), [`${day(2)} 09:30: 74 /min`, `${day(3)} 08:00: 71 /min`]);
    await page.click('button:text-is("All")');
    await page.locator('.vitals .card', { hasText: '3 values' }).waitFor();
    assert.match(page.url(), /#vitals&vitals=all$/);
  });
});

test('a conversation shows who answered whom, page by page, and what it cost', async () => {
  const { id } = await patient();
  await visit(browser, DESK, '/licenses.txt', async (page) => {
    await open(page, id, 'conversations');
    const summary = page.locator('.talk summary', { hasText: 'Cough' });
    await summary.waitFor();
    assert.match(plain(await summary.textContent()), /^Cough <since> Monday .*emergency · goes on$/);
    await summary.click();
    await page.locator('.said').first().waitFor();
    const first = page.locator('.talk > details > .messages > li').first();
    assert.match(plain(await first.textContent()), /^Patient .*Is this cough dangerous\?Bot \(triage-1\) .*confidence 0\.80Since when do you have it\?Patient .*sensitiveSince Monday\.$/);
    assert.equal(await first.locator('.messages .messages').count(), 1, 'an answer stands within what it answers');
    assert.match(await told(page, '.talk .cost'), /^By programs: 1 analysis · 1,200 tokens · €0\.0025$/);
    assert.equal(await page.locator('.talk .messages > li').count(), 50);
    await page.click('button:text-is("More messages")');
    await page.locator('.said', { hasText: 'Message 59' }).waitFor();
    assert.equal(await page.locator('.talk .messages > li').count(), 63);
    assert.equal(await page.locator('button:text-is("More messages")').count(), 0);
  });
});

test('a conversation that is over says when it ended, and what a program suggested', async () => {
  const { id, endedAt } = await patient();
  await visit(browser, DESK, '/licenses.txt', async (page) => {
    await open(page, id, 'conversations');
    const over = page.locator('.talk', { hasText: 'Fever' });
    await over.waitFor();
    assert.match(plain(await over.locator('summary').textContent()), new RegExp(`^Fever .*severity 3 of 10 · ended ${endedAt}$`));
    await over.locator('summary').click();
    await over.getByText('It has no messages.').waitFor();
    assert.match(plain(await over.locator('.suggestions').textContent()), /^Suggested by a program no diagnosis/);
    assert.deepEqual((await over.locator('.suggestions li').allTextContents()).map(plain), ['Influenza <A> probability 0.7 · soon · ICD-10 J10', 'Cold']);
    const other = page.locator('.talk', { hasText: 'Cough' });
    await other.locator('summary').click();
    await other.locator('.said').first().waitFor();
    assert.equal(await other.locator('.suggestions').count(), 0);
    assert.doesNotMatch(plain(await other.locator('summary').textContent()), /ended/);
  });
});

test('the table has vital signs, health records and contacts, and the timeline the first two', async () => {
  const { id } = await patient();
  await visit(browser, DESK, '/licenses.txt', async (page) => {
    await open(page, id, 'table');
    await page.locator('table.contact').waitFor();
    const rows = async (table) => (await page.locator(`table.${table} tbody tr`).allTextContents()).map(plain);
    assert.deepEqual(await rows('vital'), [
      `${day(2)}vital signs09:30 · heart rate 74 /min · weight 155 lb · by a device · not verified`,
      `${day(3)}vital signs08:00 · heart rate 71 /min · weight 70.5 kg · by a device · not verified`,
      '2001-02-03vital signs10:00 · blood pressure 120/80 mmHg · heart rate 60 /min · by a device · not verified',
    ]);
    assert.deepEqual(await rows('record'), ['2020-05-06Bronchitis07:08 · diagnosis · certainty suspected · severity 4 of 10 · by a program · confidence 0.75 · not verified']);
    assert.deepEqual(await rows('contact'), ['E-mailoften@example.orgpersonal, primary, not verified', 'Address1 Mill Lane, CT1 1AA Canterburyhome, not verified']);
    await spotless(page, 'table');
    await open(page, id, 'timeline');
    await page.locator('.lanes button.vital').first().waitFor();
    assert.equal(await page.locator('.lanes button.record').count(), 1);
  });
});

test('what could not be read of them is named, and can be tried again', async () => {
  const { id } = await patient();
  await visit(browser, DESK, '/licenses.txt', async (page) => {
    let failing = true;
    await page.route('**/graphql', async (route) => {
      const { query } = route.request().postDataJSON();
      if (failing && /query (Vitals|Conversation)\(/.test(query)) await route.fulfill({ status: 503, body: '' });
      else await route.continue();
    });
    await open(page, id, 'vitals');
    await page.locator('.vitals .trouble', { hasText: 'Vital signs could not be read: MediMax has no time now' }).waitFor();
    assert.equal(await page.locator('.vitals .empty').count(), 0);
    await open(page, id, 'conversations');
    await page.locator('.talk summary', { hasText: 'Cough' }).click();
    await page.locator('.talk .trouble', { hasText: 'This conversation could not be read' }).waitFor();
    failing = false;
    await page.click('.talk .trouble button');
    await page.locator('.said').first().waitFor();
    assert.equal(await page.locator('.talk .trouble').count(), 0);
    await open(page, id, 'vitals');
    await page.locator('.vitals .card').first().waitFor();
  });
});

test('both are without a violation and within the screen, at every size, light and dark, in forced colours', async () => {
  const { id } = await patient();
  for (const screen of LOOKS) {
    await visit(browser, screen, '/licenses.txt', async (page) => {
      for (const view of ['vitals', 'conversations']) {
        await open(page, id, view);
        if (view === 'conversations') for (const name of ['Fever', 'Cough']) await page.locator('.talk summary', { hasText: name }).click();
        await page.locator(view === 'vitals' ? '.vitals .card' : '.said').first().waitFor();
        await spotless(page, `${view}, ${named(screen)}`);
        await within(page, `${view}, ${named(screen)}`);
      }
    });
  }
});
