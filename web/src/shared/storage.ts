/** What the browser keeps of the pages' settings. Where it keeps nothing, they last as long as the page. */

const PREFIX = 'graphiql:';

/** What is nowhere but in the memory of a page: tokens, and what stands beside a password. */
const TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]+|\bmm[a-z]_[\w-]{8,}/g;
const SECRET = /password/i;

const memory = new Map<string, string>();

/** Does it with the browser's storage, which a browser may deny by throwing wherever it is touched. */
function tried<Result>(work: (storage: Storage) => Result, otherwise: Result): Result {
  try {
    return work(localStorage);
  } catch {
    return otherwise;
  }
}

export const storage = {
  getItem: (key: string): string | null => memory.get(key) ?? tried((kept) => kept.getItem(key), null),
  setItem(key: string, value: string) {
    const done = !SECRET.test(value) && tried((kept) => (kept.setItem(key, value.replace(TOKEN, '…')), true), false);
    if (done) memory.delete(key);
    else memory.set(key, value);
  },
  removeItem(key: string) {
    memory.delete(key);
    tried((kept) => kept.removeItem(key), undefined);
  },
  keys: () => [...memory.keys(), ...tried((kept) => Object.keys(kept), [])].filter((key) => key.startsWith(PREFIX)),
  clear() {
    storage.keys().forEach(storage.removeItem);
  },
  get length() {
    return storage.keys().length;
  },
};

/** Takes the scheme that was chosen in the playground's settings. */
export function takeTheme() {
  const theme = storage.getItem(`${PREFIX}theme`);
  if (theme) document.body.classList.add(`graphiql-${theme}`);
}
