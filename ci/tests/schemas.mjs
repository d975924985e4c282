// What ajv says of documents, for schemas_test.py.
//   node schemas.mjs NODE_MODULES CASES.json
// CASES.json is {"schemas": [...], "cases": [{"schema": ID, "document": ...}]}. Prints an entry for each case: null
// where the document is accepted, else its errors. Keywords that the draft does not know are an error.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [nodeModules, casesPath] = process.argv.slice(2);
const require = createRequire(resolve(nodeModules, 'any.js'));
const Ajv = require('ajv/dist/2020').default;

const { schemas, cases } = JSON.parse(readFileSync(casesPath, 'utf8'));
const ajv = new Ajv({ schemas, strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true });
const said = cases.map(({ schema, document }) => {
  const validate = ajv.getSchema(schema);
  if (validate(document)) return null;
  return validate.errors.map(({ instancePath, message }) => `${instancePath} ${message}`).join('; ');
});
process.stdout.write(JSON.stringify(said));
