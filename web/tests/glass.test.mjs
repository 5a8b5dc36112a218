// Breaking the glass on the pages: a clinician's emergency, and who reads of it.
// Against a gateway that asks for a log-in, which MEDIMAX_TEST_GATEWAY names.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FAILURES, LOOKS, SCREENS, inWords, launch, named, spotless, visit, within } from './browser.mjs';
import { ADMIN, PATIENT, closed, logIn } from './closed.mjs';

const [DESK] = SCREENS;
const PHONE = SCREENS.find(({ viewport }) => viewport.width === 390);
const DOCTOR = { email: 'doctor@x.example', role: 'CLINICIAN', name: 'Dora Doctor' };
/** A reason that would be markup, and turns the text behind it. */
const REASON = 'Brought in <b>unconscious</b> & שלום, allergies unknown';

/** A patient of the doctor's; others, who are not, and of whom the first has an account. */
let [browser, gateway, at, own, others] = [];

const told = (query, who, variables) => gateway.told(query, who, variables);

/** Breaks the glass past the page. */
const broken = (id, reason, minutes = 30) => told('mutation B($id: ID!, $reason: String!, $minutes: Int) { breakGlass(patientId: $id, reason: $reason, minutes: $minutes) { number until } }', DOCTOR, { id, reason, minutes });

before(async () => {
  [browser, gateway] = await Promise.all([launch(), closed('glass', '--break-glass-minutes', '45')]);
  at = gateway.at;
  const { doctors, patients } = await told('{ doctors(first: 50) { nodes { doctorId assignments { nodes { patient { id } } } } } patients(first: 20) { nodes { id patientId } } }', ADMIN);
  const doctor = doctors.nodes.find(({ assignments }) => assignments.nodes.length > 0);
  gateway.user(DOCTOR, '--doctor', String(doctor.doctorId));
  const seen = (await told('{ patients(first: 20) { nodes { id } } }', DOCTOR)).patients.nodes.map(({ id }) => id);
  own = seen[0];
  others = patients.nodes.filter(({ id }) => !seen.includes(id));
  assert.ok(own && others.length > 8);
  gateway.user(PATIENT, '--patient', String(others[0].patientId));
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
});

const plain = (text) => text.replace(/[\u2066-\u2069]/g, '').replace(/\s+/g, ' ').trim();
const textOf = async (locator) => plain(await locator.innerText());

/** Visits a page as somebody. */
const as = (who, path, run, screen = DESK) =>
  visit(browser, screen, path, async (page) => {
    await logIn(page, who);
    await run(page);
  }, at);

const nobody = (page) => page.locator('.empty h1', { hasText: 'There is no patient' }).waitFor();
const settled = (page) => page.waitForSelector('#view[aria-busy=false]');
const form = (page) => page.getByRole('form', { name: 'In an emergency' });
const button = (page) => form(page).getByRole('button', { name: 'Break the glass' });
const banner = (page) => page.locator('.through[role=status]');
const asks = (route, name) => new RegExp(`(query|mutation) ${name}\\b`).test(route.request().postDataJSON()?.query ?? '');

/** Breaks the glass on the page. */
async function breaks(page, reason = REASON) {
  await form(page).getByLabel('Reason').fill(reason);
  await button(page).click();
  await banner(page).waitFor();
  await settled(page);
}

test('the way to a record in an emergency is offered to clinicians, and to nobody else', async () => {
  const { id } = others[1];
  await as(DOCTOR, `/patients/${id}`, async (page) => {
    await nobody(page);
    assert.equal(await page.locator('.empty h1').textContent(), `There is no patient with the id ${id} among those whom you may see.`);
    await form(page).waitFor();
    assert.match(await textOf(page.locator('.emergency')), /10 characters at least\. The patient and the administrators read it/);
    assert.equal(await form(page).getByLabel('Minutes').inputValue(), '60');
    await spotless(page, 'the form');
    const words = await textOf(page.locator('main'));
    // Whether there is such a patient is not told.
    await page.goto(`${at}/patients/Patient:999999`);
    await form(page).waitFor();
    assert.equal((await textOf(page.locator('main'))).replaceAll('Patient:999999', id), words);
    // Who sees the patient anyhow has nothing to break.
    await page.goto(`${at}/patients/${own}`);
    await settled(page);
    assert.equal(await page.locator('.emergency, .through').count(), 0);
  });
  for (const [who, path] of [[PATIENT, `/patients/${id}`], [ADMIN, '/patients/Patient:999999']]) {
    await as(who, path, async (page) => {
      await nobody(page);
      assert.equal(await page.locator('.emergency').count(), 0, who.role);
    });
  }
});

test('what is wrong is said by its field, and leaves what was written', async () => {
  const { id } = others[1];
  await as(DOCTOR, `/patients/${id}`, async (page) => {
    let sent = 0;
    page.on('request', (request) => { sent += Number(/mutation BreakGlass/.test(request.postData() ?? '')); });
    await form(page).getByLabel('Reason').fill('too short  ');
    await button(page).click();
    const wrong = form(page).getByRole('alert');
    assert.equal(await textOf(wrong), 'Write the reason in 10 characters at least.');
    const field = form(page).getByLabel('Reason');
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.ok((await field.getAttribute('aria-describedby')).includes(await wrong.getAttribute('id')));
    assert.equal(await page.evaluate(() => document.activeElement.name), 'reason');
    assert.equal(sent, 0);
    await spotless(page, 'a reason that is too short');
    // What the gateway refuses.
    await field.fill(REASON);
    const minutes = form(page).getByLabel('Minutes');
    for (const [written, words, asked] of [['soon', 'Write a whole number of minutes, or nothing.', 0], ['46', 'Minutes must be from 1 to 45', 1]]) {
      await minutes.fill(written);
      await button(page).click();
      await wrong.filter({ hasText: words }).waitFor();
      assert.equal(await textOf(wrong), words);
      assert.equal(await minutes.getAttribute('aria-invalid'), 'true');
      assert.equal(await page.evaluate(() => document.activeElement.name), 'minutes');
      assert.equal(sent, asked);
    }
    assert.equal(await field.inputValue(), REASON);
    await minutes.fill('');
    await page.route('**/graphql', (route) => (asks(route, 'BreakGlass') ? FAILURES['an empty 503'][0](route) : route.fallback()));
    await button(page).click();
    await wrong.filter({ hasText: '503' }).waitFor();
    assert.match(await textOf(wrong), /It may have been done all the same\. Read the record again$/);
    await inWords(page, 'no answer');
    await spotless(page, 'no answer');
    await wrong.getByRole('button').click();
    await nobody(page);
  });
  await as(DOCTOR, '/patients/Patient:999999', async (page) => {
    await form(page).getByLabel('Reason').fill(REASON);
    await button(page).click();
    await form(page).getByRole('alert').filter({ hasText: 'There is no such patient' }).waitFor();
  });
});

test('by the form a clinician comes to the record, which says so above every view', async () => {
  const { id } = others[0];
  await as(DOCTOR, `/patients/${id}`, async (page) => {
    // By keyboard alone.
    await form(page).getByLabel('Reason').focus();
    await page.keyboard.type(REASON);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await banner(page).waitFor();
    await settled(page);
    assert.equal(await page.evaluate(() => document.activeElement.className), 'through', 'the reader is led there');
    // 45 minutes are allowed; nobody had chosen the 60.
    const { patient } = await told('query G($id: ID!) { patient(id: $id) { name breakGlasses { at until reason } } }', ADMIN, { id });
    const [{ at: from, until, reason }] = patient.breakGlasses;
    assert.equal(Date.parse(until) - Date.parse(from), 45 * 60_000);
    assert.equal(reason, REASON);
    const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' }).format(new Date(until));
    const line = await textOf(banner(page));
    assert.ok(new RegExp(`^You see this patient by breaking the glass, until ${clock}(, \\d+ \\w+ \\d+)?\\. Reason: ${REASON.replace(/[<>/&]/g, '.')}$`).test(line), line);
    assert.equal(await textOf(page.locator('.who h1')), plain(patient.name));
    assert.ok(await page.locator('.drawing .node').count(), 'the record is read');
    await spotless(page, 'the banner');
    await page.click('#tab-Care');
    await page.waitForSelector('#view[data-view=Care][aria-busy=false]');
    assert.ok(await banner(page).isVisible());
    await page.reload();
    await settled(page);
    assert.equal(await textOf(banner(page)), line, 'the tab keeps it');
    // No other patient is seen that way, and nothing of it stays after the log-out.
    await page.goto(`${at}/patients/${own}`);
    await settled(page);
    assert.equal(await banner(page).count(), 0);
    await page.goto(`${at}/patients/${id}`);
    await banner(page).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.locator('dialog.log-in[open]').waitFor();
    assert.ok(!(await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]))).includes('unconscious'));
  }, { ...DESK, timezoneId: 'UTC' });
  // Another tab does not know the reason: the gateway tells a clinician none.
  await as(DOCTOR, `/patients/${id}`, async (page) => {
    await settled(page);
    await banner(page).waitFor();
    assert.match(await textOf(banner(page)), /^You see this patient by breaking the glass\. Until when/);
    await spotless(page, 'another tab');
  });
});

test('when its time is over, the page says so', () =>
  as(DOCTOR, `/patients/${others[2].id}`, async (page) => {
    await form(page).waitFor();
    // The gateway's answer, as if it were for five seconds.
    await page.route('**/graphql', async (route) => {
      if (!asks(route, 'BreakGlass')) return route.fallback();
      const response = await route.fetch();
      const json = await response.json();
      if (json.data.done) json.data.done.until = new Date(Date.parse(response.headers().date) + 5_000).toISOString();
      return route.fulfill({ response, json });
    });
    await breaks(page);
    await banner(page).filter({ hasText: /^You saw this patient by breaking the glass, until .* nothing more can be read\.$/ }).waitFor();
    await page.reload();
    await settled(page);
    assert.match(await textOf(banner(page)), /Until when, and the reason/, 'what is over is not kept');
  }));

test('the patient reads who looked, when and why', async () => {
  const { id } = others[0];
  const { patient } = await told('query G($id: ID!) { patient(id: $id) { breakGlasses { number } } }', ADMIN, { id });
  await as(PATIENT, `/patients/${id}#access`, async (page) => {
    await page.waitForSelector('#view[data-view=Access][aria-busy=false] .access .look');
    const list = page.getByRole('list', { name: 'Emergency looks' });
    assert.equal(await list.locator('> li').count(), patient.breakGlasses.length);
    const first = await textOf(list.locator('> li').first());
    assert.match(first, /^Dora Doctor \d+ \w+ \d{4}, \d\d:\d\d until .*\d\d:\d\d Reason: Brought in <b>unconscious<\/b> & שלום, allergies unknown Nobody has reviewed it yet\.$/);
    assert.equal(await page.locator('.reviewing').count(), 0, 'only administrators review');
    // In the log below it is no look at the log.
    const looks = page.locator('.look', { hasText: 'Dora' });
    const texts = (await looks.allInnerTexts()).map(plain);
    assert.ok(texts.some((one) => /Saw: .*emergency looks.*Changed: broke the glass/.test(one)), JSON.stringify(texts));
    assert.ok(!texts.some((one) => /this log/.test(one)), JSON.stringify(texts));
    await spotless(page, 'the patient’s log');
    await within(page, 'the patient’s log');
  });
  // Who reads it without anything to read of sees no empty list.
  await as(ADMIN, `/patients/${own}#access`, async (page) => {
    await page.waitForSelector('#view[data-view=Access][aria-busy=false] .access .look');
    assert.equal(await page.getByText('Emergency looks').count(), 0);
  });
});

test('an administrator reviews the looks that nobody has reviewed, which stand first', async () => {
  const { id } = others[3];
  const [first, second] = [(await broken(id, 'The first of two reasons')).breakGlass.number, (await broken(others[4].id, 'The second of two reasons')).breakGlass.number];
  await told('mutation R($number: Int!) { reviewBreakGlass(number: $number, note: "Known") { number } }', ADMIN, { number: second });
  await as(ADMIN, '/access/', async (page) => {
    const section = page.getByRole('region', { name: 'Emergency looks' });
    const open = section.getByRole('list', { name: 'Not reviewed yet' }).locator('> li');
    const look = open.filter({ hasText: 'The first of two reasons' });
    await look.waitFor();
    assert.ok(await look.locator(`a[href="/patients/${id}"]`).count());
    assert.equal(await open.filter({ hasText: 'The second' }).count(), 0);
    const before = await open.count();
    assert.match(await textOf(section.getByRole('status')), new RegExp(`^${before} not reviewed yet\\.$`));
    await spotless(page, 'looks to review');
    // A refusal is said by its field.
    await page.route('**/graphql', (route) => (asks(route, 'ReviewBreakGlass') ? route.fulfill({ json: { data: { done: null }, errors: [{ message: '`note` is odd', extensions: { violations: [{ path: ['note'], code: 'INVALID', message: '`note` is odd' }] } }] } }) : route.fallback()));
    await look.getByLabel('What the review found').fill('Was on duty');
    await look.getByRole('button', { name: 'Review' }).click();
    await look.getByRole('alert').waitFor();
    assert.equal(await textOf(look.getByRole('alert')), 'Note is odd');
    await spotless(page, 'a refused review');
    await page.unroute('**/graphql');
    await look.getByRole('button', { name: 'Review' }).click();
    await look.waitFor({ state: 'detached' });
    assert.equal(await open.count(), before - 1);
    assert.match(await textOf(section.getByRole('status')), /^Reviewed\. \d+ not reviewed yet\.$/);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'emergencies');
    await section.locator('summary').click();
    const done = section.getByRole('list', { name: 'Reviewed' }).locator('> li', { hasText: 'The first of two reasons' });
    assert.match(await textOf(done), /Reviewed by Ada Admin, \d+ \w+ \d{4}, \d\d:\d\d: Was on duty$/);
    assert.equal(await done.locator('form').count(), 0);
    // Of one patient, only those of the patient.
    await page.fill('input[name=patient]', id);
    await page.keyboard.press('Enter');
    await section.getByRole('status').filter({ hasText: 'All are reviewed.' }).waitFor();
    assert.equal(await section.locator('.glasses-list > li').count(), 1);
    await page.waitForSelector('.rows.accesses:not([aria-busy=true])');
    const changed = (await page.locator('.rows td.changed').allInnerTexts()).map(plain);
    assert.ok(changed.includes('reviewed an emergency look') && changed.includes('broke the glass'), JSON.stringify(changed));
  });
  const { patient } = await told('query G($id: ID!) { patient(id: $id) { breakGlasses { number reviewedBy reviewNote } } }', ADMIN, { id });
  assert.deepEqual(patient.breakGlasses, [{ number: first, reviewedBy: ADMIN.name, reviewNote: 'Was on duty' }]);
});

test('what was tried in vain is told as that', async () => {
  await assert.rejects(broken(others[1].id, 'too short'), /10 to 1000 characters/);
  await as(ADMIN, '/access/#email=doctor%40x.example', async (page) => {
    await page.waitForSelector('.rows.accesses:not([aria-busy=true])');
    const seen = (await page.locator('.rows td.what').allInnerTexts()).map(plain);
    assert.ok(seen.some((one) => one.startsWith('an attempt to break the glass, which was refused')), JSON.stringify(seen));
    assert.ok(!seen.some((one) => /this log/.test(one)), JSON.stringify(seen));
  });
});

test('looks that cannot be read are not taken for none', () =>
  as(ADMIN, '/patients/', async (page) => {
    let fail = true;
    await page.route('**/graphql', (route) => (fail && asks(route, 'BreakGlasses') ? FAILURES['an empty 503'][0](route) : route.fallback()));
    await page.goto(`${at}/access/`);
    const trouble = page.locator('.emergencies .trouble', { hasText: 'The emergency looks could not be read' });
    await trouble.waitFor();
    fail = false;
    await trouble.getByRole('button').click();
    await page.locator('.emergencies .glasses-list').first().waitFor();
    assert.equal(await page.locator('.trouble').count(), 0);
  }));

test('all of it is without a violation and within the screen, light and dark', async () => {
  const long = `${'W'.repeat(300)} ${'as long as a reason may be '.repeat(20)}`;
  let next = 5;
  for (const screen of [...LOOKS, PHONE]) {
    const { id } = others[next++];
    await as(DOCTOR, `/patients/${id}`, async (page) => {
      const look = async (where) => {
        await spotless(page, `${where}, ${named(screen)}`);
        await within(page, `${where}, ${named(screen)}`);
      };
      await form(page).waitFor();
      await button(page).click();
      await form(page).getByRole('alert').waitFor();
      await look('the form');
      await breaks(page, long);
      await look('the banner');
    }, screen);
    await as(ADMIN, '/access/', async (page) => {
      await page.locator('.glasses-list a').first().waitFor();
      await page.waitForSelector('.rows.accesses:not([aria-busy=true])');
      await spotless(page, `looks to review, ${named(screen)}`);
      await within(page, `looks to review, ${named(screen)}`);
      await page.goto(`${at}/patients/${id}#access`);
      await page.locator('.access .glasses-list').waitFor();
      await spotless(page, `the looks at a patient, ${named(screen)}`);
      await within(page, `the looks at a patient, ${named(screen)}`);
    }, screen);
  }
});

const HEADS = [1000, 1280, 1440, 390];
test('the head of the playground covers nothing, however wide it is and whatever stands beside it', async () => {
  for (const width of HEADS) {
    await as(ADMIN, '/', async (page) => {
      await page.waitForSelector('.graphiql-query-editor .CodeMirror-code');
      if (width > 900) await page.locator('.samples').waitFor();
      const covered = await page.evaluate(() => {
        const editor = document.querySelector('#graphiql-session').getBoundingClientRect();
        const parts = [...document.querySelectorAll('.graphiql-logo :is(nav a, .asker, button, h1)')].map((one) => [one.textContent, one.getBoundingClientRect(), one.scrollWidth - one.clientWidth]);
        const apart = ([, one], [, other]) => one.right <= other.left + 1 || other.right <= one.left + 1 || one.bottom <= other.top + 1 || other.bottom <= one.top + 1;
        return parts.filter((one) => one[1].bottom > editor.top + 1 || one[1].right > innerWidth || (one[1].width > 0 && one[2] > 1) || parts.some((other) => one !== other && !apart(one, other))).map(([text]) => text);
      });
      assert.deepEqual(covered, [], `${width}`);
      assert.ok(await page.locator('.graphiql-logo a', { hasText: 'Access log' }).isVisible());
    }, { viewport: { width, height: 800 } });
  }
});
