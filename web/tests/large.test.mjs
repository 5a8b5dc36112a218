// That a large record is read in pages and drawn in groups.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SCREENS, launch, settled, visit } from './browser.mjs';
import { imported, record } from './records.mjs';

let browser;
let id;
before(async () => {
  browser = await launch();
  id = await imported(record('Long Ill', 200));
});
after(() => browser.close());

const [DESK] = SCREENS;

test('it is drawn with what repeats as one, and opens it', () =>
  visit(browser, DESK, '/licenses.txt', async (page) => {
    const bodies = [];
    const count = (response) => { if (response.url().endsWith('/graphql')) bodies.push(response.body()); };
    page.on('response', count);
    const began = Date.now();
    await page.goto(new URL(`/patients/${id}#graph`, page.url()).href);
    await page.waitForSelector('.node.condition');
    const first = Date.now() - began;
    await settled(page);
    // What comes later may come while the page is being closed, and has no body then.
    page.off('response', count);
    const asked = (await Promise.all(bodies)).reduce((sum, body) => sum + body.length, 0);
    console.log(`200 of each kind: the first node after ${first} ms, settled after ${Date.now() - began} ms, ${asked} bytes`);
    assert.ok(asked < 1_000_000, `${asked} bytes`);
    const nodes = await page.locator('.node').count();
    assert.ok(nodes > 30 && nodes < 150, `${nodes} nodes`);
    assert.ok((await page.locator('.edges .known').count()) > 5);
    const fatigue = page.locator('.node.symptom', { hasText: 'Fatigue' });
    assert.match(await fatigue.textContent(), /Fatigue.? ×10$/);
    await fatigue.focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('.details .entries li').count(), 10);
    await page.click('.details .open');
    await page.waitForFunction((before) => document.querySelectorAll('.node').length === before + 9, nodes);
    assert.equal(await fatigue.count(), 10);
    assert.match(await page.evaluate(() => document.activeElement.textContent), /Fatigue/, 'the focus is on what was opened');
    await page.click('text=Group again');
    await page.waitForFunction((before) => document.querySelectorAll('.node').length === before, nodes);
  }));

test('it says how much of it is read, and reads on by the page', () =>
  visit(browser, DESK, '/licenses.txt', async (page) => {
    await page.goto(new URL(`/patients/${id}#table`, page.url()).href);
    await page.waitForSelector('#view[aria-busy=false]');
    const rows = () => page.locator('table.report tbody tr').count();
    assert.equal(await rows(), 100);
    const offer = page.locator('.tables > div', { has: page.locator('table.report') });
    assert.match(await offer.textContent(), /The latest 100 of 200 reports are read/);
    const elements = await page.evaluate(() => document.querySelectorAll('*').length);
    assert.ok(elements < 8_000, `${elements} elements`);
    await offer.locator('button', { hasText: 'More reports' }).click();
    await page.waitForFunction(() => document.querySelectorAll('table.report tbody tr').length === 200);
    assert.ok(!/are read/.test(await offer.textContent()));
    const dates = await page.locator('table.report td.day').allTextContents();
    assert.deepEqual(dates, [...dates].sort().reverse());
    assert.equal(new Set(await page.locator('table.report tbody tr').allTextContents()).size, 200, 'none twice');

    // One row for care paths of the same names, and their reasons when they are wanted.
    const paths = page.locator('table.paths');
    const names = await paths.locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.cells].slice(0, 3).map((cell) => cell.textContent.replace(/ ×\d+$/, '')).join()));
    assert.ok(names.length > 0 && new Set(names).size === names.length);
    await paths.locator('.reasons').first().click();
    await paths.locator('ol li').first().waitFor();
  }));

test('the timeline marks what stands close together once', () =>
  visit(browser, DESK, '/licenses.txt', async (page) => {
    await page.goto(new URL(`/patients/${id}#timeline`, page.url()).href);
    await page.waitForSelector('#view[aria-busy=false]');
    const lane = page.locator('.lanes li', { hasText: 'Appointments' }).first();
    const marks = await lane.locator('.lane button').count();
    assert.ok(marks > 10 && marks <= 101, `${marks} marks`);
    assert.ok((await page.locator('.texts tbody tr').count()) <= 100);
    const stops = await page.locator('.lanes button[tabindex="0"]').count();
    assert.ok(stops <= 60, `${stops} stops of Tab`);
    await lane.locator('.lane button').first().focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await lane.locator('.lane button').nth(1).evaluate((one) => one === document.activeElement), true);
  }));
