// How long the script of a frame takes while a graph of 500 nodes settles and is moved, by Chromium's own trace.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SCREENS, launch, visit } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** A record that draws 500 nodes: as many of each kind as somebody has who was ill for long. */
function made() {
  const many = (count, one) => Array.from({ length: count }, (_, at) => one(at));
  const day = (at) => `20${String(10 + (at % 15)).padStart(2, '0')}-0${1 + (at % 9)}-1${at % 9}`;
  const fact = (type, from, to) => ({ type, from, to, source: null, evidence: null, matched: null });
  const symptom = (at) => ({ id: `Symptom:${at}`, name: `Symptom ${at}`, indicates: [] });
  const record = {
    id: 'Patient:1', name: 'Made Up', age: 80, sex: 'FEMALE', dateOfBirth: '1946-01-01',
    appointments: { totalCount: 120, nodes: many(120, (at) => ({ id: `Appointment:${at}`, date: day(at), symptoms: [symptom(at), symptom(at + 120)].slice(0, at < 60 ? 2 : 1) })) },
    medicalHistory: many(60, (at) => ({ id: `MedicalHistory:${at}`, item: `Condition ${at}`, type: 'CONDITION', isActive: true, date: day(at) })),
    medications: many(60, (at) => ({ id: `Medication:${at}`, name: `Medication ${at}`, isContinued: true, prescribedDate: day(at), treats: [] })),
    labReports: { totalCount: 8, nodes: many(8, (at) => ({ id: `LabReport:${at}`, date: day(at), findings: many(10, (test) => ({ id: `LabFinding:${at * 10 + test}`, testName: `Test ${at * 10 + test}`, value: '1', numericValue: 1 })) })) },
    reports: { nodes: [] }, carePaths: [],
  };
  const relationships = [
    ...many(120, (at) => fact('HAS_APPOINTMENT', 'Patient:1', `Appointment:${at}`)),
    ...many(120, (at) => fact('REPORTED_SYMPTOM', `Appointment:${at}`, `Symptom:${at}`)),
    ...many(60, (at) => fact('REPORTED_SYMPTOM', `Appointment:${at}`, `Symptom:${at + 120}`)),
    ...many(60, (at) => fact('HAS_MEDICAL_HISTORY', 'Patient:1', `MedicalHistory:${at}`)),
    ...many(60, (at) => fact('TAKES_MEDICATION', 'Patient:1', `Medication:${at}`)),
    ...many(80, (at) => fact('HAS_LAB_RESULT', 'Patient:1', `LabFinding:${at}`)),
    ...many(360, (at) => fact('INDICATES_CONDITION', `Symptom:${at % 180}`, `MedicalHistory:${(at * 7) % 60}`)),
    ...many(120, (at) => fact('TREATS_CONDITION', `Medication:${at % 60}`, `MedicalHistory:${(at * 3) % 60}`)),
  ];
  return { data: { patient: { ...record, graph: { truncated: false, nodes: [], relationships } } } };
}

/** Milliseconds of script in each frame of the page's main thread that had any: of its own time on the processor, which
 * others on the machine do not lengthen. */
function frames(trace) {
  const events = JSON.parse(trace).traceEvents;
  const scripts = events.filter(({ name, ph }) => ph === 'X' && (name === 'FunctionCall' || name === 'EvaluateScript'));
  const threads = new Map();
  for (const event of scripts) {
    const thread = `${event.pid} ${event.tid}`;
    threads.set(thread, [...(threads.get(thread) ?? []), event]);
  }
  const [busiest] = [...threads.values()].sort((a, b) => b.length - a.length);
  const { pid, tid } = busiest[0];
  const begins = events
    .filter((event) => event.pid === pid && event.tid === tid && event.name === 'FireAnimationFrame')
    .map(({ ts }) => ts)
    .sort((a, b) => a - b);
  const spent = begins.map(() => 0);
  let [frame, until] = [0, 0];
  for (const { ts, dur, tdur } of busiest.sort((a, b) => a.ts - b.ts)) {
    if (ts < until) continue; // called by the one before
    until = ts + dur;
    while (frame + 1 < begins.length && begins[frame + 1] <= ts) frame += 1;
    if (ts >= begins[0]) spent[frame] += (tdur ?? dur) / 1000;
  }
  return spent.filter((time) => time > 0).sort((a, b) => a - b);
}

test('500 nodes take at most 16 ms of script a frame, median', () =>
  visit(browser, SCREENS[0], '/licenses.txt', async (page) => {
    await page.route('**/graphql', (route) => route.fulfill({ json: made() }));
    await browser.startTracing(page, { categories: ['devtools.timeline', 'v8.execute'] });
    await page.goto(new URL('/patients/Patient:1', page.url()).href);
    await page.waitForSelector('.drawing svg[data-settled]');
    assert.equal(await page.locator('.node').count(), 501);
    await page.mouse.move(700, 500);
    await page.mouse.down();
    for (let at = 0; at < 60; at++) await page.mouse.move(700 + 4 * at, 500 - 2 * at);
    await page.mouse.up();
    for (let at = 0; at < 20; at++) await page.mouse.wheel(0, at < 10 ? -40 : 40);
    for (let at = 0; at < 40; at++) await page.mouse.move(500 + 8 * at, 300 + 5 * at);
    const times = frames((await browser.stopTracing()).toString());
    const [median, worst] = [times[Math.floor(times.length / 2)], times.at(-1)];
    console.log(`${times.length} frames: median ${median.toFixed(1)} ms, longest ${worst.toFixed(1)} ms`);
    assert.ok(times.length >= 30, `${times.length} frames`);
    assert.ok(median <= 16, `${median} ms`);
  }));
