#!/usr/bin/env node
// The gateway's independent reference: graphql-js executes schema.graphql over a plain dump of the same rows.
//
//   node reference.mjs --schema schema.graphql --dump dump.json --seed 1 --count 500 [--cases cases.json]
//
// prints one JSON object a line: { name, query, variables, operationName?, response }, where `response` is the text that
// the gateway should answer. Its errors hold their path alone, sorted by the path's JSON text.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { generate } from './generate.mjs';
import { Reference } from './resolvers.mjs';

const { values: options } = parseArgs({
  options: {
    schema: { type: 'string' },
    dump: { type: 'string' },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    // Fixed cases that run first: an array of { name, query, variables?, operationName? }.
    cases: { type: 'string' },
  },
});

if (!options.schema || !options.dump) {
  process.stderr.write('both --schema and --dump are needed\n');
  process.exit(2);
}
const read = (file) => readFileSync(file, 'utf8');
const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const reference = new Reference(read(options.schema), JSON.parse(read(options.dump)));
if (reference.unanswered.size) {
  process.stderr.write(`not compared, the reference has no answer: ${[...reference.unanswered].join(' ')}\n`);
}
for (const fixed of options.cases ? JSON.parse(read(options.cases)) : []) {
  print({ ...fixed, variables: fixed.variables ?? {}, response: reference.answer(fixed) });
}
for (let number = 0; number < Number(options.count); number++) {
  print(generate(reference, Number(options.seed), number));
}
