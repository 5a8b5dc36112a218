// The pictures of README.md and docs/pages.md, taken anew: MEDIMAX_TEST_ADDRESS=http://127.0.0.1:8080 node web/tests/screenshots.mjs
import { resolve } from 'node:path';
import { SCREENS, execute, launch, settled, visit } from './browser.mjs';

const [light, dark] = SCREENS;
const docs = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../../docs');
const browser = await launch();

await visit(browser, light, '/', async (page) => {
  await page.click('.samples li button:has-text("Care paths")');
  await page.waitForTimeout(400);
  await page.click('[aria-label="Hide Samples"]');
  await page.click('[role=switch]');
  await execute(page);
  await page.locator('.waterfall tbody tr').nth(1).hover();
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${docs}/playground.png` });
});

await visit(browser, { ...light, viewport: { width: 1280, height: 700 } }, '/patients/Patient:1', async (page) => {
  await settled(page);
  const node = page.locator('.node.condition', { hasText: 'Hypothyroidism' });
  await node.dispatchEvent('click');
  await page.waitForSelector('.details');
  await node.dispatchEvent('pointerover');
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${docs}/patient-graph.png` });
});

await visit(browser, dark, '/patients/Patient:1#laboratory', async (page) => {
  await page.waitForSelector('.labs svg');
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${docs}/patient-laboratory.png` });
});

await browser.close();
