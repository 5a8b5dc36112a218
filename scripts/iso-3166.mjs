// Writes assets/iso-3166.tsv from the npm package iso-3166: node scripts/iso-3166.mjs FOLDER, where FOLDER has node_modules.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder] = process.argv.slice(2);
const source = join(folder, 'node_modules', 'iso-3166');
const { iso31661, iso31662 } = await import(pathToFileURL(join(source, 'index.js')));
const { version, license } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
const byCode = (a, b) => (a[0] < b[0] ? -1 : 1);
const countries = iso31661.map(({ alpha2, alpha3, numeric, name }) => [alpha2, alpha3, numeric, name]).sort(byCode);
const regions = iso31662.map(({ code, name }) => [code, name]).sort(byCode);
const head = [
  `# Countries (ISO 3166-1: two letters, three letters, number, name) and regions (ISO 3166-2: code, name).`,
  `# From the npm package iso-3166 ${version} (https://github.com/wooorm/iso-3166), licence ${license}, copyright Titus Wormer.`,
  `# Written by scripts/iso-3166.mjs.`,
];
writeFileSync('assets/iso-3166.tsv', [...head, ...[...countries, ...regions].map((row) => row.join('\t')), ''].join('\n'));
