// The list of patients as its users have it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FAILURES, LOOKS, answer, asStored, denyStorage, execute, gateway, inWords, isOwn, launch, named, spotless, storable, visit, within } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const LIST = '/patients/';
const DESK = { viewport: { width: 1400, height: 900 }, colorScheme: 'light', timezoneId: 'UTC' };
const PHONE = { viewport: { width: 320, height: 700 }, colorScheme: 'dark', hasTouch: true };

/** The page has an answer to what is chosen now. */
const settled = (page) => page.waitForFunction(() => {
  const table = document.querySelector('.rows');
  const told = document.querySelector('.count')?.textContent ?? '';
  return !/…/.test(told) && table?.getAttribute('aria-busy') !== 'true' && document.querySelector('.rows, .empty, .trouble');
});

const ids = (page) => page.locator('.rows .name small').allTextContents();
const links = (page) => page.locator('.rows .name a').evaluateAll((all) => all.map((one) => one.getAttribute('href').replace('/patients/', '')));

/** Shows the filters where they are folded, and writes into one. */
async function write(page, name, text) {
  if (!(await page.locator(`input[name=${name}]`).isVisible())) await page.click('button:has-text("Filters")');
  await page.fill(`input[name=${name}]`, text);
}

/** What the address says, in its own words. */
const chosen = (page) => Object.fromEntries(new URLSearchParams(new URL(page.url()).hash.slice(1)));

const day = (years, days = 0) => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear() - years, now.getUTCMonth(), now.getUTCDate() + days)).toISOString().slice(0, 10);
};

/** A word of this run alone, so that a second one against the same gateway finds its own patients. */
const RUN = `zz${Date.now().toString(36)}`;

const IMPORT = 'mutation Import($input: [ImportPatientInput!]!) { importPatients(input: $input) { patients { id } } }';

test('every state is without a violation and within the screen, at every size, light and dark, in forced colours', async () => {
  for (const screen of LOOKS) {
    const where = named(screen);
    await visit(browser, screen, LIST, async (page) => {
      const look = async (state) => {
        await settled(page);
        await spotless(page, `${where}, ${state}`);
        await within(page, `${where}, ${state}`);
      };
      await look('a page');
      assert.equal((await ids(page)).length, 25);
      await page.click('summary');
      await write(page, 'minAge', 'abc');
      await page.waitForSelector('.wrong');
      await look('filters and the query');
      await page.click('button:text-is("Clear")');
      await write(page, 'search', 'qqqqqqqq');
      await page.waitForSelector('.empty');
      await look('nobody');
      await page.route('**/graphql', FAILURES['502 with HTML'][0]);
      await write(page, 'search', 'ro');
      await page.waitForSelector('.trouble');
      await look('a failure');
    });
  }
});

test('a first load is light', () =>
  visit(browser, DESK, '/licenses.txt', async (page) => {
    await page.goto(new URL(LIST, page.url()).href);
    await settled(page);
    const sizes = await page.evaluate(() => [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]
      .filter(({ name }) => !name.endsWith('/graphql')).map(({ encodedBodySize }) => encodedBodySize));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    console.log(`first load of the list: ${sizes.length} files, ${total} bytes`);
    assert.ok(total > 20_000 && total < 450_000, `${total} bytes`);
  }));

test('it searches as one types, and the latest answer wins', () =>
  visit(browser, DESK, LIST, async (page) => {
    await settled(page);
    const asked = [];
    page.on('request', (request) => assert.equal(new URL(request.url()).search, '', 'no server is sent a name in an address'));
    // What was asked first is answered last.
    await page.route('**/graphql', async (route) => {
      if (isOwn(route.request())) return route.continue();
      const { search } = route.request().postDataJSON().variables;
      asked.push(search);
      await new Promise((done) => setTimeout(done, search === 'ma' ? 1_500 : 0));
      await route.continue().catch(() => {});
    });
    await page.locator('input[name=search]').pressSequentially('ma', { delay: 30 });
    await page.waitForTimeout(500);
    await page.keyboard.type('r', { delay: 30 });
    const { patients } = await gateway('{ patients(search: "mar", orderBy: [NAME_ASC], first: 25) { totalCount nodes { id } } }');
    await page.locator('.count', { hasText: `of ${patients.totalCount} ` }).waitFor();
    await page.waitForTimeout(1_500);
    assert.ok(patients.nodes.length > 0);
    assert.deepEqual(await ids(page), patients.nodes.map(({ id }) => id));
    assert.ok(!asked.includes('m'), `no request a letter: ${asked}`);
    assert.deepEqual(chosen(page), { search: 'mar' });
    await page.reload();
    await settled(page);
    assert.deepEqual(await ids(page), patients.nodes.map(({ id }) => id));
    await page.goBack();
    await page.waitForFunction(() => document.querySelector('input[name=search]').value === '');
    await settled(page);
    assert.equal((await ids(page)).length, 25, 'what was typed in one go is one step');
  }));

test('filters, order and pages are the gateway’s, and stay in the address', () =>
  visit(browser, DESK, LIST, async (page) => {
    await settled(page);
    await page.selectOption('select[name=sex]', 'FEMALE');
    await page.selectOption('select[name=order]', 'DATE_OF_BIRTH_DESC');
    await write(page, 'condition', 'hypertension');
    await settled(page);
    const filter = { sex: { eq: 'FEMALE' }, medicalHistory: { some: { type: { eq: 'CONDITION' }, isActive: { eq: true }, item: { contains: 'hypertension' } } } };
    const ask = 'query All($filter: PatientFilter) { patients(filter: $filter, orderBy: [DATE_OF_BIRTH_DESC], first: 200) { totalCount nodes { id } } }';
    const all = (await gateway(ask, { filter })).patients;
    assert.ok(all.totalCount > 26, `${all.totalCount} patients are more than a page`);
    const expected = all.nodes.map(({ id }) => id);
    await page.locator('.count', { hasText: `25 of ${all.totalCount} patients` }).waitFor();
    assert.deepEqual(await ids(page), expected.slice(0, 25));
    assert.deepEqual(await links(page), expected.slice(0, 25), 'each row leads to its patient');

    await page.click('text=Next page');
    await page.waitForFunction((id) => document.querySelector('.rows .name small')?.textContent === id, expected[25]);
    assert.deepEqual(await ids(page), expected.slice(25, 50));
    assert.deepEqual(Object.keys(chosen(page)).sort(), ['after', 'condition', 'order', 'sex']);

    // A link shows the same, and so does the history.
    const link = page.url();
    const other = await page.context().newPage();
    await other.goto(link);
    await settled(other);
    assert.deepEqual(await ids(other), expected.slice(25, 50));
    assert.equal(await other.inputValue('input[name=condition]'), 'hypertension');
    assert.equal(await other.inputValue('select[name=sex]'), 'FEMALE');
    await other.close();
    await page.click('text=Previous page');
    await page.waitForFunction((id) => document.querySelector('.rows .name small')?.textContent === id, expected[0]);
    assert.deepEqual(await ids(page), expected.slice(0, 25));
    assert.ok(await page.locator('text=Previous page').isDisabled());
    await page.goBack();
    await page.waitForFunction((id) => document.querySelector('.rows .name small')?.textContent === id, expected[25]);
    await page.goForward();
    await page.waitForFunction((id) => document.querySelector('.rows .name small')?.textContent === id, expected[0]);

    // Another choice begins at the first page, and all can be taken back.
    await page.click('text=Next page');
    await settled(page);
    await page.selectOption('select[name=order]', 'NAME_ASC');
    await settled(page);
    assert.equal(chosen(page).after, undefined);
    await page.click('button:text-is("Clear")');
    await page.waitForFunction(() => document.querySelector('select[name=sex]').value === '');
    assert.deepEqual(chosen(page), {});
  }));

test('facts of the graph and medicines filter too', () =>
  visit(browser, DESK, LIST, async (page) => {
    await settled(page);
    const each = { hasCondition: 'high blood pressure', reportsSymptom: 'fatigue', takesDrugThatTreats: 'hypertension' };
    for (const [fact, name] of Object.entries(each)) {
      const { patients } = await gateway('query Facts($filter: PatientFilter) { patients(filter: $filter, orderBy: [NAME_ASC], first: 25) { totalCount nodes { id } } }', { filter: { graph: { [fact]: name } } });
      assert.ok(patients.totalCount > 0, fact);
      await write(page, fact, name);
      await page.locator('.count', { hasText: `of ${patients.totalCount} patient` }).waitFor();
      assert.deepEqual(await ids(page), patients.nodes.map(({ id }) => id), fact);
      await page.click('button:text-is("Clear")');
      await settled(page);
    }
    await write(page, 'medicine', 'metformin');
    const filter = { medications: { some: { isContinued: { eq: true }, name: { contains: 'metformin' } } } };
    const { patients } = await gateway('query Takes($filter: PatientFilter) { patients(filter: $filter) { totalCount } }', { filter });
    assert.ok(patients.totalCount > 0);
    await page.locator('.count', { hasText: `of ${patients.totalCount} patient` }).waitFor();
  }));

test('ages begin and end on birthdays', async () => {
  // Born 40 years ago today, yesterday and tomorrow.
  const born = { Past: day(40, -1), Birthday: day(40), Tomorrow: day(40, 1) };
  const input = Object.entries(born).map(([name, dateOfBirth]) => ({ name: `${RUN}a ${name}`, dateOfBirth, sex: 'OTHER' }));
  await gateway(IMPORT, { input });
  const shown = async (hash) => {
    let names;
    await visit(browser, DESK, `${LIST}#search=${RUN}a&${hash}`, async (page) => {
      await settled(page);
      names = (await page.locator('.rows .name a').allTextContents()).map((name) => name.replace(`${RUN}a `, '')).sort();
    });
    return names;
  };
  assert.deepEqual(await shown('minAge=40'), ['Birthday', 'Past']);
  assert.deepEqual(await shown('maxAge=39'), ['Tomorrow']);
  assert.deepEqual(await shown('minAge=39&maxAge=39'), ['Tomorrow']);
  assert.deepEqual(await shown('minAge=40&maxAge=40'), ['Birthday', 'Past']);
  assert.deepEqual(await shown('minAge=41'), []);
  assert.deepEqual(await shown('minAge=0&maxAge=150'), ['Birthday', 'Past', 'Tomorrow']);

  // 29 February has its birthday on 1 March of other years, as in the gateway's own reckoning.
  for (const [today, hash, expected] of [
    ['2028-02-29', 'minAge=1', { lte: '2027-02-28' }],
    ['2027-02-28', 'minAge=3', { lte: '2024-02-28' }],
    ['2027-03-01', 'minAge=3&maxAge=7', { gt: '2019-03-01', lte: '2024-03-01' }],
    ['2028-02-29', 'maxAge=3', { gt: '2024-02-29', lte: '2028-02-29' }],
    ['2026-12-31', 'minAge=0', { lte: '2026-12-31' }],
  ]) {
    await visit(browser, DESK, '/licenses.txt', async (page) => {
      await page.clock.setFixedTime(new Date(`${today}T12:00:00Z`));
      const asked = page.waitForRequest((request) => request.url().endsWith('/graphql') && !isOwn(request));
      await page.goto(new URL(`${LIST}#${hash}`, page.url()).href);
      assert.deepEqual((await asked).postDataJSON().variables.filter, { dateOfBirth: expected }, `${today}, ${hash}`);
    });
  }
});

test('works by keyboard only', () =>
  visit(browser, DESK, LIST, async (page) => {
    await settled(page);
    const focused = () => page.evaluate(() => document.activeElement.getAttribute('href') ?? document.activeElement.getAttribute('name') ?? document.activeElement.textContent);
    await page.keyboard.press('/');
    assert.equal(await focused(), 'search');
    await page.keyboard.type('a/');
    assert.equal(await page.inputValue('input[name=search]'), 'a/', 'a slash can be written');
    await page.keyboard.press('Backspace');
    await page.waitForTimeout(400);
    await settled(page);
    const [first, second, ...rest] = await links(page);
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), `/patients/${first}`);
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), `/patients/${second}`);
    await page.keyboard.press('End');
    assert.equal(await focused(), `/patients/${rest.at(-1)}`);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowUp');
    assert.equal(await focused(), 'search', 'up from the first row leads back');
    const seen = new Set();
    for (let at = 0; at < 60; at++) {
      await page.keyboard.press('Tab');
      seen.add(await focused());
    }
    for (const name of ['order', 'sex', 'minAge', 'condition', 'takesDrugThatTreats', `/patients/${first}`, 'Next page', 'The query behind this list']) {
      assert.ok(seen.has(name), `no way to ${name} by Tab: ${[...seen]}`);
    }
    await page.locator(`a[href="/patients/${second}"]`).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/patients/${second}`);
    await page.goBack();
    await settled(page);
    assert.equal(await page.inputValue('input[name=search]'), 'a', 'the way back leads to the same list');
  }));

test('the query behind the list is shown, and runs in the playground', () =>
  visit(browser, DESK, `${LIST}#search=ma&sex=MALE&minAge=20`, async (page) => {
    await settled(page);
    const rows = await ids(page);
    assert.ok(rows.length > 0);
    await page.click('summary');
    const variables = JSON.parse(await page.locator('.variables').textContent());
    assert.deepEqual([variables.search, variables.filter.sex], ['ma', { eq: 'MALE' }]);
    await page.click('text=Open it in the playground');
    await page.waitForSelector('.graphiql-query-editor .CodeMirror-code');
    await page.waitForTimeout(500);
    await execute(page);
    assert.deepEqual(JSON.parse(await answer(page)).data.patients.nodes.map(({ id }) => id), rows);
  }));

test('a gateway that fails is told in words, and asked again on request', async () => {
  for (const [way, [fail, words]] of Object.entries(FAILURES)) {
    await visit(browser, DESK, LIST, async (page) => {
      await settled(page);
      await page.route('**/graphql', fail);
      await write(page, 'search', 'ma');
      const trouble = page.locator('.trouble[role=alert]');
      await trouble.waitFor();
      assert.match(await trouble.textContent(), words, way);
      await inWords(page, way);
      assert.equal(await page.locator('.rows').count(), 0, `${way}: rows of another search stand under an error`);
      await page.unroute('**/graphql');
      await page.click('text=Try again');
      await page.locator('.rows').waitFor();
      assert.equal(await trouble.count(), 0, way);
    });
  }
  await visit(browser, DESK, '/licenses.txt', async (page) => {
    await page.clock.install();
    await page.route('**/graphql', () => {}); // no answer ever comes
    await page.goto(new URL(LIST, page.url()).href);
    await page.locator('.count', { hasText: 'Reading' }).waitFor();
    await page.clock.fastForward(10 * 60_000);
    assert.match(await page.locator('.trouble').textContent(), /did not answer within/);
  });
});

test('what could not be read is said, in its row and above', () =>
  visit(browser, DESK, '/licenses.txt', async (page) => {
    await page.route('**/graphql', async (route) => {
      const response = await route.fetch();
      const body = await response.json();
      if (body.data?.patients?.nodes) {
        body.data.patients.nodes[0].allergies = null;
        body.errors = [{ message: 'the database cannot be reached', path: ['patients', 'nodes', 0, 'allergies'], extensions: { code: 'DATABASE_UNAVAILABLE' } }];
      }
      await route.fulfill({ response, json: body });
    });
    await page.goto(new URL(LIST, page.url()).href);
    await settled(page);
    assert.match(await page.locator('.trouble').textContent(), /Not all of it could be read: the database cannot be reached/);
    assert.match(await page.locator('.rows tbody tr').first().locator('td.allergies').textContent(), /could not be read/);
    assert.equal((await ids(page)).length, 25, 'what was read is shown');
  }));

test('a total that is not counted is no reason to wait, nor to say nothing', () =>
  visit(browser, DESK, '/licenses.txt', async (page) => {
    let fail;
    const failed = new Promise((done) => { fail = done; });
    await page.route('**/graphql', async (route) => {
      if (!route.request().postDataJSON().query.includes('totalCount')) return route.continue();
      await failed;
      return FAILURES['an empty 503'][0](route);
    });
    await page.goto(new URL(LIST, page.url()).href);
    await page.locator('.count', { hasText: '25 patients on this page' }).waitFor();
    assert.equal((await ids(page)).length, 25);
    fail();
    await page.locator('.count', { hasText: /could not be counted: .*503/ }).waitFor();
    await page.unroute('**/graphql');
    await page.click('text=Try again');
    await page.locator('.count', { hasText: /25 of \d+ patients/ }).waitFor();
  }));

test('what the gateway refuses is told in its words', () =>
  visit(browser, DESK, LIST, async (page) => {
    await settled(page);
    await write(page, 'search', '!');
    await page.locator('.trouble', { hasText: 'needs at least one letter or digit' }).waitFor();
    assert.equal(await page.locator('.rows').count(), 0);
    await page.goto(new URL(`${LIST}#after=nonsense`, page.url()).href);
    await page.reload();
    await page.locator('.trouble', { hasText: 'no cursor of this list' }).waitFor();
    await page.click('text=To the first page');
    await page.locator('.rows').waitFor();
    // What stands in an address is not taken at its word.
    await page.goto(new URL(`${LIST}#order=ROBERT_ASC&sex=%22%7D&minAge=-1`, page.url()).href);
    await page.reload();
    await settled(page);
    assert.equal((await ids(page)).length, 25);
  }));

const HOSTILE = [
  '\u202Ehgih ▲ \u2066x',
  'W'.repeat(230),
  `a${'\u0301\u0302\u0303\u0304\u0308\u030A'.repeat(35)}`,
  '<img src=x onerror="document.title=1"><script>document.title=2</script>',
  '&amp; {{7*7}} ${7*7} " \' ` -->',
].map((name) => `${RUN}h ${name}`);

test('hostile names break nothing, from 320 to 1400 pixels', async () => {
  const item = 'I'.repeat(120);
  const medicalHistory = [{ type: 'ALLERGY', item, severity: 'SEVERE' }, { type: 'CONDITION', item: `\u202E${item}`, isActive: true }];
  await gateway(IMPORT, { input: storable(HOSTILE.map((name) => ({ name, sex: 'OTHER', medicalHistory }))) });
  for (const width of [320, 600, 768, 901, 1400]) {
    await visit(browser, { viewport: { width, height: 900 }, colorScheme: 'light' }, LIST, async (page) => {
      await asStored(page);
      await page.goto(new URL(`${LIST}#search=${RUN}h`, page.url()).href);
      await page.reload();
      await settled(page);
      await within(page, `${width}`);
      await spotless(page, `${width}`);
      const names = await page.locator('.rows .name bdi').allTextContents();
      assert.equal(names.length, HOSTILE.length);
      for (const name of HOSTILE.filter((name) => !/\p{M}|\p{Cf}/u.test(name))) assert.ok(names.includes(name), `${name} is shown as it is`);
      assert.match(await page.title(), /^Patients/);
      assert.equal(await page.locator('.rows img, .rows script').count(), 0);
      // No text stands outside of its cell, and what is piled up on a letter is cut off at the cell.
      const out = await page.locator('.rows tbody th, .rows tbody td').evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1).length);
      assert.equal(out, 0, `${width}: ${out} cells are wider than they are`);
      const cut = await page.locator('.rows tbody .name bdi').evaluateAll((all) => all.every((one) => {
        for (let at = one; at && !at.matches('tr'); at = at.parentElement) if (getComputedStyle(at).overflowY === 'clip') return true;
        return false;
      }));
      assert.ok(cut, `${width}: a name may cover its neighbours`);
    });
  }
});

test('a browser that keeps nothing shows the list', () =>
  visit(browser, PHONE, '/licenses.txt', async (page) => {
    await denyStorage(page);
    await page.goto(new URL(LIST, page.url()).href);
    await settled(page);
    assert.equal((await ids(page)).length, 25);
  }));

test('a card leads to its patient wherever it is touched', () =>
  visit(browser, PHONE, LIST, async (page) => {
    await settled(page);
    const [first] = await links(page);
    const { x, y } = await page.locator('.rows tbody tr').first().locator('td.allergies').boundingBox();
    await page.touchscreen.tap(x + 5, y + 5);
    await page.waitForURL(`**/patients/${first}`);
  }));
