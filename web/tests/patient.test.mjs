// The view of a patient as its users have it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SCREENS, TRIED, accessible, launch, named, settled, visit } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** A demo patient who is ill in several ways. */
const PATIENT = '/patients/Patient:1';

for (const screen of SCREENS) {
  test(`opens without a serious violation, ${named(screen)}`, () =>
    visit(browser, screen, PATIENT, async (page) => {
      await settled(page);
      for (const view of ['Graph', 'Timeline', 'Laboratory', 'Table']) {
        await page.click(`#tab-${view}`);
        await page.waitForSelector({ Graph: '.node', Timeline: '.lane button', Laboratory: '.labs svg', Table: 'caption' }[view]);
        await accessible(page);
        const across = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(across <= 0, `${view}: ${across} pixels stand beside the screen`);
      }
    }));
}

for (const screen of TRIED) {
  describe(named(screen), () => {
    test('the graph shows what is recorded and what is known, and why', () =>
      visit(browser, screen, PATIENT, async (page) => {
        await settled(page);
        for (const kind of ['patient', 'appointment', 'symptom', 'condition', 'medication', 'lab']) {
          assert.ok((await page.locator(`.node.${kind}`).count()) > 0, kind);
        }
        const dashes = (edge) => page.locator(`.edges .${edge}`).first().evaluate((edge) => getComputedStyle(edge).strokeDasharray);
        assert.notEqual(await dashes('known'), await dashes('recorded'), 'not by their colours alone');

        // A medication that is for a condition that a symptom speaks for.
        const ill = page.locator('.node.medication', { hasText: 'Levothyroxine' });
        await ill.dispatchEvent('pointerover');
        await page.waitForSelector('.drawing svg.pointed');
        const lit = await page.locator('.node.lit').evaluateAll((nodes) => nodes.map((node) => node.classList[1]));
        assert.ok(['symptom', 'condition', 'medication'].every((kind) => lit.includes(kind)), `${lit}`);
        assert.ok(lit.length < (await page.locator('.node').count()), 'the others are not');
        assert.match(await page.locator('.hint').textContent(), /→ .* → Levothyroxine/);

        await ill.dispatchEvent('click');
        const details = page.locator('.details');
        await details.waitFor();
        const text = await details.textContent();
        assert.match(text, /Care paths/);
        assert.match(text, /what the prescriber wrote/);
        assert.match(text, /“.+”/, 'evidence');
        await details.locator('.reasons').first().click();
        await details.locator('.ways ol').first().waitFor();
        const steps = await details.locator('.ways ol').first().textContent();
        assert.match(steps, /recognised by/);
        assert.match(steps, /Levothyroxine treats condition Hypothyroidism/);
        await accessible(page);

        const before = await page.locator('.node').count();
        await page.locator('.legend label', { hasText: 'Concepts' }).click();
        await page.waitForSelector('.node.concept');
        assert.ok((await page.locator('.node').count()) > before);
      }));

    test('time, laboratory and table show the same record', () =>
      visit(browser, screen, PATIENT, async (page) => {
        await page.click('#tab-Timeline');
        // Medications are bars. A view is shown a moment after its tab was chosen.
        await page.waitForSelector('.period .medication');
        await page.waitForSelector('.moment .appointment');
        await page.locator('.period .medication').first().focus();
        assert.match(await page.locator('.shown').textContent(), /\d{4}-\d{2}-\d{2}/);

        await page.click('#tab-Laboratory');
        await page.waitForSelector('.labs svg .range');
        assert.ok((await page.locator('.labs svg .point').count()) > 3);

        await page.click('#tab-Table');
        for (const kind of ['Care paths', 'Symptoms', 'Conditions', 'Medications', 'Connections']) {
          await page.locator('caption', { hasText: kind }).first().waitFor();
        }
        assert.match(page.url(), /#table$/, 'a view has an address');
      }));
  });
}

test('nobody is said to be nobody, and another id to be wrong', async () => {
  await visit(browser, SCREENS[0], '/patients/Patient:999999', async (page) => {
    assert.match(await page.locator('[role=alert]').textContent(), /no patient with the id Patient:999999/);
  });
  await visit(browser, SCREENS[0], '/patients/Appointment:1', async (page) => {
    assert.match(await page.locator('[role=alert]').textContent(), /Patient/);
  });
});

test('works by keyboard only', () =>
  visit(browser, SCREENS[0], PATIENT, async (page) => {
    await settled(page);
    const label = () => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? '');
    for (let at = 0; at < 30 && !(await label()).startsWith('patient:'); at++) await page.keyboard.press('Tab');
    assert.match(await label(), /^patient:/);
    const kinds = new Set();
    for (let at = 0; at < 5; at++) {
      await page.keyboard.press('ArrowRight');
      kinds.add((await label()).split(':')[0]);
    }
    assert.ok(kinds.size >= 4, `arrows lead across: ${[...kinds]}`);
    await page.keyboard.press('ArrowDown');
    const name = await label();
    await page.keyboard.press('Enter');
    const heading = await page.locator('.details h2').textContent();
    assert.ok(name.includes(heading), `${name}: ${heading}`);

    await page.locator('#tab-Graph').focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'tab-Timeline');
    await page.waitForSelector('.timeline');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('.controls [aria-pressed=true]').textContent(), await page.evaluate(() => document.activeElement.textContent));
  }));
