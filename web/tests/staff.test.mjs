// Doctors and institutions as the users of their pages have them, and who looks after a patient.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FAILURES, LOOKS, denyStorage, gateway, inWords, launch, named, spotless, visit, within } from './browser.mjs';
import { asked, imported } from './records.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const DESK = { viewport: { width: 1400, height: 900 }, colorScheme: 'light', timezoneId: 'UTC' };
const PHONE = { viewport: { width: 320, height: 700 }, colorScheme: 'dark', hasTouch: true };
const PAGE = 25;

/** A word of this run alone, so that a second one against the same gateway finds its own rows. */
const RUN = `zz${Date.now().toString(36)}`;

/** The page has an answer to what is chosen now. */
const settled = (page) => page.waitForFunction(() => {
  const table = document.querySelector('.rows');
  const told = document.querySelector('.count')?.textContent ?? 'Reading…';
  return !/…/.test(told) && table?.getAttribute('aria-busy') !== 'true' && document.querySelector('.rows, .empty, .trouble');
});
const goto = async (page, path) => {
  await page.goto(new URL('/licenses.txt', origin).href);
  await page.goto(new URL(path, origin).href);
  await settled(page);
};
const origin = process.env.MEDIMAX_TEST_ADDRESS ?? 'http://127.0.0.1:8080';

const ids = (page) => page.locator('.rows .name small').allTextContents();
const plain = (text) => text.replace(/[\u2066-\u2069]/g, '').replace(/\s+/g, ' ').trim();
const told = async (page, selector) => plain(await page.locator(selector).first().textContent());
const first = (page, id) => page.waitForFunction((id) => document.querySelector('.rows .name small')?.textContent === id, id);

/** A doctor of an institution of this run, who looks after more patients today than a page holds, and after one no more. */
let made;
async function doctor() {
  if (made) return made;
  const institution = (await asked('mutation M($input: AddInstitutionInput!) { addInstitution(input: $input) { institution { id } } }', { input: { name: `${RUN} Mill Lane Practice`, type: 'CLINIC', region: 'Kent', country: 'GB', contact: 'reception@example.org' } })).addInstitution.institution.id;
  const add = async (name) => (await asked('mutation M($input: AddDoctorInput!) { addDoctor(input: $input) { doctor { id } } }', { input: { name, institutionId: institution, licenceNumber: 'L 1' } })).addDoctor.doctor.id;
  const [id, other] = [await add(`Dr. ${RUN} Busy`), await add(`Dr. ${RUN} <b>Idle</b>`)];
  const day = (at) => `2020-01-${String(at + 1).padStart(2, '0')}`;
  const patients = Array.from({ length: PAGE + 3 }, (_, at) => ({
    name: `${RUN} Patient ${at}`, sex: 'OTHER', dateOfBirth: '1970-01-01',
    doctorAssignments: [{ doctorId: id, type: at % 2 ? 'SPECIALIST' : 'PRIMARY', since: day(at) }],
  }));
  const former = { name: `${RUN} Former`, sex: 'FEMALE', doctorAssignments: [{ doctorId: id, type: 'CONSULTANT', since: '2019-01-01', until: '2019-06-01', isActive: false }] };
  const { importPatients } = await asked('mutation I($input: [ImportPatientInput!]!) { importPatients(input: $input) { patients { id } refused { violations { path message } } } }', { input: [...patients, former] });
  assert.deepEqual(importPatients.refused, []);
  const theirs = importPatients.patients.map(({ id }) => id);
  made = { id, other, institution, patients: theirs.slice(0, -1).reverse(), former: theirs.at(-1) };
  return made;
}

test('every page is without a violation and within the screen, at every size, light and dark, in forced colours', async () => {
  const { id, institution } = await doctor();
  for (const screen of LOOKS) {
    await visit(browser, screen, '/licenses.txt', async (page) => {
      for (const path of ['/doctors/', `/doctors/${id}`, '/institutions/', `/institutions/${institution}`, '/doctors/#name=qqqqqqq', '/doctors/Doctor:99999999', '/institutions/nobody']) {
        await page.goto(new URL('/licenses.txt', origin).href);
        await page.goto(new URL(path, origin).href);
        await page.waitForSelector('h1');
        if (!/99999999|nobody/.test(path)) await settled(page);
        else await page.waitForSelector('.empty');
        const where = `${path}, ${named(screen)}`;
        await spotless(page, where);
        await within(page, where);
      }
    });
  }
});

test('a first load is light', () =>
  visit(browser, DESK, '/licenses.txt', async (page) => {
    await page.goto(new URL('/doctors/', origin).href);
    await settled(page);
    const sizes = await page.evaluate(() => [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]
      .filter(({ name }) => !name.endsWith('/graphql')).map(({ encodedBodySize }) => encodedBodySize));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    console.log(`first load of the doctors: ${sizes.length} files, ${total} bytes`);
    assert.ok(total > 20_000 && total < 150_000, `${total} bytes`);
  }));

test('doctors are found by words of their names, their specialty and their institution', () =>
  visit(browser, DESK, '/doctors/', async (page) => {
    await settled(page);
    page.on('request', (request) => assert.equal(new URL(request.url()).search, '', 'no server is sent a name in an address'));
    const all = (await gateway('{ doctors(orderBy: [NAME_ASC], first: 25) { totalCount nodes { id name specialty { name } institution { name } } } }')).doctors;
    assert.deepEqual(await ids(page), all.nodes.map(({ id }) => id));
    await page.locator('.count', { hasText: `of ${all.totalCount} doctors` }).waitFor();
    const one = all.nodes.find(({ specialty, institution }) => specialty && institution);
    const filters = {
      name: [`${one.name.split(' ').at(-1).slice(0, 5)} ${one.name.split(' ')[1]}`.toUpperCase(), { filter: { name: { eq: one.name } } }],
      specialty: [one.specialty.name.slice(1, 6), { filter: { specialty: { name: { contains: one.specialty.name.slice(1, 6).trim() } } } }],
      institution: [one.institution.name.slice(1, 6), { filter: { institution: { name: { contains: one.institution.name.slice(1, 6).trim() } } } }],
    };
    for (const [name, [text, which]] of Object.entries(filters)) {
      await page.fill(`input[name=${name}]`, text);
      const { doctors } = await gateway('query F($filter: DoctorFilter) { doctors(filter: $filter, orderBy: [NAME_ASC], first: 25) { totalCount nodes { id } } }', which);
      assert.ok(doctors.totalCount > 0 && doctors.totalCount < all.totalCount, name);
      await page.locator('.count', { hasText: `of ${doctors.totalCount} doctor` }).waitFor();
      assert.deepEqual(await ids(page), doctors.nodes.map(({ id }) => id), name);
      await page.click('button:text-is("Clear")');
      await settled(page);
    }
    assert.equal(new URL(page.url()).hash, '');
  }));

test('doctors and institutions are found without accents, in any order of words', async () => {
  // A word that no other name of this run begins with.
  const word = `x${RUN}`;
  const { institution: house } = (await asked(`mutation { made: addInstitution(input: {name: "${word} Clínica São Tomé"}) { institution { id } } }`)).made;
  const { doctor: named } = (await asked(`mutation { made: addDoctor(input: {name: "Dr. André Ångström ${word}", institutionId: "${house.id}"}) { doctor { id } } }`)).made;
  for (const [path, id] of [[`/doctors/#name=${word} ang andre`, named.id], [`/institutions/${house.id}#name=andr`, named.id], [`/institutions/#name=tome ${word} clin`, house.id]]) {
    await visit(browser, DESK, path, async (page) => {
      await page.locator('.count', { hasText: /^1 of 1 / }).waitFor();
      assert.deepEqual(await ids(page), [id], path);
    });
  }
});

test('a doctor’s page leads through the pages of their patients, of today and of before, and back', async () => {
  const { id, institution, patients, former } = await doctor();
  await visit(browser, DESK, `/doctors/${id}`, async (page) => {
    await settled(page);
    assert.equal(await page.title(), `Dr. ${RUN} Busy · MediMax`);
    const facts = await told(page, '.facts');
    assert.match(facts, new RegExp(`Specialtynot recorded.*${RUN} Mill Lane Practice.*L 1`));
    await page.locator('.count', { hasText: `${PAGE} of ${patients.length} assignments` }).waitFor();
    assert.deepEqual(await ids(page), patients.slice(0, PAGE), 'the latest first');
    assert.match(await told(page, '.rows tbody tr'), /Primary doctor|Specialist/);
    await page.click('text=Next page');
    await first(page, patients[PAGE]);
    assert.deepEqual(await ids(page), patients.slice(PAGE));
    const link = page.url();
    await page.click('text=Previous page');
    await first(page, patients[0]);
    await page.goBack();
    await first(page, patients[PAGE]);
    await page.goto(new URL('/licenses.txt', origin).href);
    await page.goto(link);
    await settled(page);
    assert.deepEqual(await ids(page), patients.slice(PAGE), 'a link shows the same page');

    await page.selectOption('select[name=when]', 'former');
    await first(page, former);
    assert.deepEqual(await ids(page), [former]);
    assert.match(await told(page, '.rows tbody tr'), /Consultant.*2019-01-01.*2019-06-01/);
    await page.selectOption('select[name=when]', 'all');
    await page.locator('.count', { hasText: `of ${patients.length + 1} ` }).waitFor();
    await page.selectOption('select[name=role]', 'SPECIALIST');
    await page.locator('.count', { hasText: `${Math.floor(patients.length / 2)} of ${Math.floor(patients.length / 2)} ` }).waitFor();
    await page.fill('input[name=name]', 'patient 3');
    await page.locator('.count', { hasText: '1 of 1 assignment to a patient' }).waitFor();

    // To the patient, from there to the doctor, to the institution and back.
    const [patient] = await ids(page);
    await page.click('.rows .name a');
    await page.waitForURL(`**/patients/${patient}`);
    await page.click('#tab-Care');
    await page.locator('.team th a').click();
    await page.waitForURL(`**/doctors/${id}`);
    await settled(page);
    await page.locator('.facts a').click();
    await page.waitForURL(`**/institutions/${institution}`);
    await settled(page);
    assert.match(await told(page, '.facts'), /Clinic.*Kent, United Kingdom.*reception@example\.org.*Registered patients0/);
    assert.deepEqual((await ids(page)).sort(), [id, made.other].sort());
    assert.deepEqual((await page.locator('.rows td.number').allTextContents()).sort(), ['0', String(patients.length)]);
    await page.fill('input[name=name]', 'busy');
    await page.locator('.count', { hasText: '1 of 1 doctor' }).waitFor();
    await page.click('.rows .name a');
    await page.waitForURL(`**/doctors/${id}`);
    await page.goBack();
    await settled(page);
    assert.equal(await page.inputValue('input[name=name]'), 'busy', 'the way back leads to the same list');
  });
});

test('institutions are found by part of their name and by their kind', () =>
  visit(browser, DESK, '/institutions/#type=HOSPITAL', async (page) => {
    await settled(page);
    const { institutions } = await gateway('{ institutions(filter: {type: {eq: HOSPITAL}}, orderBy: [NAME_ASC], first: 25) { totalCount nodes { id name doctors { totalCount } } } }');
    assert.ok(institutions.totalCount > 0);
    assert.deepEqual(await ids(page), institutions.nodes.map(({ id }) => id));
    assert.deepEqual(await page.locator('.rows td.number').allTextContents(), institutions.nodes.map(({ doctors }) => String(doctors.totalCount)));
    await page.fill('input[name=name]', 'qqqqqq');
    await page.locator('.empty', { hasText: 'No institution matches' }).waitFor();
  }));

test('every page leads to all others', async () => {
  for (const path of ['/patients/', '/patients/Patient:1', '/doctors/', '/doctors/Doctor:1', '/institutions/', '/institutions/Institution:1', '/']) {
    await visit(browser, DESK, path, async (page) => {
      const nav = page.locator('nav[aria-label=Pages]');
      await nav.waitFor();
      const links = await nav.locator('a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
      for (const to of ['/patients/', '/doctors/', '/institutions/']) assert.ok(links.includes(to), `${path} has no way to ${to}`);
    });
  }
});

test('works by keyboard only', () =>
  visit(browser, DESK, '/doctors/', async (page) => {
    await settled(page);
    const focused = () => page.evaluate(() => document.activeElement.getAttribute('href') ?? document.activeElement.getAttribute('name'));
    await page.keyboard.press('/');
    assert.equal(await focused(), 'name');
    const [one, two] = await ids(page);
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), `/doctors/${one}`);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/doctors/${two}`);
  }));

test('a gateway that fails is told in words, and asked again on request', async () => {
  const { id, institution } = await doctor();
  for (const path of ['/doctors/', `/doctors/${id}`, '/institutions/', `/institutions/${institution}`]) {
    for (const [way, [fail, words]] of Object.entries(FAILURES)) {
      await visit(browser, DESK, '/licenses.txt', async (page) => {
        await page.route('**/graphql', fail);
        await page.goto(new URL(path, origin).href);
        await page.waitForSelector('.trouble[role=alert]');
        for (const text of await page.locator('.trouble[role=alert]').allTextContents()) assert.match(text, words, `${path}, ${way}`);
        await inWords(page, way);
        assert.equal(await page.locator('.rows').count(), 0, `${path}, ${way}`);
        await page.unroute('**/graphql');
        while (await page.locator('.trouble button').count()) await page.locator('.trouble button').first().click();
        await page.locator('.rows').waitFor();
        assert.equal(await page.locator('.trouble').count(), 0, `${path}, ${way}`);
      });
    }
  }
});

test('a part that could not be read is named, and the rest is shown', async () => {
  const { id } = await doctor();
  await visit(browser, DESK, '/licenses.txt', async (page) => {
    await page.route('**/graphql', async (route) => {
      const response = await route.fetch();
      const body = await response.json();
      const doctor = body.data?.doctor;
      const fail = (path) => { body.errors = [{ message: 'the database cannot be reached', path }]; };
      if (doctor && 'institution' in doctor) { doctor.institution = null; fail(['doctor', 'institution']); }
      else if (doctor?.assignments?.totalCount !== undefined) { doctor.assignments = null; fail(['doctor', 'assignments']); }
      await route.fulfill({ response, json: body });
    });
    await goto(page, `/doctors/${id}`);
    assert.match(await told(page, '.trouble'), /Some facts of the doctor could not be read: the database cannot be reached/);
    await page.locator('.count', { hasText: 'all of them could not be counted: the database cannot be reached' }).waitFor();
    assert.equal((await ids(page)).length, PAGE);
    await page.unroute('**/graphql');
    while (await page.locator('button:text-is("Try again")').count()) await page.locator('button:text-is("Try again")').first().click();
    await page.locator('.count', { hasText: /25 of \d+ assignments/ }).waitFor();
  });
});

test('an address that names nobody is answered by a page', async () => {
  for (const [path, words] of [['/doctors/Doctor:99999999', /no doctor with the id/], ['/doctors/Patient:1', /not the id of a doctor.*Doctor:12/], ['/institutions/Institution:99999999', /no institution with the id/], ['/institutions/%FF', /not the id of an institution.*Institution:12/]]) {
    await visit(browser, DESK, path, async (page) => {
      await page.locator('.empty[role=alert]').waitFor();
      assert.match(await told(page, '.empty'), words);
      assert.match(await page.locator('.empty a').getAttribute('href'), /^\/(doctors|institutions)\/$/);
    });
  }
});

test('a browser that keeps nothing, on a telephone: a card leads where its name does, and its links elsewhere', async () => {
  const { institution } = await doctor();
  await visit(browser, PHONE, '/licenses.txt', async (page) => {
    await denyStorage(page);
    await goto(page, `/doctors/#name=${RUN}`);
    await within(page, 'telephone');
    const names = await page.locator('.rows .name bdi').allTextContents();
    assert.deepEqual(names.sort(), [`Dr. ${RUN} <b>Idle</b>`, `Dr. ${RUN} Busy`].sort(), 'a name is shown as it is');
    const inner = await page.locator('.rows td.institution a').first().boundingBox();
    await page.touchscreen.tap(inner.x + 5, inner.y + 5);
    await page.waitForURL(`**/institutions/${institution}`);
    await goto(page, `/doctors/#name=${RUN}`);
    const [one] = await ids(page);
    const card = await page.locator('.rows tbody tr').first().locator('td.specialty').boundingBox();
    await page.touchscreen.tap(card.x + 5, card.y + 5);
    await page.waitForURL(`**/doctors/${one}`);
  });
});

const PERSON = {
  name: `${RUN} Cared For`, sex: 'MALE', medications: [],
  profile: {
    heightCm: '180.0', weightKg: '81.00', bloodGroup: 'AB_NEGATIVE', systolicPressure: 121, diastolicPressure: 79, smokingStatus: 'FORMER', smokingYears: 1,
    alcoholUse: 'OCCASIONAL', drinksPerWeek: 3, emergencyContactName: 'Ann Other', emergencyContactPhone: '+1 202 555 0143', emergencyContactRelationship: 'sister', preferredLanguage: 'de',
  },
};

test('a patient’s page tells who looks after them, the facts of their health, and what the record lacks', async () => {
  const { id: doctorId, institution } = await doctor();
  const id = await imported({
    ...PERSON, institutionId: institution,
    doctorAssignments: [{ doctorId, type: 'PRIMARY', since: '2021-02-03' }, { doctorId: made.other, type: 'CONSULTANT', since: '2018-01-01', until: '2018-02-01', isActive: false }],
  });
  await visit(browser, DESK, `/patients/${id}#care`, async (page) => {
    await page.waitForSelector('#view[data-view=Care][aria-busy=false] .team');
    assert.match(await told(page, '.who'), new RegExp(`primary doctor Dr\\. ${RUN} Busy · The record lacks the date of birth\\.`));
    const facts = await page.locator('.facts > div').evaluateAll((all) => Object.fromEntries(all.map((one) => [one.querySelector('dt').textContent, one.querySelector('dd').textContent.replace(/[\u2066-\u2069]/g, '')])));
    assert.deepEqual(facts, {
      'Primary doctor': `Dr. ${RUN} Busy`, 'Registered with': `${RUN} Mill Lane Practice`, Height: '180.0 cm', Weight: '81.00 kg', 'Body mass index': '25 kg/m²',
      'Blood group': 'AB− red cells from A−, B−, AB−, O−', 'Usual blood pressure': '121/79 mmHg', Smoking: 'former, for 1 year', Alcohol: 'occasional, 3 drinks a week',
      'Gender identity': 'not recorded', Language: 'German', 'In an emergency': 'Ann Other (sister), +1 202 555 0143',
    });
    assert.match(await told(page, '.team'), /Care team 1Doctor.*Busy ?\S+ Mill Lane Practice ?Primary doctor ?since 2021-02-03$/);
    assert.match(plain(await page.locator('.team').nth(1).textContent()), /Doctors before 1Doctor.*Idle.*Consultant ?since 2018-01-01 until 2018-02-01/);
    assert.equal(await page.locator('.team').nth(1).locator('th a').getAttribute('href'), `/doctors/${made.other}`);
    await spotless(page, 'care');
    // They are drawn as well, those of before apart.
    await page.click('#tab-Graph');
    await page.waitForSelector('#view[aria-busy=false] .drawing > svg[data-settled]');
    const drawn = (await page.locator('.node.doctor text').allTextContents()).map(plain);
    assert.ok(drawn.length === 2 && drawn.some((one) => one.endsWith('… (past)')) && drawn.includes(`Dr. ${RUN} Busy`), `${drawn}`);
    assert.equal(await page.locator('.edges .recorded').count(), 2);
    await page.locator('.node.doctor').first().dispatchEvent('click');
    await page.locator('.details a', { hasText: 'The page of this doctor' }).waitFor();
    await spotless(page, 'a doctor’s details');
  });
});

test('that care could not be read is no sign that nobody cares', async () => {
  const id = await imported({ name: `${RUN} Unread`, sex: 'MALE' });
  await visit(browser, DESK, '/licenses.txt', async (page) => {
    let failing = true;
    await page.route('**/graphql', async (route) => {
      const { query } = route.request().postDataJSON();
      if (failing && query.includes('query Care(')) await route.fulfill({ json: { data: { patient: { institution: null, primaryDoctor: null, validationStatus: null, profile: null } }, errors: [{ message: 'the database cannot be reached', path: ['patient', 'profile'] }] } });
      else if (failing && query.includes('doctorAssignments')) await route.fulfill({ status: 503, body: '' });
      else await route.continue();
    });
    await page.goto(new URL(`/patients/${id}#care`, origin).href);
    await page.locator('.missing', { hasText: 'Care team' }).waitFor();
    const missing = await told(page, '.missing');
    assert.match(missing, /Profile could not be read: the database cannot be reached/);
    assert.match(missing, /Care team, Doctors before could not be read: .*503/);
    assert.doesNotMatch(await told(page, '.care'), /Health profile|Nobody is recorded/);
    failing = false;
    await page.click('.missing button');
    await page.locator('.care', { hasText: 'Nobody is recorded who looks after the patient today' }).waitFor();
    await page.locator('.missing').waitFor({ state: 'detached' });
    assert.match(await told(page, '.care'), /The record lacks the date of birth, the primary doctor, the institution\./);
    assert.match(await told(page, '.care'), /Health profilenot recorded/);
  });
});

test('a patient with more doctors than a drawing shows lacks no concept', async () => {
  const { institution } = await doctor();
  const fields = Array.from({ length: 27 }, (_, at) => `d${at}: addDoctor(input: {name: "Dr. ${RUN} Many ${at}", institutionId: "${institution}"}) { doctor { id } }`);
  const doctors = Object.values(await asked(`mutation { ${fields.slice(0, 9).join(' ')} }`)).concat(Object.values(await asked(`mutation { ${fields.slice(9, 18).join(' ')} }`)), Object.values(await asked(`mutation { ${fields.slice(18).join(' ')} }`)));
  const id = await imported({
    name: `${RUN} Of Many`, sex: 'FEMALE', medicalHistory: [{ type: 'CONDITION', item: 'Asthma', isActive: true }],
    doctorAssignments: doctors.map(({ doctor }) => ({ doctorId: doctor.id, type: 'CONSULTANT', since: '2020-01-01' })),
  });
  assert.deepEqual((await gateway('query G($id: ID!) { patient(id: $id) { graph(depth: 2) { truncated omits } } }', { id })).patient.graph, { truncated: true, omits: ['SHARED'] });
  await visit(browser, DESK, `/patients/${id}`, async (page) => {
    await page.locator('.legend label', { hasText: 'Concepts' }).click();
    await page.waitForSelector('.node.concept');
    await page.waitForSelector('#view[aria-busy=false] .drawing > svg[data-settled]');
    assert.equal(await page.locator('.node.doctor').count(), doctors.length, 'each is drawn');
    assert.equal(await page.locator('.missing').count(), 0);
  });
});

test('how somebody is reached stands on their page, and says what of it is verified', async () => {
  const { id: doctorId, institution: institutionId } = await doctor();
  const patientId = await imported({ name: `${RUN} Reached`, sex: 'MALE' });
  for (const owner of [{ patientId }, { doctorId }, { institutionId }]) {
    const write = (field, type, input) => asked(`mutation W($input: ${type}!) { ${field}(input: $input) { replayed } }`, { input: { ...owner, ...input } });
    await write('addPhone', 'AddPhoneInput', { number: '+441632960101', extension: '7', type: 'WORK', isPrimary: true });
    await write('addEmail', 'AddEmailInput', { address: 'Front.Desk@example.org', type: 'WORK', isPrimary: true, isVerified: true, verifiedAt: '2024-05-01T10:00:00Z' });
    await write('addAddress', 'AddAddressInput', { line1: '1 Mill Lane', city: 'Canterbury', postalCode: 'CT1 1AA', type: 'WORK' });
  }
  for (const path of [`/patients/${patientId}#care`, `/doctors/${doctorId}`, `/institutions/${institutionId}`]) {
    await visit(browser, DESK, path, async (page) => {
      await page.locator('.contacts').waitFor();
      assert.deepEqual((await page.locator('.contacts > div').allTextContents()).map(plain), [
        'Telephone work, primary, not verified+441632960101, extension 7', 'E-mail work, primary, verifiedFront.Desk@example.org', 'Address work, not verified1 Mill Lane, CT1 1AA Canterbury',
      ], path);
      await spotless(page, path);
    });
  }
});

test('consultations stand with the patient and with the doctor', async () => {
  const { other: doctorId } = await doctor();
  const consultation = (date, more) => ({ doctorId, type: 'IN_PERSON', status: 'COMPLETED', date, ...more });
  const id = await imported({
    name: `${RUN} Seen`, sex: 'MALE', dateOfBirth: '1960-01-01', doctorAssignments: [{ doctorId, type: 'SPECIALIST', since: '2020-01-01' }],
    consultations: [
      consultation('2021-03-04', { time: '09:30:00', chiefComplaint: 'Cough <at night>', diagnosis: 'Bronchitis', prescription: 'Rest', durationMinutes: 20, feeMinorUnits: 4550, feeCurrency: 'EUR', nextVisitDate: '2021-04-04' }),
      consultation('2022-05-06', { status: 'NO_SHOW', type: 'TELEMEDICINE' }),
    ],
    scans: [{ modality: 'MRI', bodyPart: 'Head', date: '2021-03-05', description: 'Nothing new' }],
    predictions: [{ condition: 'Parkinson’s disease', label: 'unlikely', probability: '0.1200', modelName: 'made-up', modelVersion: '2', predictedAt: '2021-03-06T00:00:00Z' }],
  });
  await visit(browser, DESK, `/patients/${id}#care`, async (page) => {
    const cards = page.locator('.visits .card');
    await cards.first().waitFor();
    assert.deepEqual((await cards.allTextContents()).map(plain), [
      `2022-05-06 telemedicineno showDr. ${RUN} <b>Idle</b>`,
      `2021-03-04 09:30in personcompletedDr. ${RUN} <b>Idle</b>20 minutesfee €45.50Complaint: Cough <at night>Found: BronchitisPrescribed: RestNext visit 2021-04-04`,
    ]);
    await spotless(page, 'consultations');
    await page.click('#tab-Graph');
    await page.waitForSelector('#view[aria-busy=false] .drawing > svg[data-settled]');
    assert.equal(await page.locator('.node.consultation').count(), 2);
    // From the patient to the doctor and to each consultation, and from the doctor to each.
    assert.equal(await page.locator('.edges .recorded').count(), 5);
    await page.click('#tab-Table');
    await page.locator('table.consultation').waitFor();
    assert.match(await told(page, 'table.scan'), /2021-03-05 ?MRI · Head ?Nothing new/);
    assert.match(await told(page, 'table.prediction'), /Parkinson’s disease · unlikely ?probability 0\.1200 · by made-up 2 · a program’s guess, no diagnosis/);
  });
  await visit(browser, DESK, `/doctors/${doctorId}`, async (page) => {
    await settled(page);
    await page.click('button:text-is("Consultations")');
    await page.locator('.count', { hasText: '2 of 2 consultations' }).waitFor();
    await spotless(page, 'consultations of a doctor');
    await page.selectOption('select[name=status]', 'NO_SHOW');
    await page.locator('.count', { hasText: '1 of 1 consultation' }).waitFor();
    assert.deepEqual(await ids(page), [id]);
    assert.match(page.url(), /#show=consultations&status=NO_SHOW$/);
  });
});

test('a consultation tells its prescriptions line by line, and the medications of that day', async () => {
  const { id: doctorId, other } = await doctor();
  const medication = (name, doctorId, prescribedDate, more) => ({ name, doctorId, prescribedDate, ...more });
  const id = await imported({
    name: `${RUN} Prescribed`, sex: 'FEMALE', dateOfBirth: '1960-01-01',
    consultations: [{ doctorId, type: 'IN_PERSON', status: 'COMPLETED', date: '2021-03-04', diagnosis: 'Bronchitis', prescription: 'Codeine 30 mg, at night\n\nRest' }],
    medications: [
      medication('Codeine', doctorId, '2021-03-04', { dosage: '30 mg', isContinued: false, discontinuedDate: '2021-03-10' }),
      medication('Aspirin', other, '2021-03-04'), medication('Ibuprofen', doctorId, '2021-03-05'),
    ],
  });
  await visit(browser, PHONE, `/patients/${id}#care`, async (page) => {
    const card = page.locator('.visits .card');
    await card.locator('.lines').nth(1).waitFor();
    assert.deepEqual((await card.locator('.lines').first().locator('li').allTextContents()).map(plain), ['Codeine 30 mg, at night', 'Rest']);
    const taken = (await card.locator('.lines').nth(1).locator('li').allTextContents()).map(plain);
    assert.deepEqual(taken, [`Codeine 30 mg · until 2021-03-10 · Dr. ${RUN} Busy`], 'of this doctor and this day alone');
    await within(page, 'care');
    await spotless(page, 'care');
    await page.click('#tab-Table');
    assert.match(await told(page, 'table.consultation'), /prescribed: Codeine 30 mg, at night; Rest/);
  });
});
