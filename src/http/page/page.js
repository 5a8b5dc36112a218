// The query page: two editors, the answer and the schema's documentation. It uses no library and loads nothing from
// elsewhere; what the gateway says enters the page as text, never as HTML.

const $ = (id) => document.getElementById(id);

/** An element with properties and children: elements, texts, lists of them. */
function h(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.flat(Infinity));
  return element;
}

/** What is kept between visits, as far as the browser keeps anything. */
const kept = {
  get(key) { try { return localStorage.getItem(`medimax.${key}`); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(`medimax.${key}`, value); } catch { /* then not */ } },
};

// ---------------------------------------------------------------- tokens and their colours
/** The tokens of GraphQL; JSON has no others. */
const TOKEN = new RegExp([
  /(?<space>[\s,\uFEFF]+)/, /(?<comment>#[^\n]*)/, /(?<string>"""(?:\\"""|[^])*?(?:"""|$)|"(?:\\.|[^"\\\n])*"?)/,
  /(?<number>-?\d[\w.+-]*)/, /(?<variable>\$\w+)/, /(?<directive>@\w+)/, /(?<name>[A-Za-z_]\w*)/,
  /(?<mark>\.\.\.|[{}()[\]:=!|&])/, /(?<other>[^])/,
].map((part) => part.source).join('|'), 'gu');

function scan(text) {
  return Array.from(text.matchAll(TOKEN), ({ 0: token, groups, index: at }) => {
    const [kind] = Object.entries(groups).find(([, found]) => found !== undefined);
    return { kind, text: token, at };
  });
}

const OPERATIONS = ['query', 'mutation', 'subscription'];
const LITERAL = /^(true|false|null|[A-Z][A-Z0-9]*_[A-Z0-9_]*|[A-Z]{3,})$/;
/** Beyond this many characters colours cost more than they give. */
const COLOURED = 300_000;

/** The class that colours a token, if any. */
function colour({ kind, text }, next) {
  if (next?.text === ':' && (kind === 'name' || kind === 'string')) return 'key';
  if (kind !== 'name') return kind === 'space' || kind === 'mark' ? null : kind;
  if ([...OPERATIONS, 'fragment', 'on'].includes(text)) return 'keyword';
  return LITERAL.test(text) ? 'literal' : /^[A-Z]/.test(text) ? 'type' : null;
}

function paint(element, text) {
  const tokens = text.length > COLOURED ? [{ kind: 'space', text }] : scan(text);
  const painted = new DocumentFragment();
  tokens.forEach((token, i) => {
    const className = colour(token, tokens[i + 1]);
    painted.append(className ? h('span', { className }, token.text) : token.text);
  });
  element.replaceChildren(painted);
}

// ---------------------------------------------------------------- layout of a document
const CLOSING = { '{': '}', '(': ')', '[': ']' };

/** Tokens up to a closing bracket; what an opening one holds becomes its `inner`. */
function nest(tokens, closing) {
  const parts = [];
  for (let token; (token = tokens.shift()); parts.push(token)) {
    if (token.text === closing) return parts;
    if (Object.values(CLOSING).includes(token.text)) throw new Error(`“${token.text}” closes nothing`);
    if (token.kind === 'mark' && token.text in CLOSING) token.inner = nest(tokens, CLOSING[token.text]);
  }
  if (closing) throw new Error(`“${closing}” is missing`);
  return parts;
}

/** A document's tokens by their brackets, without space; each knows whether it is the first of its line. */
function outline(text) {
  const first = (at) => !text.slice(text.lastIndexOf('\n', at) + 1, at).trim();
  return nest(scan(text).filter(({ kind }) => kind !== 'space').map((token) => ({ ...token, first: first(token.at) })));
}

/** Whether a part begins an item of what stands between brackets: a definition, a field, an argument, a value. */
function begins(open, part, before, last, next) {
  if (!before || before.kind === 'comment') return true;
  if (part.kind === 'comment') return part.first;
  if (open === '') return before.text === '{';
  if (open === '[') return part.text !== '!';
  if (open !== '{') return next?.text === ':';
  const joined = before.text === ':' || before.text === '...' || (before.text === 'on' && last?.text === '...');
  return !joined && (part.kind === 'name' || part.text === '...');
}

/** The items between brackets, each laid out below an indentation. */
function lay(parts, open, indent) {
  const laid = [];
  parts.forEach((part, i) => {
    const before = parts[i - 1];
    const close = [':', '!', '('].includes(part.text) || (before?.text === '...' && part.kind === 'name' && part.text !== 'on');
    const line = begins(open, part, before, parts[i - 2], parts[i + 1]) ? '' : laid.pop() + (close ? '' : ' ');
    laid.push(line + (part.inner ? layGroup(part, open, indent, line) : part.text));
  });
  return laid;
}

/** Brackets and what they hold: a selection one field a line, other things in one line if they fit or no indent is given. */
function layGroup({ text, inner }, within, indent, line) {
  const open = text === '{' && within !== '' && within !== '{' ? 'object' : text;
  if (open !== '{') {
    const flat = text + lay(inner, open, null).join(', ') + CLOSING[text];
    const column = (indent + line).length - (line.lastIndexOf('\n') + 1);
    if (indent === null || (column + flat.length <= 100 && !/[\n#]/.test(flat))) return flat;
  }
  const lines = lay(inner, open, `${indent}  `).map((item) => `${indent}  ${item}\n`);
  return `${text}\n${lines.join('')}${indent}${CLOSING[text]}`;
}

const prettify = (text) => lay(outline(text), '', '').map((item) => item + (item.startsWith('#') ? '\n' : '\n\n')).join('').trim();

/** The name of the operation that the cursor is in, where a document has several. */
function operationAt(text, cursor) {
  let parts = [];
  try { parts = outline(text); } catch { /* the gateway says it better */ }
  const names = parts.filter(({ kind }, i) => kind === 'name' && OPERATIONS.includes(parts[i - 1]?.text));
  return names.length > 1 ? (names.findLast(({ at }) => text.lastIndexOf('\n', at) < cursor) ?? names[0]).text : undefined;
}

// ---------------------------------------------------------------- editors
/** Makes an editor of a text field: its colours painted behind it, its line numbers beside it. */
function editor(id) {
  const field = Object.assign($(id), { wrap: 'off', spellcheck: false, autocomplete: 'off', autocapitalize: 'off' });
  const [numbers, ink] = [h('div', { className: 'numbers', ariaHidden: 'true' }), h('pre', { ariaHidden: 'true' })];
  field.before(numbers, ink);
  field.setAttribute('aria-describedby', 'editor-help');
  let [leaving, typing] = [false, false];

  const follow = () => [ink.scrollTop, ink.scrollLeft, numbers.scrollTop] = [field.scrollTop, field.scrollLeft, field.scrollTop];
  function draw() {
    paint(ink, `${field.value}\n`);
    numbers.textContent = field.value.split('\n').map((_, i) => i + 1).join('\n');
    follow();
  }
  function changed() {
    if (typing) return;
    draw();
    kept.set(id, field.value);
    // The address no longer says what stands here.
    if (location.hash) history.replaceState(null, '', location.pathname);
  }
  /** Types a text over a range; by a command, old as it is, because undo knows of no other way. It tells of each line. */
  function type(text, from = field.selectionStart, to = field.selectionEnd) {
    field.setSelectionRange(from, to);
    typing = true;
    // The command is slow with long texts; those are put in without undo.
    const done = text.length < 6_000 && document.execCommand(text ? 'insertText' : 'delete', false, text);
    if (!done) field.setRangeText(text, from, to, 'end');
    typing = false;
    changed();
  }
  function indent(back) {
    const { selectionStart: from, selectionEnd: to, value } = field;
    if (from === to && !back) return type('  ');
    const start = value.lastIndexOf('\n', from - 1) + 1;
    const moved = value.slice(start, to).replace(back ? /^ {1,2}/gm : /^/gm, back ? '' : '  ');
    type(moved, start, to);
    field.setSelectionRange(from === to ? start + moved.length : start, start + moved.length);
  }
  field.addEventListener('scroll', follow);
  field.addEventListener('input', changed);
  field.addEventListener('keydown', (event) => {
    const line = field.value.slice(0, field.selectionStart).split('\n').at(-1);
    const enter = event.key === 'Enter' && !(event.ctrlKey || event.metaKey || event.isComposing);
    const tab = event.key === 'Tab' && !leaving;
    if (tab || enter) event.preventDefault();
    if (tab) indent(event.shiftKey);
    if (enter) type(`\n${line.match(/^ */)[0]}${/[{([]\s*$/.test(line) ? '  ' : ''}`);
    leaving = event.key === 'Escape' || (leaving && event.key === 'Shift');
  });

  return {
    field,
    /** Puts a text in place of another; undo brings that back. */
    replace(text) {
      const focused = document.activeElement;
      field.focus({ preventScroll: true });
      if (text !== field.value) type(text, 0, field.value.length);
      this.goTo(1, 1);
      focused.focus({ preventScroll: true });
      if (focused === document.body) field.blur();
    },
    /** Starts with a text. */
    open(text) {
      field.value = text;
      field.setSelectionRange(0, 0);
      draw();
    },
    goTo(line, column) {
      const at = field.value.split('\n').slice(0, line - 1).reduce((sum, before) => sum + before.length + 1, column - 1);
      field.focus();
      field.setSelectionRange(at, at);
      field.scrollTop = (line - 4) * parseFloat(getComputedStyle(field).lineHeight);
    },
  };
}

const [query, variables] = [editor('query'), editor('variables')];

/** JSON indented, or the text itself where it is none. */
const indented = (text) => { try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; } };

function say(text, mood = '') {
  $('status').textContent = $('status').title = text;
  $('status').dataset.mood = mood;
}
async function copy(text, said) {
  try { await navigator.clipboard.writeText(text); } catch { return say('The browser does not allow copying here.', 'bad'); }
  say(said);
}
$('prettify').onclick = () => {
  try { query.replace(prettify(query.field.value)); } catch (error) { say(`Not laid out: ${error.message}.`, 'bad'); }
  if ($('variables-pane').open) variables.replace(indented(variables.field.value));
};
$('copy').onclick = () => copy($('result').textContent, 'Answer copied.');
$('share').onclick = () => {
  history.replaceState(null, '', `#${new URLSearchParams({ query: query.field.value, variables: variables.field.value })}`);
  copy(location.href, 'Link copied: it holds the query, not the answer.');
};

/** Opens what the address holds, else what was here at the last visit. */
function restore() {
  const shared = new URLSearchParams(location.hash.slice(1));
  const from = shared.has('query') ? shared : kept;
  query.open(from.get('query') ?? '');
  variables.open(from.get('variables') ?? '');
  $('variables-pane').open = variables.field.value.trim() !== '';
}
addEventListener('hashchange', restore);

// ---------------------------------------------------------------- running
/** Sends a request and reads the answer, whatever it is. */
async function send(request, signal) {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json;q=0.9' };
  const response = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify(request), signal });
  const bytes = await response.arrayBuffer();
  const text = new TextDecoder().decode(bytes);
  let body = null;
  try { body = JSON.parse(text); } catch { /* then it is shown as it came */ }
  return { status: `${response.status} ${response.statusText}`, size: bytes.byteLength, text, body };
}

/** An error with its code, where in the answer it struck, and where in the query it comes from. */
function errorItem({ message, path, locations, extensions }) {
  const places = (locations ?? []).map(({ line, column }) => h('button', {
    className: 'link', textContent: `line ${line}, column ${column}`, onclick: () => query.goTo(line, column),
  }));
  const request = extensions?.requestId ? h('span', {}, `request ${extensions.requestId}`) : [];
  const about = [h('b', {}, extensions?.code ?? 'ERROR'), path ? h('span', {}, path.join(' › ')) : [], places, request];
  return h('li', {}, h('div', { className: 'about' }, about), h('p', {}, message));
}

function show(errors, text) {
  // More than a few are easier to read in the answer itself.
  $('errors').replaceChildren(...errors.slice(0, 20).map(errorItem));
  paint($('result'), text);
  $('errors').hidden = errors.length === 0;
  $('result').hidden = $('copy').hidden = text === '';
  $('result').scrollTop = $('errors').scrollTop = 0;
  $('hint').hidden = true;
}
function fail(code, message) {
  show([{ message, extensions: { code } }], '');
  say('');
}

let running = null;
/** Runs the query at the cursor; while one runs, stops it. */
async function run() {
  if (running) return running.abort();
  const { value, selectionStart } = query.field;
  const request = { query: value, operationName: operationAt(value, selectionStart) };
  try { request.variables = JSON.parse(variables.field.value.trim() || 'null'); } catch ({ message }) {
    return fail('NOT SENT', `The variables are not JSON: ${message}`);
  }
  running = new AbortController();
  $('run-label').textContent = 'Stop';
  $('answer').classList.add('busy');
  say('Running…');
  const since = performance.now();
  try {
    const { status, size, text, body } = await send(request, running.signal);
    const took = Math.round(performance.now() - since);
    const errors = Array.isArray(body?.errors) ? body.errors : [];
    show(errors, body ? JSON.stringify(body, null, 2) : text);
    const counted = errors.length ? ` · ${errors.length} error${errors.length > 1 ? 's' : ''}` : '';
    const bytes = size < 1000 ? `${size} bytes` : `${(size / 1000).toFixed(1)} kB`;
    say(`${status}${counted} · ${took} ms · ${bytes}`, body?.data == null ? 'bad' : errors.length ? 'warn' : 'good');
  } catch (error) {
    if (error.name === 'AbortError') say('Stopped.', 'warn');
    else fail('NO ANSWER', 'The gateway did not answer. Is it running?');
  } finally {
    running = null;
    $('run-label').textContent = 'Run';
    $('answer').classList.remove('busy');
    // On a phone the answer lies below the editors.
    if ($('answer').getBoundingClientRect().top > innerHeight / 2) $('answer').scrollIntoView();
  }
}
$('run').onclick = run;

for (const key of document.querySelectorAll('.mod')) key.textContent = /Mac|iP(hone|ad)/.test(navigator.platform) ? '⌘' : 'Ctrl';
addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || !['Enter', 'k'].includes(event.key)) return;
  event.preventDefault();
  if (event.key === 'Enter') run();
  else showDocs(true);
});

// ---------------------------------------------------------------- samples
async function loadSamples() {
  const samples = await (await fetch('/samples.json')).json();
  const open = (sample) => {
    $('samples').hidePopover();
    $('variables-pane').open = true; // what is closed cannot be typed into
    variables.replace(indented(sample.variables));
    $('variables-pane').open = sample.variables !== '';
    query.replace(sample.query);
    run();
  };
  $('samples').replaceChildren(...samples.map((sample) => {
    const name = sample.name.replace(/^\d+-/, '').replaceAll('-', ' ');
    return h('li', {}, h('button', { onclick: () => open(sample) }, name[0].toUpperCase() + name.slice(1), h('span', {}, sample.title)));
  }));
  if (!query.field.value) query.open(samples[0].query);
}
$('samples').addEventListener('toggle', ({ newState }) => newState === 'open' && $('samples').querySelector('button')?.focus());

// ---------------------------------------------------------------- documentation
const INTROSPECTION = `{ __schema {
  queryType { name } mutationType { name } subscriptionType { name }
  types { kind name description inputFields { ...Input } interfaces { name } possibleTypes { name }
    fields(includeDeprecated: true) { name description deprecationReason args { ...Input } type { ...Type } }
    enumValues(includeDeprecated: true) { name description deprecationReason } } } }
fragment Input on __InputValue { name description defaultValue type { ...Type } }
fragment Type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`;

const KINDS = { OBJECT: 'Objects', INTERFACE: 'Interfaces', UNION: 'Unions', INPUT_OBJECT: 'Inputs', ENUM: 'Enums', SCALAR: 'Scalars' };
let [types, roots] = [[], []];
/** The pages that led here, the start first: a type each, and a member of it that was looked for. */
const trail = [{}];

const members = (type) => type.fields ?? type.inputFields ?? type.enumValues ?? [];
const link = (type, text = type, member = null) => h('button', { className: 'link', textContent: text, onclick: () => visit({ type, member }) });
const prose = (text) => (text ? h('p', {}, text.split('`').map((part, i) => (i % 2 ? h('code', {}, part) : part))) : []);
const typeOf = ({ kind, name, ofType }) => (kind === 'NON_NULL' ? [typeOf(ofType), '!'] : kind === 'LIST' ? ['[', typeOf(ofType), ']'] : link(name));
const typed = ({ type, defaultValue }) => [type ? [': ', typeOf(type)] : [], defaultValue ? ` = ${defaultValue}` : []];
const names = (title, all) => (all?.length ? [h('h4', {}, title), h('div', { className: 'names' }, all.map(({ name }) => link(name)))] : []);

/** A field, an input's field or an enum's value. */
function entry(member, found) {
  const { name, args = [], description, deprecationReason } = member;
  const list = args.map((arg) => [h('dt', {}, arg.name, typed(arg)), h('dd', {}, prose(arg.description))]);
  const summary = h('summary', {}, ` ${args.map((arg) => arg.name).join(', ')}`);
  return h('div', { className: name === found ? 'entry found' : 'entry' },
    h('div', { className: 'sign' }, h('b', {}, name), args.length ? '(…)' : '', typed(member)), prose(description),
    deprecationReason ? h('p', { className: 'old' }, `Deprecated: ${deprecationReason}`) : [],
    args.length ? h('details', { open: name === found }, summary, h('dl', {}, list)) : []);
}

function typePage(sought, found) {
  const type = types.find(({ name }) => name === sought);
  return [h('h3', {}, type.name, ' ', h('small', {}, KINDS[type.kind].slice(0, -1).toLowerCase())), prose(type.description),
    names('Implements', type.interfaces), names('One of', type.possibleTypes), members(type).map((member) => entry(member, found))];
}

function startPage() {
  const others = types.filter(({ name }) => !roots.includes(name));
  return [roots.map((root) => typePage(root)), Object.entries(KINDS).map(([kind, title]) => names(title, others.filter((type) => type.kind === kind)))];
}

/** Types and members that hold the text, the closest names first; inputs and enums, which repeat many, last. */
function searchPage(text) {
  const hits = types.flatMap((type) => [null, ...members(type)].map((member) => {
    const { name, description } = member ?? type;
    const named = name.toLowerCase().indexOf(text);
    const far = named < 0 ? 500 : named + name.length + (member ? 1 : 0);
    return { type, member, description, far: far + (type.fields ? 0 : 1000), hit: named >= 0 || description?.toLowerCase().includes(text) };
  })).filter(({ hit }) => hit).sort((a, b) => a.far - b.far);
  const rows = hits.slice(0, 50).map(({ type, member, description }) => h('div', { className: 'entry' },
    link(type.name, member ? `${type.name}.${member.name}` : type.name, member?.name), prose(description)));
  return [h('p', {}, hits.length > 50 ? `The closest 50 of ${hits.length}` : `${hits.length} found`), rows];
}

function drawDocs() {
  const [{ type, member }, text] = [trail.at(-1), $('docs-search').value.trim().toLowerCase()];
  const page = text ? searchPage(text) : type ? typePage(type, member) : startPage();
  $('docs-body').replaceChildren(...page.flat(Infinity));
  $('docs-body').scrollTop = 0;
  $('docs-body').querySelector('.found')?.scrollIntoView({ block: 'nearest' });
  $('docs-back').hidden = trail.length === 1 && !text;
}

/** Goes to a page, or back from one if none is given. */
function visit(page) {
  if (page) trail.push(page);
  else if (!$('docs-search').value) trail.pop();
  $('docs-search').value = '';
  drawDocs();
  $('docs-body').focus();
}
async function showDocs(shown) {
  $('docs').hidden = !shown;
  $('docs-button').ariaExpanded = shown;
  $(shown ? 'docs-search' : 'docs-button').focus();
  if (types.length || !shown) return;
  try {
    const { body: { data: { __schema: schema } } } = await send({ query: INTROSPECTION });
    types = schema.types.filter(({ name }) => !name.startsWith('__'));
    roots = [schema.queryType, schema.mutationType, schema.subscriptionType].flatMap((root) => root?.name ?? []);
    drawDocs();
  } catch {
    $('docs-body').replaceChildren(h('p', {}, 'The schema cannot be read now. Close this pane and open it to try again.'));
  }
}
$('docs-button').onclick = () => showDocs($('docs').hidden);
$('docs-close').onclick = () => showDocs(false);
$('docs-back').onclick = () => visit();
$('docs-search').oninput = () => types.length && drawDocs();
$('docs').addEventListener('keydown', (event) => event.key === 'Escape' && showDocs(false));

restore();
loadSamples();
