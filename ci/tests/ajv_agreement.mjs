// What ajv says, for wire/schema/ajv_test.cpp to agree with.
//   node ajv_agreement.mjs NODE_MODULES CASES.json
// CASES.json is [{"dialect": "draft-07" | "2020-12", "schema": ..., "instances": [...]}]. Prints one array per case:
// true or false per instance, or what ajv throws.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [nodeModules, casesPath] = process.argv.slice(2);
const require = createRequire(resolve(nodeModules, 'any.js'));
const dialects = { 'draft-07': require('ajv').default, '2020-12': require('ajv/dist/2020').default };

const verdicts = JSON.parse(readFileSync(casesPath, 'utf8')).map(({ dialect, schema, instances }) => {
  try {
    const ajv = new dialects[dialect]({ strict: false, validateFormats: false, logger: false });
    const validate = ajv.compile(schema);
    return instances.map((instance) => validate(instance));
  } catch (error) {
    return instances.map(() => String(error));
  }
});
process.stdout.write(JSON.stringify(verdicts));
