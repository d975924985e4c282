import assert from 'node:assert/strict';
import { test } from 'node:test';

import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';

import { Example } from '../bin/example';
import { GateTask } from '../lib/gate_task';
import { GatedService, type GatedServiceProps } from '../lib/gated_service';

function parts(stack: Stack, more: Partial<GatedServiceProps>) {
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
  const cluster = new ecs.Cluster(stack, 'Cluster', { vpc });
  const repository = ecr.Repository.fromRepositoryName(stack, 'Repository', 'weir');
  const service = new GatedService(stack, 'Mcp', {
    vpc,
    cluster,
    image: { repository, version: 'server' },
    containerPort: 3000,
    healthPath: '/health',
    certificate: acm.Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:eu-west-1:1:certificate/1'),
    clients: ec2.Peer.ipv4('10.0.0.0/8'),
    hookImage: { repository, version: 'hook' },
    gatePath: '/mcp',
    ...more,
  });
  return { vpc, cluster, service, image: { repository, version: 'gate' } };
}

function gated(more: Partial<GatedServiceProps>): Template {
  const stack = new Stack(new App(), 'Stack');
  parts(stack, more);
  return Template.fromStack(stack);
}

function hookDetails(template: Template): string {
  const [service] = Object.values(template.findResources('AWS::ECS::Service'));
  const details = service!['Properties'].DeploymentConfiguration.LifecycleHooks[0].HookDetails['Fn::Join'][1];
  return details.map((part: unknown) => (typeof part === 'string' ? part : 'balancer')).join('');
}

test('the hook is told where the test listener is, and what its profile is', () => {
  assert.deepEqual(JSON.parse(hookDetails(gated({ hookDetails: { profile: 'p.yaml', tries: 5 } }))), {
    url: 'http://balancer:8080/mcp', profile: 'p.yaml', tries: 5,
  });
});

test('only the gate reaches the test listener of an internal load balancer', () => {
  const template = gated({});
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal' });
  const group = (kind: string) => Object.keys(template.findResources('AWS::EC2::SecurityGroup'))
    .find((id) => id.startsWith(`Mcp${kind}`));
  template.resourcePropertiesCountIs('AWS::EC2::SecurityGroupIngress', Match.objectLike({ FromPort: 8080 }), 1);
  template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    FromPort: 8080, ToPort: 8080, IpProtocol: 'tcp',
    GroupId: { 'Fn::GetAtt': [group('Balancer'), 'GroupId'] },
    SourceSecurityGroupId: { 'Fn::GetAtt': [group('Hook'), 'GroupId'] },
  });
  template.hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupIngress: [Match.objectLike({ CidrIp: '10.0.0.0/8', FromPort: 443, ToPort: 443 })],
  });
});

test('the gate reaches an internet-facing one through the NAT gateways alone', () => {
  const template = gated({ natAddresses: ['192.0.2.7/32'] });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internet-facing' });
  template.resourcePropertiesCountIs('AWS::EC2::SecurityGroupIngress', Match.objectLike({ FromPort: 8080 }), 0);
  template.hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupIngress: [
      Match.objectLike({ FromPort: 443 }), Match.objectLike({ CidrIp: '192.0.2.7/32', FromPort: 8080 }),
    ],
  });
  template.hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupEgress: [Match.objectLike({ CidrIp: '0.0.0.0/0', FromPort: 8080, ToPort: 8080 })],
  });
});

test('the service waits for what ECS needs at its first deployment', () => {
  const needed = ['InfrastructureRole', 'InvokeRoleDefaultPolicy', 'InvokeRole', 'ProductionRule', 'TestRule'];
  gated({}).hasResource('AWS::ECS::Service', {
    DependsOn: Match.arrayWith(needed.map((name) => Match.stringLikeRegexp(`^Mcp${name}`))),
  });
});

test('a long gate is started by the hook alone, where it is told to, and reaches the test listener', () => {
  const template = Template.fromStack(new Example(new App()));
  const [hook] = Object.keys(template.findResources('AWS::IAM::Role')).filter((id) => id.startsWith('McpHookRole'));
  const runs = Object.values(template.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
    JSON.stringify(Properties.PolicyDocument).includes('ecs:StopTask'));
  assert.deepEqual(runs.map(({ Properties }) => Properties.Roles), [[{ Ref: hook }]]);
  const [definition] = Object.keys(template.findResources('AWS::ECS::TaskDefinition'))
    .filter((id) => id.startsWith('LongGate'));
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ WEIR_TASK: { Ref: definition }, WEIR_TASK_SECONDS: '7200' }) },
  });
  const groups = Object.keys(template.findResources('AWS::EC2::SecurityGroup'));
  const group = (name: string) => ({ 'Fn::GetAtt': [groups.find((id) => id.startsWith(name)), 'GroupId'] });
  template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    FromPort: 8080, ToPort: 8080, GroupId: group('McpBalancer'), SourceSecurityGroupId: group('LongGateTask'),
  });
  template.hasResource('AWS::ECS::Service', {
    DependsOn: Match.arrayWith([Match.stringLikeRegexp('^LongGateHookPolicy')]),
  });
});

test('a long gate of an internet-facing load balancer goes through the NAT gateways', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const { vpc, cluster, service, image } = parts(stack, { natAddresses: ['192.0.2.7/32'] });
  new GateTask(stack, 'LongGate', { vpc, cluster, service, image });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
  template.hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupEgress: [
      Match.objectLike({ CidrIp: '0.0.0.0/0', FromPort: 443 }), Match.objectLike({ CidrIp: '0.0.0.0/0', FromPort: 8080 }),
    ],
  });
});

test('no role may do everything of a service, and only the registry is asked on everything', () => {
  const template = Template.fromStack(new Example(new App()));
  const statements = Object.values(template.findResources('AWS::IAM::Policy'))
    .flatMap((one) => one['Properties'].PolicyDocument.Statement);
  assert.ok(statements.length > 8);
  for (const { Action, Resource } of statements) {
    const actions = [Action].flat();
    assert.ok(actions.every((action) => !action.includes('*')), String(actions));
    if ([Resource].flat().includes('*')) assert.deepEqual(actions, ['ecr:GetAuthorizationToken']);
  }
});

test('a night that fails is not begun again, and one that cannot be started is kept and told of', () => {
  const template = Template.fromStack(new Example(new App()));
  const [queue] = Object.keys(template.findResources('AWS::SQS::Queue'));
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    Target: Match.objectLike({
      RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 900 },
      DeadLetterConfig: { Arn: { 'Fn::GetAtt': [queue, 'Arn'] } },
    }),
  });
  const topics = Object.keys(template.findResources('AWS::SNS::Topic')).map((Ref) => ({ Ref }));
  template.resourceCountIs('AWS::CloudWatch::Alarm', 3);
  template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: topics });
});
