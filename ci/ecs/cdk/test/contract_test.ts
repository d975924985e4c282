import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

import { Example } from '../bin/example';
import { Contract, type Resources } from './contract';

const FILE = join(__dirname, '../../../contract.json');

test('the constructs are what the Terraform modules are held to', () => {
  const { Resources: all } = Template.fromStack(new Example(new App())).toJSON() as { Resources: Resources };
  const gated = new Contract(all, 'Mcp', { 3000: 'container' });
  const soak = new Contract(all, 'Nightly', {});
  const long = new Contract(all, 'LongGate', {}, 'Mcp');
  const contract = {
    gate_task: {
      task: long.task(), roles: long.roles(), lent: long.lent(), traffic: long.traffic(), told: long.told(),
    },
    gated_service: {
      service: gated.service(), balancer: gated.balancer(), task: gated.task(), roles: gated.roles(),
      traffic: gated.traffic(),
    },
    nightly_soak: {
      schedule: soak.schedule(), task: soak.task(), files: soak.files(), roles: soak.roles(), traffic: soak.traffic(),
      filters: soak.filters(), alarms: soak.alarms(),
    },
  };
  if (process.env['WEIR_UPDATE_GOLDEN'] === '1') {
    writeFileSync(FILE, `${JSON.stringify(contract, null, 2)}\n`);
  }
  assert.deepEqual(contract, JSON.parse(readFileSync(FILE, 'utf8')));
});
