// A gateway of a test's own, which asks for a log-in: with made-up patients and an administrator, in a folder of its own.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = process.env.MEDIMAX_TEST_GATEWAY;
assert.ok(program, 'MEDIMAX_TEST_GATEWAY must name the gateway’s program');

export const PASSWORD = 'correct horse battery staple';
export const ADMIN = { email: 'admin@x.example', role: 'ADMIN', name: 'Ada Admin' };
export const PATIENT = { email: 'patient@x.example', role: 'PATIENT', name: 'Pat Patient' };

/** The address of a gateway, once it says that it is ready. */
async function addressOf(child) {
  const said = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    const [, at] = line.match(/GraphQL +(http:.*)\/graphql/) ?? [];
    if (at) {
      child.stdout.resume();
      return at;
    }
  }
  return assert.fail(`the gateway ended before it was ready: ${said}`);
}

/** Starts a gateway that asks for a log-in. */
export async function closed(name, ...flags) {
  const folder = mkdtempSync(join(tmpdir(), `medimax-${name}-`));
  /** Runs a command on the gateway's store. */
  const run = (args, input) => {
    const { status, stdout, stderr } = spawnSync(program, [...args, '--data-dir', folder], { input, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const user = ({ email, role, name }, ...args) => run(['user', 'add', email, '--role', role, '--name', name, ...args, '--password-stdin'], `${PASSWORD}\n`);
  // A store that has an account is not filled by itself.
  run(['seed', '--patients', '20']);
  user(ADMIN);
  const child = spawn(program, ['serve', '--listen', '127.0.0.1:0', ...flags, '--data-dir', folder], { stdio: ['ignore', 'pipe', 'ignore'] });
  const at = await addressOf(child);
  const tokens = new Map();
  const send = async (token, query, variables) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const response = await fetch(`${at}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    return response.json();
  };
  const tokenOf = async ({ email }) => {
    if (!tokens.has(email)) {
      const { data } = await send(null, 'mutation In($email: String!, $password: String!) { logIn(email: $email, password: $password) { accessToken } }', { email, password: PASSWORD });
      tokens.set(email, data.logIn.accessToken);
    }
    return tokens.get(email);
  };
  /** Asks past the page, as somebody. */
  const asked = async (query, who, variables = {}) => send(await tokenOf(who), query, variables);
  /** The same, where nothing may go wrong. */
  const told = async (query, who, variables) => {
    const { data, errors } = await asked(query, who, variables);
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data;
  };
  const stop = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true });
  };
  return { at, run, user, send, asked, told, stop };
}

/** Logs in on a page, as somebody. */
export async function logIn(page, who) {
  const form = page.locator('dialog.log-in[open]');
  await form.waitFor();
  await form.getByLabel('E-mail address').fill(who.email);
  await form.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await form.waitFor({ state: 'detached' });
  await page.locator('.account .asker', { hasText: who.name }).waitFor();
}
