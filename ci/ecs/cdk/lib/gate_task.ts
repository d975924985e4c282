// The gate of a GatedService as an ECS task, for what takes longer than a function may: the hook starts it, and asks how
// it ended.
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import { type GatedService, type Image, TEST_PORT } from './gated_service';

export interface GateTaskProps {
  readonly vpc: ec2.IVpc;
  /** Where the gate runs. */
  readonly cluster: ecs.ICluster;
  /** Whose hook starts it. */
  readonly service: GatedService;
  /** Weir's image with your profiles in it. */
  readonly image: Image;
  /** Of the gate, by default half an hour. */
  readonly budget?: Duration;
  /** Of the profile. */
  readonly secrets?: Record<string, ecs.Secret>;
  readonly cpu?: number;
  readonly memoryMiB?: number;
}

/** Of the image. */
const USER = '65532';
const TASKS = 'ecs-tasks.amazonaws.com';

export class GateTask extends Construct {
  /** Add what a profile asks besides the test listener and port 443. */
  readonly securityGroup: ec2.SecurityGroup;
  readonly roles: Record<'execution' | 'task', iam.Role>;

  constructor(scope: Construct, id: string, props: GateTaskProps) {
    super(scope, id);
    const { service, cluster } = props;
    const assumedBy = new iam.ServicePrincipal(TASKS);
    this.roles = {
      execution: new iam.Role(this, 'ExecutionRole', { assumedBy }),
      task: new iam.Role(this, 'TaskRole', { assumedBy }),
    };
    this.securityGroup = new ec2.SecurityGroup(this, 'TaskSecurityGroup', { vpc: props.vpc, allowAllOutbound: false });
    this.securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'images, logs and secrets');
    this.reachTestListener(service);

    const definition = this.definitionOf(props);
    const policy = this.letHookStart(service, cluster, definition);
    // The hook is asked as soon as the service is there.
    service.service.node.addDependency(policy);
    const subnets = props.vpc.selectSubnets({ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }).subnetIds;
    const environment = {
      WEIR_TASK: definition.taskDefinitionArn,
      WEIR_TASK_CLUSTER: cluster.clusterArn,
      WEIR_TASK_SUBNETS: subnets.join(','),
      WEIR_TASK_SECURITY_GROUPS: this.securityGroup.securityGroupId,
      WEIR_TASK_SECONDS: String((props.budget ?? Duration.minutes(30)).toSeconds()),
    };
    Object.entries(environment).forEach(([name, value]) => service.hook.addEnvironment(name, value));
  }

  /** Rules of the service's groups stand here, so that they come and go with the task. */
  private reachTestListener(service: GatedService): void {
    const tcp = (port: number) => ({ ipProtocol: 'tcp', fromPort: port, toPort: port });
    new ec2.CfnSecurityGroupEgress(this, 'HookToEcs', {
      ...tcp(443), groupId: service.hookSecurityGroup.securityGroupId, cidrIp: '0.0.0.0/0', description: 'ECS',
    });
    const groupId = this.securityGroup.securityGroupId;
    if (service.internetFacing) {
      // By a public name, and from the address of a NAT gateway, which the load balancer admits.
      this.securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(TEST_PORT), 'the test listener');
      return;
    }
    const balancer = service.balancerSecurityGroup.securityGroupId;
    new ec2.CfnSecurityGroupEgress(this, 'ToBalancer', {
      ...tcp(TEST_PORT), groupId, destinationSecurityGroupId: balancer, description: 'the test listener',
    });
    new ec2.CfnSecurityGroupIngress(this, 'FromTask', {
      ...tcp(TEST_PORT), groupId: balancer, sourceSecurityGroupId: groupId, description: 'the gate',
    });
  }

  private definitionOf(props: GateTaskProps): ecs.FargateTaskDefinition {
    const definition = new ecs.FargateTaskDefinition(this, 'Task', {
      cpu: props.cpu ?? 512,
      memoryLimitMiB: props.memoryMiB ?? 1024,
      executionRole: this.roles.execution,
      taskRole: this.roles.task,
    });
    definition.addContainer('gate', {
      image: ecs.ContainerImage.fromEcrRepository(props.image.repository, props.image.version),
      readonlyRootFilesystem: true,
      user: USER,
      secrets: props.secrets ?? {},
      logging: ecs.LogDrivers.awsLogs({
        logGroup: new logs.LogGroup(this, 'Log', {
          retention: logs.RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        streamPrefix: 'gate',
      }),
    });
    return definition;
  }

  private letHookStart(service: GatedService, cluster: ecs.ICluster, definition: ecs.FargateTaskDefinition): iam.Policy {
    const there = { ArnEquals: { 'ecs:cluster': cluster.clusterArn } };
    return new iam.Policy(this, 'HookPolicy', {
      roles: [service.roles.hook],
      statements: [
        new iam.PolicyStatement({
          actions: ['ecs:RunTask'], resources: [definition.taskDefinitionArn], conditions: there,
        }),
        new iam.PolicyStatement({
          actions: ['ecs:DescribeTasks', 'ecs:StopTask'],
          resources: [Stack.of(this).formatArn({
            service: 'ecs', resource: 'task', resourceName: `${cluster.clusterName}/*`,
          })],
          conditions: there,
        }),
        new iam.PolicyStatement({
          actions: ['iam:PassRole'],
          resources: [this.roles.execution.roleArn, this.roles.task.roleArn],
          conditions: { StringEquals: { 'iam:PassedToService': TASKS } },
        }),
      ],
    });
  }
}
