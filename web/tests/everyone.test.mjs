// That the view of a patient serves everyone: long words, small and large screens, forced colours, paper, keyboard.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SCREENS, accessible, launch, settled, visit } from './browser.mjs';
import { imported } from './records.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const [DESK] = SCREENS;
const VIEWS = ['graph', 'timeline', 'laboratory', 'vitals', 'care', 'conversations', 'table'];

async function open(page, id, view) {
  await page.goto(new URL(`/patients/${id}#${view}`, page.url()).href);
  await page.waitForSelector(`#view[data-view="${view[0].toUpperCase()}${view.slice(1)}"][aria-busy=false]`);
  if (view === 'graph') await settled(page);
}

/** A record of names that are as long and as high as the gateway takes them. */
function unruly() {
  const [wide, long, high] = ['W'.repeat(255), 'Pneumonoultramicroscopicsilicovolcanoconiosis'.repeat(5), `e${'\u0301\u0323'.repeat(100)}x`];
  const names = [wide, long, high];
  return {
    name: wide, sex: 'FEMALE', dateOfBirth: '1950-01-01',
    medicalHistory: names.flatMap((item) => ['ALLERGY', 'CONDITION', 'SURGERY', 'FAMILY_HISTORY', 'LIFESTYLE'].map((type) => ({ type, item, details: item, date: '2020-01-01' }))),
    medications: names.map((name) => ({ name: name.slice(0, 100), dosage: name.slice(0, 40), prescribedDate: '2020-01-01' })),
    appointments: [{ date: '2025-01-01', doctorName: wide.slice(0, 100), notes: long, symptoms: names.map((name) => ({ name: name.slice(0, 100), description: name })) }],
    labReports: [{ date: '2025-01-01', type: wide.slice(0, 50), findings: names.map((name) => ({ testName: name.slice(0, 100), value: name.slice(0, 40), unit: name.slice(0, 15), referenceRange: name.slice(0, 40) })) }],
    reports: names.map((name) => ({ date: '2025-01-01', type: name.slice(0, 50), summary: name })),
    messages: names.map((text) => ({ text })),
  };
}

test('long words and floods of marks neither scroll the page sideways nor cover what is beside them', async () => {
  const id = await imported(unruly());
  for (const width of [320, 390, 768, 1024, 1400]) {
    await visit(browser, { viewport: { width, height: 800 } }, '/licenses.txt', async (page) => {
      for (const view of VIEWS) {
        await open(page, id, view);
        const wide = await page.evaluate(() => [document.documentElement, document.querySelector('#view')].map((one) => one.scrollWidth - one.clientWidth));
        assert.deepEqual(wide.map((more) => Math.max(0, more)), [0, 0], `${view} at ${width} px`);
        assert.doesNotMatch(await page.locator('main').textContent(), /\p{M}{5}|[\u0300-\u036f]{3}/u, 'no more marks than any script needs');
        const outside = await page.evaluate(() => [...document.querySelectorAll('main bdi')].filter((one) => {
          const [box, text] = [one.closest('td, th, li, h1, h2, h3, p, .name')?.getBoundingClientRect(), one.getBoundingClientRect()];
          return box && box.width > 0 && text.right > box.right + 1;
        }).map((one) => one.parentElement.outerHTML.slice(0, 100)));
        assert.deepEqual(outside, [], `${view} at ${width} px`);
        if (view !== 'graph') continue;
        const nodes = await page.locator('.node').evaluateAll((nodes) => nodes.map((node) => ({ x: node.transform.baseVal.consolidate().matrix.e, right: node.transform.baseVal.consolidate().matrix.e + node.querySelector('text').getBBox().x + node.querySelector('text').getBBox().width })));
        const columns = [...new Set(nodes.map(({ x }) => x))].sort((a, b) => a - b);
        for (const { x, right } of nodes) assert.ok(!(columns.find((column) => column > x + 1) - 10 < right), `a label at ${x} ends at ${right}, columns ${columns}`);
      }
    });
  }
});

test('names of nodes contain what is drawn', async () => {
  const id = await imported(unruly());
  for (const patient of [id, 'Patient:1']) {
    await visit(browser, DESK, '/licenses.txt', async (page) => {
      await open(page, patient, 'graph');
      const wrong = await page.locator('.node').evaluateAll((nodes) => nodes.filter((node) => !node.getAttribute('aria-label').includes(node.textContent)).map((node) => node.textContent));
      assert.deepEqual(wrong, []);
    });
  }
});

/** Sizes and schemes: the extremes, or all in the long run. */
const LOOKS = [[320, 568], [1400, 900], [320, 200], [768, 1024]].flatMap(([width, height], at) =>
  ['light', 'dark'].slice(0, at < 2 || process.env.MEDIMAX_TEST_FULL ? 2 : 1).map((colorScheme) => ({ viewport: { width, height }, colorScheme })),
);

test('axe-core finds nothing at any size, light and dark, in any state', async () => {
  const id = await imported(unruly());
  for (const look of LOOKS) {
    await visit(browser, look, '/licenses.txt', async (page) => {
      for (const view of VIEWS) {
        await open(page, 'Patient:1', view);
        await accessible(page, { all: true });
      }
      await open(page, 'Patient:1', 'graph');
      await page.locator('.node.symptom').first().dispatchEvent('click');
      await page.waitForSelector('.details');
      await accessible(page, { all: true });
      await open(page, id, 'table');
      await accessible(page, { all: true });
      await page.route('**/graphql', (route) => route.abort());
      await page.reload();
      await page.waitForSelector('main [role=alert]');
      await accessible(page, { all: true });
    });
  }
  await visit(browser, DESK, '/licenses.txt', async (page) => {
    let failing = true;
    await page.route('**/graphql', (route) => (failing && !route.request().postData().includes('query Person') ? route.fulfill({ status: 502, body: '<html>' }) : route.continue()));
    for (const view of VIEWS) {
      await open(page, 'Patient:1', view);
      await page.waitForSelector('.missing');
      await accessible(page, { all: true });
    }
    failing = false;
    await page.goto(new URL('/patients/Nobody', page.url()).href);
    await page.waitForSelector('[role=alert]');
    await accessible(page, { all: true });
  });
});

test('with forced colours bars are seen, and so is which button is pressed', () =>
  visit(browser, { ...DESK, forcedColors: 'active' }, '/licenses.txt', async (page) => {
    await open(page, 'Patient:1', 'timeline');
    const colour = (selector, property) => page.locator(selector).first().evaluate((one, property) => getComputedStyle(one)[property], property);
    const ground = await colour('body', 'backgroundColor');
    assert.notEqual(await colour('.period .medication', 'backgroundColor'), ground);
    assert.notEqual(await colour('.moment .appointment', 'backgroundColor'), ground);
    assert.notEqual(await colour('.controls [aria-pressed=true]', 'backgroundColor'), await colour('.controls [aria-pressed=false]', 'backgroundColor'));
    await open(page, 'Patient:1', 'graph');
    assert.notEqual(await colour('.node.condition path', 'fill'), ground);
    assert.notEqual(await colour('[role=tab][aria-selected=true]', 'borderBottomColor'), await colour('[role=tab][aria-selected=false]', 'borderBottomColor'));
    await open(page, 'Patient:1', 'laboratory');
    assert.notEqual(await colour('.point', 'fill'), ground);
  }));

test('every view is printed whole', () =>
  visit(browser, DESK, '/licenses.txt', async (page) => {
    for (const view of VIEWS) {
      await open(page, 'Patient:1', view);
      await page.emulateMedia({ media: 'print' });
      const cut = await page.evaluate(() => ['#root', 'main', '#view'].filter((one) => document.querySelector(one).scrollHeight > document.querySelector(one).clientHeight + 2));
      assert.deepEqual(cut, [], view);
      assert.ok(await page.locator('h1').isVisible() && await page.locator('.allergies b').first().isVisible(), view);
      const pages = (await page.pdf({ format: 'A4' })).toString('latin1').match(/\/Type\s*\/Page\b/g).length;
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      assert.ok(pages >= (view === 'table' ? 3 : 1) && pages <= 2 + Math.ceil(height / 400), `${view}: ${pages} pages of ${height} px`);
      await page.emulateMedia({ media: 'screen' });
    }
    // All of the drawing, however it was moved.
    await open(page, 'Patient:1', 'graph');
    await page.click('[aria-label="Zoom in"]');
    const inside = await page.evaluate(() => {
      dispatchEvent(new Event('beforeprint'));
      const [svg, nodes] = [document.querySelector('.drawing > svg'), [...document.querySelectorAll('.node')]];
      const [room, boxes] = [svg.getBoundingClientRect(), nodes.map((node) => node.getBoundingClientRect())];
      const seen = boxes.filter((box) => box.left >= room.left - 1 && box.right <= room.right + 1 && box.top >= room.top - 1 && box.bottom <= room.bottom + 1).length;
      dispatchEvent(new Event('afterprint'));
      return [seen, nodes.length, svg.hasAttribute('viewBox')];
    });
    assert.equal(inside[0], inside[1]);
    assert.equal(inside[2], false);
  }));

test('the graph has a height at 400 % zoom, and all of the page can be reached', () =>
  visit(browser, { viewport: { width: 320, height: 200 } }, '/licenses.txt', async (page) => {
    await open(page, 'Patient:1', 'graph');
    const { height } = await page.locator('.drawing > svg').boundingBox();
    assert.ok(height >= 150, `${height} px`);
    await page.locator('.zoom').scrollIntoViewIfNeeded();
    const { y } = await page.locator('.zoom').boundingBox();
    assert.ok(y >= 0 && y < 200, `${y}`);
  }));

test('Enter leads into a node, Escape back to where one was', () =>
  visit(browser, DESK, '/licenses.txt', async (page) => {
    await open(page, 'Patient:1', 'graph');
    await page.locator('.node[tabindex="0"]').focus();
    await page.keyboard.press('ArrowRight');
    const focused = () => page.evaluate(() => document.activeElement.dataset.id ?? document.activeElement.tagName);
    const node = await focused();
    assert.notEqual(node, 'BODY');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.details');
    assert.equal(await focused(), 'H2');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter'); // another node, from within the panel
    assert.equal(await focused(), 'H2');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.details', { state: 'detached' });
    assert.equal(await focused(), node);
  }));

test('headings follow each other without a gap', () =>
  visit(browser, DESK, '/licenses.txt', async (page) => {
    for (const view of VIEWS) {
      await open(page, 'Patient:1', view);
      const levels = await page.locator('h1, h2, h3, h4').evaluateAll((headings) => headings.map(({ tagName }) => Number(tagName[1])));
      assert.equal(levels[0], 1);
      levels.forEach((level, at) => assert.ok(at === 0 || level <= levels[at - 1] + 1, `${view}: ${levels}`));
    }
  }));

test('on a telephone the record stands before care paths, and labels are on the screen', async () => {
  for (const width of [320, 390]) {
    await visit(browser, { viewport: { width, height: 844 }, hasTouch: true }, '/licenses.txt', async (page) => {
      await open(page, 'Patient:1', 'table');
      const captions = (await page.locator('caption').allTextContents()).map((text) => text.trim());
      assert.ok(captions.findIndex((text) => text.startsWith('Care paths')) > captions.findIndex((text) => text.startsWith('Messages')), `${captions}`);
      await open(page, 'Patient:1', 'graph');
      const cut = await page.locator('.node').evaluateAll((nodes) => nodes.filter((node) => {
        const [sign, text] = [node.querySelector('path').getBoundingClientRect(), node.querySelector('text').getBoundingClientRect()];
        return sign.left >= 0 && sign.right <= innerWidth - 14 && (text.right > innerWidth || text.left < 0);
      }).map((node) => node.textContent));
      assert.deepEqual(cut, []);
      assert.ok(await page.locator('.node.allergy text').first().isVisible());
      await open(page, 'Patient:1', 'timeline');
      const names = await page.locator('.lanes .name').evaluateAll((names) => names.map((name) => [name.textContent, name.scrollWidth > name.clientWidth + 1 || name.getBoundingClientRect().right > innerWidth]));
      assert.ok(names.length > 5 && names.every(([, hidden]) => !hidden), `${names}`);
    });
  }
});

test('a link shows the same view, span and kinds', () =>
  visit(browser, DESK, '/licenses.txt', async (page) => {
    await open(page, 'Patient:1', 'graph');
    await page.locator('.legend label', { hasText: 'Laboratory' }).click();
    await page.waitForSelector('.node.lab', { state: 'detached' });
    await page.click('#tab-Timeline');
    await page.click('text=2 years');
    const link = page.url();
    await page.goto('about:blank');
    await page.goto(link);
    await page.waitForSelector('.timeline [aria-pressed=true]');
    assert.equal(await page.locator('.controls [aria-pressed=true]').textContent(), '2 years');
    await page.click('#tab-Graph');
    await page.waitForSelector('.node.symptom');
    assert.equal(await page.locator('.node.lab').count(), 0);
    assert.ok(!(await page.locator('.legend label', { hasText: 'Laboratory' }).locator('input').isChecked()));
  }));
