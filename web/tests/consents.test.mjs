// Consents on the patient's page: what is recorded, and how they are given and withdrawn.
// Against a gateway that asks for a log-in, which MEDIMAX_TEST_GATEWAY names.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LOOKS, SCREENS, launch, named, spotless, visit, within } from './browser.mjs';
import { ADMIN, PATIENT, closed, logIn } from './closed.mjs';

const [DESK] = SCREENS;
/** A name that would be markup, and turns the text behind it. */
const PARTNER = '<b>Study</b> & שלום';
let [browser, gateway, key, id, partner] = [];

const told = (query, who, variables) => gateway.told(query, who, variables);
const plain = (text) => text.replace(/[\u2066-\u2069]/g, '').replace(/\s+/g, ' ').trim();
const part = (page) => page.locator('.consents');
const cards = async (page) => (await part(page).locator('li > header').allInnerTexts()).map(plain);

/** Visits a page as somebody. */
const as = (who, path, run, screen = DESK) =>
  visit(browser, screen, path, async (page) => {
    await logIn(page, who);
    await run(page);
  }, gateway.at);

/** How many patients the partner's program sees, of one. */
async function seen() {
  const { data } = await gateway.send(key, 'query Seen($id: ID!) { patient(id: $id) { patientId } }', { id });
  return data.patient === null ? 0 : 1;
}

before(async () => {
  [browser, gateway] = await Promise.all([launch(), closed('consents')]);
  const { patients } = await told('{ patients(first: 20) { nodes { id patientId consents { totalCount } } } }', ADMIN);
  const one = patients.nodes.find(({ consents }) => consents.totalCount === 0);
  id = one.id;
  gateway.user(PATIENT, '--patient', String(one.patientId));
  const added = await told('mutation Add($input: AddPartnerInput!) { addPartner(input: $input) { partner { partnerId } } }', ADMIN, { input: { name: PARTNER, description: 'Reads <i>everything</i>.', privacyUrl: 'https://study.example/privacy' } });
  partner = added.addPartner.partner.partnerId;
  const said = gateway.run(['client', 'add', 'study', '--partner', String(partner), '--purpose', 'RESEARCH', '--read', 'Patient']);
  [key] = said.match(/mmx_[\w-]{43}/);
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
});

test('a patient gives a consent and withdraws it, and the partner sees the record meanwhile', () =>
  as(PATIENT, `/patients/${id}#care`, async (page) => {
    await part(page).getByText('No partner may read the record: no consent is recorded.').waitFor();
    assert.equal(await seen(), 0);
    await part(page).getByRole('button', { name: 'Give a consent…' }).click();
    const form = part(page).getByRole('form', { name: 'Give a consent' });
    await form.getByLabel('Partner who may read the record').selectOption(String(partner));
    await form.getByLabel('What for').selectOption('RESEARCH');
    await form.getByLabel(/^Last day/).fill('2000-01-01');
    await spotless(page, 'the form of a consent');
    await form.getByRole('button', { name: 'Give the consent' }).click();
    await form.getByRole('alert').getByText('A consent that is given must not be over').waitFor();
    await form.getByLabel(/^Last day/).fill('');
    assert.equal(await form.getByLabel(/^Evidence/).count(), 0);
    await form.getByRole('button', { name: 'Give the consent' }).click();
    await part(page).locator('li').waitFor();
    const today = new Date().toLocaleDateString('sv');
    assert.equal((await cards(page))[0], `${PARTNER} for research since ${today}`);
    assert.match(plain(await part(page).innerText()), /Reads <i>everything<\/i>\. How this partner keeps data/);
    assert.equal(await seen(), 1);
    await spotless(page, 'a consent');

    // The same once more is refused, in words.
    await part(page).getByRole('button', { name: 'Give a consent…' }).click();
    await form.getByLabel('Partner who may read the record').selectOption(String(partner));
    await form.getByLabel('What for').selectOption('RESEARCH');
    await form.getByRole('button', { name: 'Give the consent' }).click();
    await form.getByRole('alert').getByText('The patient has given this consent already').waitFor();
    await form.getByRole('button', { name: 'Cancel' }).click();

    const withdraw = part(page).getByRole('button', { name: /^Withdraw the consent to/ });
    await withdraw.click();
    await part(page).getByRole('button', { name: 'Keep it' }).click();
    assert.equal(await seen(), 1);
    await withdraw.click();
    await part(page).getByRole('button', { name: 'Withdraw it' }).click();
    await part(page).getByText(`withdrawn on ${today}`).waitFor();
    assert.equal(await withdraw.count(), 0);
    assert.equal(await seen(), 0);
  }));

test('the patient reads in the log what the partner’s program asked for', () =>
  as(PATIENT, `/patients/${id}#access`, async (page) => {
    const look = page.locator('.look', { hasText: 'study' }).first();
    await look.waitFor();
    assert.match(plain(await look.innerText()), /study of <b>Study<\/b> & שלום, program of a partner, for research/);
  }));

test('what stands there fits every screen, and what cannot be read is said', async () => {
  const { patients } = await told('{ patients(first: 20) { nodes { id consents { totalCount } } } }', ADMIN);
  const withSome = patients.nodes.find(({ consents }) => consents.totalCount > 0);
  for (const screen of LOOKS) {
    await as(ADMIN, `/patients/${withSome.id}#care`, async (page) => {
      await part(page).locator('li').first().waitFor();
      await part(page).getByRole('button', { name: 'Give a consent…' }).click();
      await part(page).getByLabel('What for').waitFor();
      await part(page).getByLabel(/^Evidence/).fill('Form 7, signed');
      await spotless(page, `consents, ${named(screen)}`);
      await within(page, `consents, ${named(screen)}`);
    }, screen);
  }
  await as(ADMIN, '/patients/', async (page) => {
    let fails = true;
    await page.route('**/graphql', (route) => (fails && /query Consents\b/.test(route.request().postDataJSON()?.query ?? '') ? route.abort() : route.continue()));
    await page.goto(`${gateway.at}/patients/${id}#care`);
    await part(page).getByText(/Consents could not be read\./).waitFor();
    fails = false;
    await part(page).getByRole('button', { name: 'Try again' }).click();
    await part(page).locator('li').first().waitFor();
  });
});
