// Runs the audits of the package graphql-http against the server at the URL given.
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.MEDIMAX_TEST_NODE_MODULES}/`);
const { serverAudits } = require('graphql-http');

const audits = serverAudits({ url: process.argv[2] });
let passed = 0;
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status === 'ok') passed += 1;
  else console.error(`${result.id} ${result.name}: ${result.reason}`);
}
console.log(`${passed} of ${audits.length} audits passed`);
