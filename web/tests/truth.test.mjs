// That the view of a patient says what is recorded, and what it cannot say.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SCREENS, asStored, launch, settled, storable, visit } from './browser.mjs';
import { asked, imported } from './records.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const [DESK] = SCREENS;
const open = (id, view, test, screen = DESK) =>
  visit(browser, screen, `/patients/${id}#${view}`, async (page) => {
    await page.waitForSelector(`#view[data-view="${view[0].toUpperCase()}${view.slice(1).split('&')[0]}"][aria-busy=false]`);
    await page.waitForSelector('.alerts[aria-busy=false]');
    if (view === 'graph') await settled(page);
    await test(page);
  });

const finding = (testName, value, unit, referenceRange, flag) => ({ testName, value, unit, referenceRange, flag, isAbnormal: Boolean(flag) });

test('a laboratory value is held against its own range, in its own unit, or not at all', async () => {
  const days = [
    [finding('Glucose', '5.0', 'mmol/L', '3.9-5.5'), finding('Potassium', '4.0', 'mmol/L', '3.5-5.1'), finding('Odd range', '3', null, '1.2.3-4'), finding('Turned range', '3', null, '5-1'), finding('Culture', 'negative', null, 'negative'), finding('No range', '7', 'U/L', null), finding('Contradicted', '4.5', 'mmol/L', '3.9-5.5', 'HIGH')],
    [finding('Glucose', '8.3', 'mmol/L', '3.9-5.5')],
    [finding('Glucose', '90', 'mg/dL', '70-100')],
    [finding('Glucose', '9', 'mmol/L', '3.9-10.0')],
  ];
  const id = await imported({ name: 'Laboratory Alone', sex: 'MALE', labReports: days.map((findings, at) => ({ date: `2025-0${1 + at}-01`, type: 'Chemistry', findings })) });
  const gateway = await asked('query($id: ID!) { patient(id: $id) { labReports { nodes { findings { testName value unit verdict referenceInterval { low high text } } } } } }', { id });
  const read = gateway.patient.labReports.nodes.flatMap(({ findings }) => findings);
  await open(id, 'laboratory', async (page) => {
    const card = (name, unit) => page.locator('.card', { has: page.locator('h3', { hasText: unit ? new RegExp(`^${name} in ${unit}$`) : new RegExp(`^${name}`) }) });
    assert.equal(await card('Glucose').count(), 2, 'a series a unit');
    const [molar, mass] = [card('Glucose', 'mmol/L'), card('Glucose', 'mg/dL')];
    assert.match(await mass.locator('.value').textContent(), /^90 mg\/dL on 2025-03-01, \d+ years? ago$/);
    // 5.0 and 9 within their ranges, 8.3 above its own, though nobody flagged it.
    assert.deepEqual(await molar.locator('.point').evaluateAll((points) => points.map((point) => [point.classList[1], point.getAttribute('d').split('M').length - 1])), [['within', 2], ['above', 1]]);
    await molar.locator('summary').click();
    assert.deepEqual(await molar.locator('li').allTextContents(), [
      '2025-04-01: 9, range 3.9-10.0;  within its range',
      '2025-02-01: 8.3, range 3.9-5.5; ▲ above its range',
      '2025-01-01: 5.0, range 3.9-5.5;  within its range',
    ]);
    for (const [name, why] of [['Odd range', /not compared: the range cannot be read/], ['Turned range', /not compared: the range cannot be read/], ['Culture', /not compared: the value cannot be read as a number/], ['No range', /not compared: no range is recorded/]]) {
      assert.match(await card(name).textContent(), why, name);
    }
    assert.equal(await card('Culture').locator('svg').count(), 0);
    assert.match(await card('Culture').textContent(), /One value cannot be read as a number and is not drawn/);
    assert.equal(await card('Odd range').locator('.point.none').count(), 1, 'drawn, and as neither within nor outside');
    assert.match(await card('Contradicted').textContent(), /within its range, recorded as high/, 'the verdict as computed and the flag as recorded');
    // Whatever the gateway makes of them, the page says the same.
    const judged = await page.locator('.card').evaluateAll((cards) => cards.map((card) => card.querySelector('header + p').textContent));
    assert.equal(judged.filter((told) => /not compared/.test(told)).length, new Set(read.filter(({ verdict }) => !verdict).map(({ testName }) => testName)).size);
    assert.ok((await page.locator('.card path').evaluateAll((paths) => paths.map((path) => path.getAttribute('d')))).every((d) => !/NaN|Infinity/.test(d)));
  });
});

test('a decimal comma is read as the gateway reads it, or said to be unread', async () => {
  const id = await imported({ name: 'Comma', sex: 'MALE', labReports: [{ date: '2025-01-01', type: 'Chemistry', findings: [finding('Potassium', '4,2', 'mmol/L', '3,5-5,1')] }] });
  const { patient } = await asked('query($id: ID!) { patient(id: $id) { labReports { nodes { findings { numericValue verdict referenceInterval { low high } } } } } }', { id });
  const [{ numericValue, verdict, referenceInterval }] = patient.labReports.nodes[0].findings;
  await open(id, 'laboratory', async (page) => {
    const text = await page.locator('.card').textContent();
    assert.match(text, /4,2/);
    assert.match(text, verdict ? /(within|above|below) its range/ : /not compared/);
    assert.equal(await page.locator('.card svg').count(), numericValue === null ? 0 : 1);
    const bounds = await page.locator('.card svg text').allTextContents();
    assert.ok(!bounds.includes('35') && !bounds.includes('51'), `${bounds}`);
    if (referenceInterval.low !== null) assert.ok(bounds.includes(String(referenceInterval.low)), `${bounds}`);
  });
});

const history = (type, item, date = '2020-01-01') => ({ type, item, date });

test('allergies stand above every view, and family, operations and conditions are not one kind', async () => {
  const id = await imported({
    name: 'Four Kinds', sex: 'FEMALE', appointments: [{ date: '2025-05-05', symptoms: [{ name: 'Fatigue' }] }], labReports: [{ date: '2025-01-01', type: 'Chemistry', findings: [finding('ALT', '20', 'U/L', '7-45')] }],
    medicalHistory: [history('ALLERGY', 'Penicillin'), history('FAMILY_HISTORY', 'Asthma'), history('SURGERY', 'Appendectomy'), history('CONDITION', 'Gout'), history('LIFESTYLE', 'Smoker')],
  });
  const kinds = { allergy: 'Penicillin', family: 'Asthma', operation: 'Appendectomy', condition: 'Gout', other: 'Smoker' };
  for (const view of ['graph', 'timeline', 'laboratory', 'table']) {
    await open(id, view, async (page) => {
      const banner = page.locator('.allergies');
      assert.match(await banner.textContent(), /Allergies.*Penicillin/, view);
      assert.ok(await banner.locator('b').isVisible());
      const [above, below] = await Promise.all([banner.boundingBox(), page.locator('#view').boundingBox()]);
      assert.ok(above.y + above.height <= below.y + 1, 'before all else of the view');
      if (view === 'graph') {
        const shapes = [];
        for (const [kind, name] of Object.entries(kinds)) {
          const node = page.locator(`.node.${kind}`);
          assert.equal((await node.locator('text').textContent()).replace(/[\u2068\u2069]/g, ''), name);
          shapes.push(await node.locator('path').getAttribute('d'));
        }
        assert.equal(new Set(shapes).size, shapes.length, 'each has a shape of its own');
        assert.match(await page.locator('.node.family').getAttribute('aria-label'), /^in the family/);
      }
      if (view === 'table') {
        for (const [kind, name] of Object.entries(kinds)) assert.equal(await page.locator(`table.${kind} tbody th`).textContent(), name);
        assert.equal(await page.locator('table').first().getAttribute('class'), 'allergy');
      }
      if (view === 'timeline') assert.ok((await page.locator('.lanes .name').allTextContents()).some((name) => /^Family history/.test(name)));
    });
  }
});

test('that nobody recorded an allergy, and that allergies could not be read, are two things', async () => {
  const id = await imported({ name: 'Without', sex: 'MALE' });
  await open(id, 'table', async (page) => assert.match(await page.locator('.allergies').textContent(), /None are recorded/));
  await visit(browser, DESK, '/licenses.txt', async (page) => {
    let failing = true;
    await page.route('**/graphql', async (route) => {
      if (failing && route.request().postData().includes('ALLERGY }')) await route.fulfill({ json: { data: { rows: null }, errors: [{ message: 'the database does not answer', path: ['rows'] }] } });
      else await route.continue();
    });
    await page.goto(new URL(`/patients/${id}`, page.url()).href);
    const alert = page.locator('.allergies [role=alert]');
    await alert.waitFor();
    assert.match(await alert.textContent(), /could not be read.*the database does not answer/);
    assert.doesNotMatch(await page.locator('.allergies').textContent(), /None are recorded/);
    failing = false;
    await alert.locator('button').click();
    await page.locator('.allergies', { hasText: 'None are recorded' }).waitFor();
  });
});

test('what could not be read is named, with the reason, in every view, and can be tried again', async () => {
  await visit(browser, DESK, '/licenses.txt', async (page) => {
    let failing = true;
    const failed = { 'rows: labReports': 'the laboratory is away', 'rows: medications': 'the pharmacy is away', 'query Pairs': 'the graph does not answer', 'query CarePaths': 'the graph does not answer' };
    await page.route('**/graphql', async (route) => {
      const query = route.request().postDataJSON().query;
      const [, message] = Object.entries(failed).find(([part]) => query.includes(part)) ?? [];
      if (failing && message) await route.fulfill({ json: { data: { rows: null, nodes: null, patient: null }, errors: [{ message, path: ['rows'] }] } });
      else if (failing && query.includes('rows: appointments')) {
        const answer = await (await route.fetch()).json();
        answer.data.rows.nodes[0].symptoms = null;
        await route.fulfill({ json: { ...answer, errors: [{ message: 'symptoms are away', path: ['rows', 'nodes', 0, 'symptoms'] }] } });
      } else await route.continue();
    });
    const told = { graph: ['Laboratory could not be read: the laboratory is away', 'Medications taken now, Medications that were stopped could not be read: the pharmacy is away', 'symptoms could not be read for one entry: symptoms are away', 'the graph does not answer'], timeline: ['the pharmacy is away', 'symptoms are away'], laboratory: ['the laboratory is away'], table: ['the laboratory is away', 'the graph does not answer'] };
    for (const [view, reasons] of Object.entries(told)) {
      await page.goto(new URL(`/patients/Patient:1#${view}`, page.url()).href);
      await page.reload();
      await page.waitForSelector('#view[aria-busy=false]');
      const missing = await page.locator('.missing').textContent();
      for (const reason of reasons) assert.ok(missing.includes(reason), `${view}: ${missing}`);
    }
    // The records hold what was recorded, whether the graph answers or not.
    await page.goto(new URL('/patients/Patient:1#graph', page.url()).href);
    await settled(page);
    assert.ok((await page.locator('.edges .recorded').count()) > 10);
    assert.equal(await page.locator('.edges .known').count(), 0);
    failing = false;
    await page.click('.missing button');
    await page.waitForSelector('.missing', { state: 'detached' });
    await page.waitForSelector('.edges .known', { state: 'attached' });
    await page.waitForSelector('.node.lab');
    await page.waitForSelector('.node.medication');
  });
});

const [RLO, PDI] = ['\u202e', '\u2069'];

test('stored text turns nothing around but itself', async () => {
  const evil = (text) => `${text}${PDI}${RLO}${PDI}`;
  const id = await imported(storable({
    name: evil('Ann'), sex: 'FEMALE',
    medicalHistory: [{ type: 'ALLERGY', item: evil('Nuts'), details: evil('swelling'), date: '2020-01-01' }, { type: 'CONDITION', item: evil('Gout'), details: evil('left foot'), date: '2020-01-01' }],
    medications: [{ name: evil('Aspirin'), dosage: evil('75 mg'), prescribedDate: '2020-01-01', prescribedBy: evil('Dr. A') }],
    appointments: [{ date: '2025-01-01', doctorName: evil('Dr. B'), notes: evil('notes'), symptoms: [{ name: evil('Headache'), description: evil('dull') }] }],
    labReports: [{ date: '2025-01-01', type: evil('Chemistry'), findings: [finding(evil('Sodium'), evil('150'), evil('mmol'), evil('135-145'), 'HIGH')] }],
    reports: [{ date: '2025-01-01', type: evil('X-ray'), summary: evil('nothing') }],
    messages: [{ text: evil('hello') }],
  }));
  for (const view of ['graph', 'timeline', 'laboratory', 'table']) {
    await open(id, view, async (page) => {
      await asStored(page);
      await page.reload();
      await page.waitForFunction((mark) => document.querySelector('main')?.textContent.includes(mark), RLO);
      await page.waitForSelector('#view[aria-busy=false]');
      await page.waitForSelector('.alerts[aria-busy=false]');
      // Wherever such a mark stands, an isolate that is open holds it, and what is opened is closed within its element.
      const loose = await page.evaluate(() => {
        const found = [];
        const look = (text, isolated, where) => {
          let depth = 0;
          for (const one of text) {
            if ('\u2066\u2067\u2068'.includes(one)) depth += 1;
            else if (one === '\u2069') depth -= 1;
            else if (one === '\u202e' && depth === 0 && !isolated) found.push(`open to all: ${where}`);
            if (depth < 0) found.push(`closes what it did not open: ${where}`);
          }
          if (depth !== 0) found.push(`is left open: ${where}`);
        };
        const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) look(texts.currentNode.data, texts.currentNode.parentElement.closest('bdi') !== null, texts.currentNode.parentElement.outerHTML.slice(0, 200));
        for (const one of document.querySelectorAll('main *')) {
          for (const name of ['aria-label', 'title']) if (one.hasAttribute(name)) look(one.getAttribute(name), false, `${name} of ${one.tagName}`);
        }
        return found;
      });
      assert.deepEqual(loose, [], view);
      assert.ok((await page.locator('main').textContent()).includes(RLO), 'the text is shown as it is stored');
      // As it is seen: the word stands in its own order.
      const where = { laboratory: '.card .flag', graph: '.node.lab text' }[view];
      if (where) assert.match((await page.locator(where).first().textContent()).replace(/[\u2068\u2069]/g, ''), /▲/);
    });
  }
});

test('remote dates are told, and neither squeeze nor mislabel the axis', async () => {
  const id = await imported({
    name: 'Long Ago', sex: 'MALE',
    appointments: ['2024-03-01', '2025-03-01', '2026-03-01', '9999-12-31'].map((date) => ({ date, doctorName: `Dr. ${date}` })),
    medicalHistory: [{ type: 'CONDITION', item: 'Old as time', date: '0050-06-01' }, { type: 'CONDITION', item: 'Gout', date: '2024-01-01' }],
    medications: [{ name: 'Forever', prescribedDate: '0001-01-01' }, { name: 'Later', prescribedDate: '2024-01-01' }],
  });
  await open(id, 'timeline&span=all', async (page) => {
    const years = (await page.locator('.ticks span:not(.now)').allTextContents()).map((name) => Number(name.slice(0, 4)));
    assert.ok(years.length >= 2 && years.every((year) => year >= 2023 && year <= 2037), `${years}`);
    const marks = await page.locator('.lanes li:has(.appointment) .lane > li').evaluateAll((marks) => marks.map((mark) => parseFloat(mark.style.left)));
    assert.equal(marks.length, 3);
    assert.ok(Math.max(...marks) - Math.min(...marks) > 50, `${marks}`);
    assert.match(await page.locator('.lanes li', { hasText: 'Appointments' }).first().textContent(), /1 beyond the axis/);
    const texts = await page.locator('.texts tbody tr').allTextContents();
    for (const told of ['9999-12-31', '0050-06-01']) assert.ok(texts.some((text) => text.includes(told) && /beyond the axis/.test(text)), told);
    assert.ok(texts.some((text) => text.includes('Dr. 2025-03-01')), 'the timeline has the texts');
  });
});

test('reports and messages stand in the table and in the timeline', async () => {
  const id = await imported({ name: 'Written', sex: 'MALE', reports: [{ date: '2025-01-02', type: 'Radiology', summary: 'A small shadow' }], messages: [{ text: 'May I eat before?', sentAt: '2025-01-03T10:00:00Z', type: 'PATIENT' }] });
  for (const view of ['timeline', 'table']) {
    await open(id, view, async (page) => {
      const rows = await page.locator('tbody tr').allTextContents();
      assert.ok(rows.some((row) => row.includes('A small shadow') && row.includes('2025-01-02')), `${view}: ${rows}`);
      assert.ok(rows.some((row) => row.includes('May I eat before?') && row.includes('2025-01-03')), `${view}: ${rows}`);
    });
  }
});
