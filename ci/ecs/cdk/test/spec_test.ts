import assert from 'node:assert/strict';
import { test } from 'node:test';

import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Spec } from './spec';

import { Example } from '../bin/example';

const template = Template.fromStack(new Example(new App())).toJSON() as Parameters<Spec['offences']>[0];
const spec = new Spec();

test('CloudFormation knows every property of every resource', () => {
  assert.ok(Object.keys(template.Resources).length > 50);
  assert.deepEqual(spec.offences(template), []);
});

test('what it does not know is found', () => {
  const [id, service] = Object.entries(template.Resources).find(([, { Type }]) => Type === 'AWS::ECS::Service')!;
  const changed = (properties: object) => spec.offences({
    Resources: { [id]: { Type: service.Type, Properties: { ...service.Properties, ...properties } } },
  });
  const hook = (more: object) => ({ LifecycleHooks: [{ LifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'], ...more }] });
  assert.deepEqual(changed({}), []);
  assert.equal(changed({ DesiredCounts: 2 }).length, 1);
  assert.equal(changed({ DesiredCount: 'two' }).length, 1);
  assert.equal(changed({ DeploymentConfiguration: { Strategy: 'BLUE_GREN' } }).length, 1);
  assert.equal(changed({ DeploymentConfiguration: hook({ Role: 'arn' }) }).length, 1);
  assert.equal(changed({ DeploymentConfiguration: { LifecycleHooks: [{ RoleArn: 'arn' }] } }).length, 1);
  assert.equal(spec.offences({ Resources: { x: { Type: 'AWS::ECS::Servce' } } }).length, 1);
});
