// That the pages do not mislead those who care for a patient: what speaks against a medicine, what is past, what is old, what no
// catalog knows.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LOOKS, SCREENS, launch, settled, visit } from './browser.mjs';
import { imported } from './records.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const [DESK] = SCREENS;
const plain = (text) => text.replace(/[\u2066-\u2069]/g, '');
const open = (id, view, test, screen = DESK) =>
  visit(browser, screen, `/patients/${id}#${view}`, async (page) => {
    await page.waitForSelector('#view[aria-busy=false]');
    await page.waitForSelector('.alerts[aria-busy=false]');
    if (view === 'graph') await settled(page);
    await test(page);
  });
const told = async (page, selector) => plain((await page.locator(selector).textContent()).replace(/\s+/g, ' '));

/** Who takes two medicines that interact, one of them against a condition of theirs. */
const CARED_FOR = {
  name: 'Cared For', sex: 'MALE',
  medicalHistory: [
    { type: 'CONDITION', item: 'Asthma', isActive: true, date: '2020-01-01' },
    { type: 'CONDITION', item: 'Chickenpox', isActive: false, date: '1980-01-01' },
    { type: 'SURGERY', item: 'Appendectomy', isActive: false, date: '1990-01-01' },
    { type: 'FAMILY_HISTORY', item: 'Gout in the father', isActive: false },
  ],
  medications: [
    { name: 'Sildenafil', prescribedDate: '2025-01-01', isContinued: true, purposes: ['once', 'twice'].map((description) => ({ conditionName: 'Erectile dysfunction', description })) },
    { name: 'Amlodipine', prescribedDate: '2010-01-01', isContinued: true, purposes: ['One', 'Two', 'Three', 'Four'].map((conditionName) => ({ conditionName })) },
    { name: 'Propranolol', prescribedDate: '2025-01-01', isContinued: true },
    { name: 'Ibuprofen', prescribedDate: '2019-01-01', isContinued: false, discontinuedDate: '2019-02-01' },
  ],
  labReports: [{ date: '2012-03-04', type: 'Chemistry', findings: [{ testName: 'Old test', value: '4', unit: 'mmol/L', referenceRange: '3-5', isAbnormal: false }] }],
};

test('interactions and contraindications stand above every view', async () => {
  const id = await imported(CARED_FOR);
  for (const view of ['graph', 'timeline', 'laboratory', 'vitals', 'care', 'conversations', 'table']) {
    await open(id, view, async (page) => {
      const text = await told(page, '.alerts');
      assert.match(text, /Interaction: Sildenafil and Amlodipine/, view);
      assert.match(text, /Contraindicated: Propranolol with Asthma/, view);
      const [above, below] = await Promise.all([page.locator('.alerts').boundingBox(), page.locator('#view').boundingBox()]);
      assert.ok(above.y + above.height <= below.y + 1, view);
    });
  }
});

test('that nothing is known, and that nothing could be read, are two things', async () => {
  const id = await imported({ name: 'Without Medicines', sex: 'MALE' });
  await open(id, 'table', async (page) => assert.match(await told(page, '.alerts'), /None known from the catalogs/));
  await visit(browser, DESK, '/licenses.txt', async (page) => {
    let failing = true;
    await page.route('**/graphql', async (route) => {
      if (failing && route.request().postData().includes('query Alerts')) await route.fulfill({ json: { data: { patient: { interactions: null, contraindications: [] } }, errors: [{ message: 'the graph does not answer', path: ['patient', 'interactions'] }] } });
      else await route.continue();
    });
    await page.goto(new URL(`/patients/${id}`, page.url()).href);
    const alert = page.locator('.alerts [role=alert]');
    await alert.waitFor();
    assert.match(await alert.textContent(), /could not be read, so there may be some.*the graph does not answer/);
    assert.doesNotMatch(await told(page, '.alerts'), /None known/);
    failing = false;
    await alert.locator('button').click();
    await page.locator('.alerts', { hasText: 'None known from the catalogs' }).waitFor();
  });
});

test('what is past is drawn apart, and is not said of operations and relatives', async () => {
  const id = await imported(CARED_FOR);
  await open(id, 'graph', async (page) => {
    const past = await page.locator('.node.past text').allTextContents();
    assert.deepEqual(past.map(plain).sort(), ['Chickenpox (past)', 'Ibuprofen (past)']);
    const fill = (name) => page.locator('.node', { hasText: name }).locator('path').evaluate((path) => getComputedStyle(path).fill);
    assert.notEqual(await fill('Chickenpox'), await fill('Asthma'));
    for (const name of ['Appendectomy', 'Gout in the father']) {
      assert.doesNotMatch(await page.locator('.node', { hasText: name }).getAttribute('aria-label'), /not active|past/);
    }
  });
  await open(id, 'table', async (page) => {
    assert.match(await told(page, 'table.condition'), /Chickenpox.*not active/);
    assert.doesNotMatch(await told(page, 'table.operation'), /not active/);
    const medications = (await page.locator('table.medication').allTextContents()).map(plain).join('\n');
    assert.match(medications, /for Erectile dysfunction/);
    assert.doesNotMatch(medications, /Erectile dysfunction, Erectile/);
    assert.match(medications, /for One, Two, Three and more/);
  });
});

test('an old value bears its day, and a bar that began before the span is cut visibly', async () => {
  const id = await imported(CARED_FOR);
  await open(id, 'laboratory', async (page) => assert.match(await told(page, '.card .value'), /^4 mmol\/L on 2012-03-04, \d+ years ago$/));
  await open(id, 'timeline&span=2 years', async (page) => {
    const bar = (name) => page.locator('.lanes > li', { has: page.locator('.name', { hasText: name }) }).locator('.period button');
    assert.match(await bar('Amlodipine').getAttribute('class'), /\bcut\b/);
    assert.doesNotMatch(await bar('Sildenafil').getAttribute('class'), /\bcut\b/);
  });
});

test('no recorded edge, and none within a column, runs through an entry that it does not belong to', async () => {
  const id = await imported(CARED_FOR);
  await open(id, 'graph', async (page) => {
    await page.locator('.legend label', { hasText: 'Concepts' }).click();
    await page.waitForSelector('.node.concept');
    await settled(page);
    const crossed = await page.evaluate(() => {
      const nodes = [...document.querySelectorAll('.node')].map((node) => ({ id: node.dataset.id, at: node.transform.baseVal.consolidate().matrix }));
      const at = new Map(nodes.map(({ id, at }) => [id, at.e]));
      const ours = (path) => {
        const ends = [...at].filter(([id]) => path.dataset.key.startsWith(`${id} `) || path.dataset.key.endsWith(` ${id}`)).map(([, x]) => x);
        return path.matches('.recorded') || ends[0] === ends[1];
      };
      return [...document.querySelectorAll('.edges path')].filter(ours).flatMap((path) => {
        const ends = nodes.filter(({ id }) => path.dataset.key.startsWith(`${id} `) || path.dataset.key.endsWith(` ${id}`));
        const points = Array.from({ length: 400 }, (_, at) => path.getPointAtLength((path.getTotalLength() * at) / 399));
        return nodes.filter((node) => !ends.includes(node) && points.some(({ x, y }) => Math.hypot(x - node.at.e, y - node.at.f) < 9)).map(({ id }) => `${path.dataset.key} through ${id}`);
      });
    });
    assert.deepEqual(crossed, []);
  });
});

test('one button shows all of the graph, at every width', async () => {
  const id = await imported(CARED_FOR);
  for (const look of LOOKS) {
    await open(id, 'graph', async (page) => {
      await page.getByRole('button', { name: 'Show all' }).click();
      const inside = await page.evaluate(() => {
        const room = document.querySelector('.drawing > svg').getBoundingClientRect();
        return [...document.querySelectorAll('.node')].every((node) => {
          const { left, right, top, bottom } = node.getBoundingClientRect();
          return left >= room.left - 1 && right <= room.right + 1 && top >= room.top - 1 && bottom <= room.bottom + 1;
        });
      });
      assert.ok(inside, JSON.stringify(look));
    }, look);
  }
});

test('labels are legible at first, and what is chosen to be drawn is all seen until a reader moves it', async () => {
  const id = await imported(CARED_FOR);
  for (const width of [1400, 1024, 768]) {
    await open(id, 'graph', async (page) => {
      const heights = await page.locator('.node text').evaluateAll((texts) => texts.map((text) => 12 * text.getScreenCTM().a));
      assert.ok(Math.min(...heights) >= 10.5, `${width}: ${heights}`);
      const inside = () => page.waitForFunction(() => {
        const room = document.querySelector('.drawing > svg').getBoundingClientRect();
        return document.querySelector('.drawing > svg[data-settled]') && [...document.querySelectorAll('.node')].every((node) => {
          const { left, right, top, bottom } = node.getBoundingClientRect();
          return left >= room.left - 1 && right <= room.right + 1 && top >= room.top - 1 && bottom <= room.bottom + 1;
        });
      });
      await page.locator('.legend label', { hasText: 'Concepts' }).click();
      await page.waitForSelector('.node.concept');
      await inside();
      await page.locator('.node.condition').first().click();
      await page.waitForSelector('.details');
      await inside();
      await page.click('[aria-label="Zoom in"]');
      const view = () => page.locator('.scene').getAttribute('transform');
      const moved = await view();
      await page.click('.details header button');
      await page.waitForTimeout(300);
      assert.equal(await view(), moved, 'it stays where a reader put it');
    }, { viewport: { width, height: 800 } });
  }
});

test('what a chosen entry leads to is not behind the panel', () =>
  open('Patient:1', 'graph', async (page) => {
    await page.locator('.node.condition', { hasText: 'Hypothyroidism' }).dispatchEvent('click');
    await page.waitForSelector('.details');
    for (const [kind, name] of [['condition', 'Hypothyroidism'], ['medication', 'Levothyroxine'], ['symptom', 'Constipation']]) {
      const [node, room] = await Promise.all([page.locator(`.node.${kind}`, { hasText: name }).boundingBox(), page.locator('.drawing > svg').boundingBox()]);
      assert.ok(node.x >= room.x && node.x + node.width <= room.x + room.width, `${name}: ${JSON.stringify([node, room])}`);
    }
  }));

test('edges have contrast, and today is named', async () => {
  const id = 'Patient:1';
  for (const colorScheme of ['light', 'dark']) {
    await open(id, 'graph', async (page) => {
      for (const edge of ['recorded', 'known']) {
        const ratio = await page.locator(`.edges .${edge}`).first().evaluate((path) => {
          const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          const shine = (...colours) => {
            pen.clearRect(0, 0, 1, 1);
            for (const colour of colours) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
            const [red, green, blue] = [...pen.getImageData(0, 0, 1, 1).data].map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
            return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
          };
          const ground = getComputedStyle(document.body).backgroundColor;
          const [one, other] = [shine(ground, getComputedStyle(path).stroke), shine(ground)];
          return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        });
        assert.ok(ratio >= 3, `${edge}, ${colorScheme}: ${ratio}`);
      }
    }, { ...DESK, colorScheme });
  }
  await open(id, 'timeline', async (page) => {
    assert.equal(await page.locator('.ticks .now').textContent(), 'today');
    const cut = await page.locator('.ticks span').evaluateAll((names) => names.filter((name) => name.getBoundingClientRect().right > name.parentElement.getBoundingClientRect().right + 1 || name.getBoundingClientRect().left < name.parentElement.getBoundingClientRect().left - 1).map((name) => name.textContent));
    assert.deepEqual(cut, []);
    const broken = await page.locator('.texts td:nth-child(2)').evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.textContent));
    assert.deepEqual(broken, []);
  }, { viewport: { width: 320, height: 800 } });
});

test('the drawing and the panel count the same care paths', () =>
  open('Patient:1', 'graph', async (page) => {
    const counts = [];
    for (const name of ['Levothyroxine', 'Fatigue', 'Type 2 diabetes']) {
      const node = page.locator('.node', { hasText: name }).first();
      await node.dispatchEvent('pointerover');
      await page.locator('.hint', { hasText: '→' }).waitFor();
      const more = /and (\d+) more care path/.exec(await page.locator('.hint').textContent());
      await node.dispatchEvent('click');
      await page.locator('.details h2', { hasText: name }).waitFor();
      assert.equal(await page.locator('.details h3', { hasText: 'Care paths' }).locator('small').textContent(), String(1 + Number(more?.[1] ?? 0)), name);
      counts.push(Number(more?.[1] ?? 0));
    }
    assert.ok(Math.max(...counts) > 0, `${counts}`);
  }));

test('a name that no catalog knows is said to be unknown, and names like it are offered', () =>
  visit(browser, DESK, '/patients/#hasCondition=Asthmaa', async (page) => {
    const near = page.locator('.near');
    await near.waitFor();
    assert.match(plain(await near.textContent()), /know no condition named “Asthmaa”/);
    await near.getByRole('button', { name: /^.?Asthma.?$/ }).click();
    await page.locator('.rows tbody tr').first().waitFor();
    assert.equal(await page.inputValue('input[name=hasCondition]'), 'Asthma');
  }));

test('a name that a catalog knows by another word is not said to be unknown', async () => {
  for (const name of ['high blood pressure', 'Hypertension, essential', 'Hypertensión']) {
    await visit(browser, DESK, `/patients/#search=qqqqqq&hasCondition=${encodeURIComponent(name)}`, async (page) => {
      const answered = page.waitForResponse((response) => response.request().postData()?.includes('query Near') ?? false);
      await page.reload();
      await answered;
      await page.locator('.empty').waitFor();
      await page.waitForTimeout(200);
      assert.doesNotMatch(await page.locator('main').textContent(), /catalogs know no/, name);
    });
  }
  // More names have the word than are read: none of them is told to be all there is.
  await visit(browser, DESK, '/patients/#search=qqqqqq&reportsSymptom=pai', async (page) => {
    await page.locator('.near').waitFor();
    assert.match(plain(await page.locator('.near').textContent()), /Names like “pai”: Abdominal/);
  });
});

test('what was copied elsewhere with signs that nobody sees finds the same patients', () =>
  visit(browser, DESK, `/patients/#condition=${encodeURIComponent('\u2068Asthma\u2069')}`, async (page) => {
    await page.locator('.rows tbody tr').first().waitFor();
    assert.equal(await page.locator('.trouble').count(), 0);
  }));

test('what is copied has no signs that nobody sees', async () => {
  const id = await imported(CARED_FOR);
  await open(id, 'table', async (page) => {
    assert.match(await page.locator('body').textContent(), /[\u2066-\u2069]/, 'else this test tells nothing');
    await page.locator('body').evaluate((body) => getSelection().selectAllChildren(body));
    await page.keyboard.press('Control+c');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /Chickenpox/);
    assert.doesNotMatch(copied, /[\u2066-\u2069]/);
  });
});
