// The constructs in a stack, as one would write it: an MCP server that is gated by a task, and a soak at night.
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';

import { GateTask } from '../lib/gate_task';
import { GatedService } from '../lib/gated_service';
import { NightlySoak } from '../lib/nightly_soak';

export class Example extends Stack {
  readonly gated: GatedService;
  readonly longGate: GateTask;
  readonly soak: NightlySoak;

  constructor(app: App) {
    super(app, 'Example');
    const vpc = new ec2.Vpc(this, 'Vpc', { maxAzs: 2 });
    const cluster = new ecs.Cluster(this, 'Cluster', { vpc });
    const weir = ecr.Repository.fromRepositoryName(this, 'Weir', 'weir');
    const secret = (name: string) =>
      ecs.Secret.fromSecretsManager(secrets.Secret.fromSecretNameV2(this, `Secret-${name}`, name));
    const token = secret('weir-mcp-token');
    this.gated = new GatedService(this, 'Mcp', {
      vpc,
      cluster,
      image: { repository: ecr.Repository.fromRepositoryName(this, 'Server', 'mcp-server'), version: '1.4.0' },
      containerPort: 3000,
      healthPath: '/health',
      secrets: { DATABASE_URL: secret('mcp-server-database') },
      certificate: acm.Certificate.fromCertificateArn(this, 'Certificate',
        `arn:aws:acm:${this.region}:${this.account}:certificate/00000000-0000-0000-0000-000000000000`),
      clients: ec2.Peer.ipv4('10.0.0.0/8'),
      hookImage: { repository: weir, version: '0.1.0' },
      gatePath: '/mcp',
      hookDetails: { profile: 'mcp.yaml', tries: 5 },
    });
    this.longGate = new GateTask(this, 'LongGate', {
      vpc,
      cluster,
      service: this.gated,
      image: { repository: weir, version: '0.1.0' },
      budget: Duration.hours(2),
      secrets: { MCP_TOKEN: token },
    });
    this.soak = new NightlySoak(this, 'Nightly', {
      vpc,
      cluster,
      image: { repository: weir, version: '0.1.0' },
      scenario: 'soak.yaml',
      schedule: 'cron(17 1 * * ? *)',
      timezone: 'Asia/Tokyo',
      secrets: { MCP_TOKEN: token },
      topic: new sns.Topic(this, 'Alarms', { enforceSSL: true }),
    });
  }
}

if (require.main === module) {
  new Example(new App());
}
