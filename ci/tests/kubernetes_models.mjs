// What the models of Kubernetes and of the Prometheus operator say of objects, for fleet.py.
//   node kubernetes_models.mjs NODE_MODULES OBJECTS.json
// OBJECTS.json is a list of objects. Prints for each a list of sentences, empty where nothing is wrong.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [nodeModules, objectsPath] = process.argv.slice(2);
const CORE = 'kubernetes-models/_schemas/IoK8sApi';
const OPERATOR = '@kubernetes-models/prometheus-operator/_schemas/'
  + 'ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoring';
const MODELS = {
  'v1 ConfigMap': `${CORE}CoreV1ConfigMap.js`,
  'v1 PersistentVolumeClaim': `${CORE}CoreV1PersistentVolumeClaim.js`,
  'batch/v1 Job': `${CORE}BatchV1Job.js`,
  'monitoring.coreos.com/v1 PodMonitor': `${OPERATOR}V1PodMonitor.js`,
};

// The models let pass what they do not know. Whatever they know they look at, so what nobody looked at is unknown.
function watched(value, path, seen) {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key) {
      if (typeof key === 'symbol' || !Object.hasOwn(target, key)) return target[key];
      seen.add(`${path}/${key}`);
      return watched(target[key], `${path}/${key}`, seen);
    },
  });
}

function unseen(value, path, seen) {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => {
    const where = `${path}/${key}`;
    return seen.has(where) ? unseen(below, where, seen) : [`${where} is unknown`];
  });
}

async function said(object) {
  const model = MODELS[`${object.apiVersion} ${object.kind}`];
  if (!model) return [`there is no model of ${object.apiVersion} ${object.kind}`];
  const { validate } = await import(pathToFileURL(resolve(nodeModules, model)));
  const seen = new Set();
  if (!validate(watched(object, '', seen))) {
    return validate.errors.map(({ instancePath, message, keyword }) => `${instancePath} ${message ?? keyword}`);
  }
  return unseen(object, '', seen);
}

const objects = JSON.parse(readFileSync(objectsPath, 'utf8'));
process.stdout.write(JSON.stringify(await Promise.all(objects.map(said))));
