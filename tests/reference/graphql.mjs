// graphql-js, the one dependency. A test run may keep it outside the source tree: MEDIMAX_TEST_NODE_MODULES names that
// folder (the `node_modules` itself or the folder that holds it). Everything takes it from here, because two copies of
// graphql-js in one process refuse each other's schemas.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const folder = process.env.MEDIMAX_TEST_NODE_MODULES;

export default createRequire(folder ? resolve(folder, 'from-here.js') : import.meta.url)('graphql');
