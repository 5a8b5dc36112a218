import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');

/** What the assets are made from: all of this folder but what is installed, what is built, and the tests. */
const NO_SOURCES = ['dist', 'node_modules', 'tests', 'README.md'];

function files(folder: string): string[] {
  return readdirSync(folder).sort().flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

/** The digest by which a test sees that the assets were built from these sources. */
function digest(): string {
  const sources = readdirSync(here).filter((name) => !NO_SOURCES.includes(name)).flatMap((name) => {
    const path = join(here, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
  const lines = sources.map((path) => {
    const sum = createHash('sha256').update(readFileSync(path)).digest('hex');
    return `${sum}  ${relative(here, path).split(sep).join('/')}\n`;
  });
  return createHash('sha256').update(lines.sort().join('')).digest('hex');
}

/** The folder of the package that a module comes from. */
function packageOf(module: string): string | undefined {
  const at = module.lastIndexOf('/node_modules/');
  if (at < 0) return undefined;
  const [first = '', second = ''] = module.slice(at + '/node_modules/'.length).split('/');
  return module.slice(0, at) + '/node_modules/' + (first.startsWith('@') ? `${first}/${second}` : first);
}

/** The licences of the packages whose code is in the assets, which most of them ask for. */
function licences(modules: Iterable<string>): string {
  const folders = new Set([...modules].map((module) => packageOf(module.replace(/^\0/, ''))));
  const texts = [...folders].filter((folder) => folder !== undefined).sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
    return `${name} ${version}\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

/** GraphiQL's style carries fonts, which are most of its size; the system's do as well, and are there at once. */
function noFonts(): Plugin {
  return {
    name: 'no-fonts',
    enforce: 'pre',
    transform: (code, id) => (id.endsWith('.css') ? code.replaceAll(/@font-face\s*\{[^}]*\}/g, '') : null),
  };
}

/** After the build: licences, the digest, and every file compressed as far as it goes, which is all that is kept. */
function finish(): Plugin {
  const modules = new Set<string>();
  return {
    name: 'finish',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle)) {
        if (output.type === 'chunk') output.moduleIds.forEach((id) => modules.add(id));
      }
    },
    closeBundle() {
      if (!existsSync(dist)) return; // the build failed, and says why
      writeFileSync(join(dist, 'licenses.txt'), licences(modules));
      for (const path of files(dist)) {
        const bytes = readFileSync(path);
        const best = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, best));
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        rmSync(path);
      }
      writeFileSync(join(dist, 'sources.sha256'), `${digest()}\n`);
    },
  };
}

export default defineConfig({
  esbuild: { jsx: 'automatic', legalComments: 'none' },
  resolve: {
    // Two copies of graphql-js would not know each other's types.
    dedupe: ['graphql', 'react', 'react-dom', 'graphql-language-service'],
    // It writes a style into the page to keep it from scrolling, which this page does not, and the policy forbids.
    alias: { 'react-style-singleton': join(here, 'src/playground/no-style.ts') },
  },
  build: {
    target: 'es2022',
    cssTarget: 'chrome123',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_500,
    rollupOptions: {
      input: ['index.html', 'patients.html', 'patient.html', 'staff.html', 'access.html'],
      // "use client" in libraries, which says nothing here.
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
  plugins: [noFonts(), finish()],
  // `npm run dev` beside a gateway.
  server: { proxy: Object.fromEntries(['/graphql', '/.well-known'].map((path) => [path, process.env.MEDIMAX_URL ?? 'http://127.0.0.1:8080'])) },
});
