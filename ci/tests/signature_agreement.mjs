// What the signer of the official SDK for JavaScript says, for conformance/hook/sigv4_test.cpp to agree with.
//   node signature_agreement.mjs NODE_MODULES CASES.json
// CASES.json is [{"method", "host", "path", "query": [[NAME, VALUE], ...], "headers": [[NAME, VALUE], ...], "body",
// "key", "secret", "token", "region", "service", "time"}]. Prints the Authorization of each.
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [nodeModules, casesPath] = process.argv.slice(2);
const require = createRequire(resolve(nodeModules, 'any.js'));
const { SignatureV4 } = require('@smithy/signature-v4');

class Sha256 {
  constructor(secret) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data) {
    this.hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.hash.digest());
  }
}

function queryOf(pairs) {
  const query = {};
  for (const [name, value] of pairs) query[name] = [...(query[name] ?? []), value];
  return query;
}

async function authorization(asked) {
  const signer = new SignatureV4({
    service: asked.service,
    region: asked.region,
    credentials: {
      accessKeyId: asked.key,
      secretAccessKey: asked.secret,
      ...(asked.token && { sessionToken: asked.token }),
    },
    sha256: Sha256,
    applyChecksum: false,
  });
  const headers = { host: asked.host, ...Object.fromEntries(asked.headers) };
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  const unsignable = names.filter((name) => !/^(host|content-type|x-amz-.*)$/.test(name));
  const request = { method: asked.method, protocol: 'https:', hostname: asked.host, path: asked.path, headers,
    query: queryOf(asked.query), body: asked.body };
  const signed = await signer.sign(request, {
    signingDate: new Date(asked.time * 1000),
    unsignableHeaders: new Set(unsignable),
  });
  return signed.headers.authorization;
}

const cases = JSON.parse(readFileSync(casesPath, 'utf8'));
process.stdout.write(JSON.stringify(await Promise.all(cases.map(authorization))));
