// The playground as its users have it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { FAILURES, LOOKS, SCREENS, TRIED, answer, denyStorage, execute, inWords, isOwn, launch, named, spotless, visit, within, write } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const ready = (page) => page.waitForSelector('.graphiql-query-editor .CodeMirror-code');

/** The samples, shown; on a telephone nothing shows them by itself. */
async function samples(page) {
  await ready(page);
  const shown = page.locator('.samples');
  if (!(await shown.isVisible())) await page.click('[aria-label="Show Samples"]');
  await shown.waitFor();
  return page.locator('.samples li button');
}

async function choose(page, name) {
  await (await samples(page)).filter({ has: page.locator(`b:text-is("${name}")`) }).click();
  const hide = page.locator('[aria-label="Hide Samples"]');
  if (page.viewportSize().width < 700 && (await hide.isVisible())) await hide.click();
  await page.waitForTimeout(300);
}

const RUN = '.graphiql-execute-button';

for (const screen of LOOKS) {
  test(`every pane and state is without a violation, ${named(screen)}`, () =>
    visit(browser, screen, '/', async (page) => {
      await ready(page);
      const look = async (state) => {
        await spotless(page, state);
        await within(page, state);
      };
      await look('at first');
      assert.equal(await page.locator('main').count(), 1);
      for (const pane of ['Documentation Explorer', 'History', 'GraphiQL Explorer', 'Samples']) {
        const show = page.locator(`[aria-label="Show ${pane}"]`);
        if (await show.count()) await show.click();
        await page.waitForTimeout(300);
        await look(pane);
      }
      await page.click('[aria-label="Hide Samples"]');
      await page.click('[role=switch]');
      await choose(page, 'Care paths');
      await execute(page);
      await look('an answer');
      const beside = await page.locator('.waterfall .rows').evaluate((rows) => rows.scrollWidth - rows.clientWidth);
      // Where a pane stands beside it on a small screen there is no room for every column.
      assert.ok(beside <= 0 || screen.viewport.width < 1400, `${beside} pixels of the statements stand beside their table`);
      await write(page, 'query', '{ patient(id: "Patient:1") { nme } }');
      await execute(page);
      await look('an error');
      await page.route('**/graphql', FAILURES['502 with HTML'][0]);
      await page.click(RUN);
      await page.waitForSelector('.trouble');
      await look('a failure');
      for (const dialog of ['settings', 'short keys']) {
        await page.click(`[aria-label="Open ${dialog} dialog"]`);
        await page.waitForTimeout(400);
        await look(dialog);
        await page.keyboard.press('Escape');
      }
    }));
}

test('forced colours leave to be seen what a background says', () =>
  visit(browser, { ...SCREENS[1], forcedColors: 'active' }, '/', async (page) => {
    await ready(page);
    const colour = (selector) => page.locator(selector).first().evaluate((one) => getComputedStyle(one).backgroundColor);
    const off = await colour('[role=switch] i');
    await page.click('[role=switch]');
    await page.waitForTimeout(300);
    assert.notEqual(await colour('[role=switch] i'), off, 'whether Explain is on');
    await choose(page, 'Totals');
    await execute(page);
    assert.notEqual(await colour('.bar.sql'), await colour('body'), 'when a statement was at work');
  }));

test('a first load is light', () =>
  visit(browser, SCREENS[0], '/', async (page) => {
    await page.waitForLoadState('networkidle');
    await page.reload({ waitUntil: 'commit' });
    const bytes = await page.evaluate(async () => {
      await new Promise((done) => setTimeout(done, 3_000));
      const entries = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/assets/'));
      return entries.map(({ encodedBodySize }) => encodedBodySize);
    });
    const total = bytes.reduce((sum, size) => sum + size, 0);
    console.log(`first load: ${bytes.length} assets, ${total} bytes`);
    assert.ok(bytes.length > 3 && total > 100_000 && total < 450_000, `${total} bytes`);
  }));

const QUERY = '{ patient(id: "Patient:12") { id name } }';

test('a gateway that fails is told in words, and nothing of the last answer stays', async () => {
  for (const [way, [fail, words]] of Object.entries(FAILURES)) {
    await visit(browser, SCREENS[0], '/', async (page) => {
      await ready(page);
      await write(page, 'query', QUERY);
      await execute(page);
      await page.route('**/graphql', fail);
      await page.click(RUN);
      const trouble = page.locator('.panel .trouble');
      await trouble.waitFor();
      assert.match(await trouble.textContent(), words, way);
      assert.equal(await page.locator('.came, .patients, .waterfall').count(), 0, `${way}: the last success stands under an error`);
      assert.deepEqual(Object.keys(JSON.parse(await answer(page)).errors[0]), ['message'], `${way}: no stack`);
      await inWords(page, way);
      await page.unroute('**/graphql');
      await execute(page, () => page.click('text=Try again'));
      assert.equal(await trouble.count(), 0, way);
      assert.match(await page.locator('.came').textContent(), /Answered/);
    });
  }
});

test('nobody waits for ever, and nobody has to wait', () =>
  visit(browser, SCREENS[0], '/licenses.txt', async (page) => {
    await page.clock.install();
    // The schema is large, and is not to be waited for ever too.
    const schema = page.waitForResponse((response) => response.url().endsWith('/graphql') && !isOwn(response.request()));
    await page.goto(new URL('/', page.url()).href);
    await ready(page);
    await (await schema).finished();
    await page.clock.runFor(1_000);
    await page.evaluate((query) => document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.setValue(query), QUERY);
    await page.clock.runFor(1_000);
    await page.route('**/graphql', () => {}); // no answer ever comes
    await page.click(RUN);
    await page.locator('.waiting').waitFor();
    await page.clock.fastForward(10 * 60_000);
    assert.match(await page.locator('.panel .trouble').textContent(), /did not answer within/);
    await page.click('text=Try again');
    await page.click('text=Stop waiting');
    assert.match(await page.locator('.panel .trouble').textContent(), /stopped waiting/);
  }));

test('a mutation without an answer is not offered to be sent again', () =>
  visit(browser, SCREENS[0], '/', async (page) => {
    await choose(page, 'Prescribe');
    await page.route('**/graphql', FAILURES['502 with HTML'][0]);
    await page.click(RUN);
    assert.match(await page.locator('.panel .trouble').textContent(), /may have been done all the same/);
    assert.equal(await page.locator('.panel .trouble button').count(), 0);
  }));

test('variables that are none leave nothing of the last answer', () =>
  visit(browser, SCREENS[0], '/', async (page) => {
    await ready(page);
    await write(page, 'query', QUERY);
    await execute(page);
    await write(page, 'variables', '{"id": ');
    await page.click(RUN);
    assert.match(await page.locator('.panel .trouble').textContent(), /nothing was asked/);
    assert.equal(await page.locator('.came, .patients').count(), 0);
    await write(page, 'variables', '{}');
    await execute(page);
    assert.match(await page.locator('.came').textContent(), /Answered/);
  }));

test('a schema that cannot be read is said, and read on request', () =>
  visit(browser, SCREENS[0], '/licenses.txt', async (page) => {
    await page.route('**/graphql', FAILURES['an empty 503'][0]);
    await page.goto(new URL('/', page.url()).href);
    const trouble = page.locator('.panel .trouble');
    await trouble.waitFor();
    assert.match(await trouble.textContent(), /know no schema.*503/);
    await inWords(page, 'no schema');
    await page.unroute('**/graphql');
    await page.click('text=Try again');
    await trouble.waitFor({ state: 'detached' });
  }));

test('a browser that keeps nothing has a playground that works', () =>
  visit(browser, SCREENS[0], '/licenses.txt', async (page) => {
    await denyStorage(page);
    await page.goto(new URL('/', page.url()).href);
    await choose(page, 'Totals');
    await page.click('[role=switch]');
    await execute(page);
    await page.locator('.waterfall').waitFor();
    await page.click('[aria-label="Open settings dialog"]');
    await page.click('.graphiql-dialog button:text-is("Dark")');
    await page.locator('body.graphiql-dark').waitFor({ state: 'attached' });
  }));

test('a link shows its query, and runs nothing', () =>
  visit(browser, SCREENS[0], '/licenses.txt', async (page) => {
    const sent = [];
    page.on('request', (request) => request.url().endsWith('/graphql') && !isOwn(request) && sent.push(request.postDataJSON().query));
    const link = (query, variables) => new URL(`/#${new URLSearchParams({ query, variables })}`, page.url()).href;
    await page.goto(link('mutation Remove($id: ID!) { removePatient(id: $id) { removedId } }', '{"id": "Patient:1"}'));
    await ready(page);
    await page.waitForTimeout(1_500);
    const shown = () => page.evaluate(() => ['.graphiql-query-editor', '.graphiql-editor-tool'].map((one) => document.querySelector(`${one} .CodeMirror`).CodeMirror.getValue()));
    assert.match((await shown())[0], /removePatient/);
    assert.match((await shown())[1], /Patient:1/);
    assert.ok(sent.length > 0 && sent.every((query) => query.includes('IntrospectionQuery')), `${sent}`);
    // Another link, opened in the same tab: only what stands behind the # is another.
    await page.goto(link('{ __typename }', ''));
    await page.waitForFunction(() => document.querySelector('.graphiql-query-editor .CodeMirror')?.CodeMirror.getValue().includes('__typename'));
  }));

test('the first answer leads to its patient, and the front to all of them', () =>
  visit(browser, SCREENS[0], '/', async (page) => {
    await ready(page);
    await execute(page);
    assert.equal(JSON.parse(await answer(page)).data.patient.id, 'Patient:1');
    assert.equal(await page.locator('.patients a').first().getAttribute('href'), '/patients/Patient:1');
    await page.click('.graphiql-logo a');
    await page.waitForURL('**/patients/');
    await page.locator('.rows').waitFor();
  }));

for (const screen of TRIED) {
  describe(named(screen), () => {
    test('every sample runs', () =>
      visit(browser, screen, '/', async (page) => {
        const names = await (await samples(page)).locator('b').allTextContents();
        assert.ok(names.length >= 10, `${names}`);
        for (const name of names) {
          await choose(page, name);
          await execute(page);
          const { data, errors } = JSON.parse(await answer(page));
          assert.ok(data, name);
          assert.equal(errors?.length ?? 0, name === 'Mistake' ? 1 : 0, `${name}: ${JSON.stringify(errors)}`);
          // On a narrow screen the samples close when one is chosen.
          const about = await page.locator('.samples li', { has: page.locator(`b:text-is("${name}")`) }).locator('.about').allTextContents();
          assert.ok(about.some((text) => text.length > 5) || (screen.viewport.width < 700 && !about.length), name);
        }
        assert.equal(await page.locator('.graphiql-tab').count(), 1, 'samples that were only run share a tab');
      }));

    test('what one wrote is kept when a sample is chosen', () =>
      visit(browser, screen, '/', async (page) => {
        await ready(page);
        await write(page, 'query', '{ patients(first: 1) { nodes { name } } }');
        await choose(page, 'Totals');
        assert.equal(await page.locator('.graphiql-tab').count(), 2);
      }));

    test('explain shows the statements of both stores, with plans on request', () =>
      visit(browser, screen, '/', async (page) => {
        await choose(page, 'Care paths');
        await execute(page);
        assert.equal(await page.locator('.waterfall').count(), 0);
        await page.click('[role=switch]');
        const first = await execute(page);
        assert.equal(first.request().headers()['medimax-explain'], '1');
        const stores = await page.locator('.waterfall .store').allTextContents();
        assert.ok(stores.includes('SQL') && stores.includes('Cypher'), `${stores}`);
        assert.equal(await page.locator('.waterfall .bar').count(), stores.length);
        assert.ok(!(await answer(page)).includes('"explain"'), 'it is drawn, and need not stand in the answer');

        const row = page.locator('.waterfall tbody tr').nth(1);
        await row.hover();
        const statement = await page.locator('.statement pre').first().textContent();
        assert.match(statement, /SELECT|MATCH/);
        await row.click();
        await page.locator('.statement-head', { hasText: 'Copied' }).waitFor();
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), statement);

        const second = await execute(page, () => page.click('text=With plans'));
        assert.equal(second.request().headers()['medimax-explain'], 'plan');
        await page.locator('.waterfall tbody tr').first().hover();
        await page.locator('.statement .plan').waitFor();
        await page.reload();
        assert.equal(await page.locator('[role=switch]').getAttribute('aria-checked'), 'true', 'the switch is kept');
      }));

    test('a mutation is not sent again for its plans', () =>
      visit(browser, screen, '/', async (page) => {
        await page.click('[role=switch]');
        await choose(page, 'Prescribe');
        await execute(page);
        assert.ok(await page.locator('text=With plans').isDisabled());
      }));

    test('errors stand where they belong, and say what to do', () =>
      visit(browser, screen, '/', async (page) => {
        await ready(page);
        const input = { patientId: 'Patient:3', name: '', prescribedDate: '2024-05-01', purposes: [{ conditionName: '' }] };
        const field = 'prescribeMedication(input: $input) { medication { id } }';
        await write(page, 'query', `mutation Try($input: PrescribeMedicationInput!) {\n  ${field}\n}`);
        await write(page, 'variables', JSON.stringify({ input }, null, 2));
        await execute(page);
        assert.deepEqual(await page.locator('.violations code').allTextContents(), ['input.name', 'input.purposes.0.conditionName']);
        const notes = page.locator('.graphiql-editor-tool .note');
        assert.equal(await notes.count(), 2);
        const line = await notes.first().evaluate((note) => note.closest('.CodeMirror-linewidget').parentElement.textContent);
        assert.match(line, /"name": ""/);
        await write(page, 'variables', '{}');
        assert.equal(await notes.count(), 0, 'a note goes when the text changes');

        await write(page, 'query', '{\n  patients(first: 1) {\n    nodes { nme }\n  }\n}');
        await execute(page);
        assert.match(await page.locator('.graphiql-query-editor .note').textContent(), /Did you mean "name"/);
        assert.match(await page.locator('.faults').textContent(), /Change the request/);
      }));

    test('an id in the answer leads to the patient', () =>
      visit(browser, screen, '/', async (page) => {
        await ready(page);
        await write(page, 'query', '{ patient(id: "Patient:12") { id name } }');
        await execute(page);
        await page.click('.graphiql-response .cm-id-link');
        await page.waitForURL('**/patients/Patient:12');
        await page.waitForSelector('h1');
      }));
  });
}

test('works by keyboard only', () =>
  visit(browser, SCREENS[0], '/', async (page) => {
    await ready(page);
    const focused = () => page.evaluate(() => {
      const { activeElement: one } = document;
      return one.getAttribute('aria-label') ?? one.textContent.trim();
    });
    const tabTo = async (name) => {
      for (let at = 0; at < 80; at++) {
        await page.keyboard.press('Tab');
        if (await page.evaluate(() => document.activeElement.closest('.CodeMirror') !== null)) await page.keyboard.press('Escape');
        if ((await focused()).startsWith(name)) return;
      }
      assert.fail(`no way to “${name}” by Tab`);
    };
    await tabTo('Totals');
    await page.keyboard.press('Enter');
    // The editor has the focus now; Ctrl Enter runs what stands in it.
    await page.waitForTimeout(300);
    await execute(page, () => page.keyboard.press('Control+Enter'));
    assert.ok(JSON.parse(await answer(page)).data.patients.totalCount > 0);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => !document.activeElement.closest('.CodeMirror')), 'there is a way out of the editor');
    await tabTo('Explain');
    await page.keyboard.press('Space');
    assert.equal(await page.locator('[role=switch]').getAttribute('aria-checked'), 'true');
    await write(page, 'query', '{ patient(id: "Patient:12") { id } }');
    await tabTo('Execute query');
    await execute(page, () => page.keyboard.press('Enter'));
    await tabTo('Patient:12');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/patients/Patient:12');
  }));
