// The playground as its users have it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SCREENS, TRIED, accessible, answer, execute, launch, named, visit, write } from './browser.mjs';

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

for (const screen of SCREENS) {
  test(`opens without a serious violation, ${named(screen)}`, () =>
    visit(browser, screen, '/', async (page) => {
      await ready(page);
      await accessible(page);
      await page.click('[role=switch]');
      await choose(page, 'Care paths');
      await execute(page);
      await accessible(page);
      const across = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(across <= 0, `${across} pixels stand beside the screen`);
    }));
}

test('a first load takes at most 1.5 MB', () =>
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
    assert.ok(bytes.length > 3 && total > 100_000 && total < 1_500_000, `${total} bytes`);
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
          const about = await page.locator('.samples li', { has: page.locator(`b:text-is("${name}")`) }).locator('.about').textContent().catch(() => 'hidden');
          assert.ok(about.length > 5, name);
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
        await page.click('.graphiql-response .cm-patient-link');
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
