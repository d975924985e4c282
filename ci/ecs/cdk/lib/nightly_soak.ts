// weir-loadgen once a night as a Fargate task: its journal and reports on EFS, alarms where a night did not pass, did
// not happen, or could not be started.
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

import type { Image } from './gated_service';

export interface NightlySoakProps {
  readonly vpc: ec2.IVpc;
  readonly cluster: ecs.ICluster;
  /** Weir's image with your scenario in it. */
  readonly image: Image;
  /** Where it is in the image. */
  readonly scenario: string;
  /** Such as cron(17 1 * * ? *). */
  readonly schedule: string;
  /** Of the schedule, such as Asia/Tokyo. */
  readonly timezone: string;
  /** Of the target, over which load goes. */
  readonly port?: number;
  readonly secrets?: Record<string, ecs.Secret>;
  readonly cpu?: number;
  readonly memoryMiB?: number;
  /** Who is told of alarms. */
  readonly topic: sns.ITopic;
}

/** Of the image's user. */
const USER = '65532';
const FOLDER = '/out';
const NAMESPACE = 'Weir';
/** A night and two hours: longer than from the end of one run to the end of the next. */
const STALE_HOURS = 26;

export class NightlySoak extends Construct {
  readonly fileSystem: efs.FileSystem;
  readonly roles: Record<'execution' | 'task' | 'scheduler', iam.Role>;

  constructor(scope: Construct, id: string, props: NightlySoakProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const tasks = new iam.ServicePrincipal('ecs-tasks.amazonaws.com');
    this.roles = {
      execution: new iam.Role(this, 'ExecutionRole', { assumedBy: tasks }),
      task: new iam.Role(this, 'TaskRole', { assumedBy: tasks }),
      scheduler: new iam.Role(this, 'SchedulerRole', {
        assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
          conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
        }),
      }),
    };
    const closed = { vpc: props.vpc, allowAllOutbound: false };
    const taskGroup = new ec2.SecurityGroup(this, 'TaskSecurityGroup', closed);
    const filesGroup = new ec2.SecurityGroup(this, 'FilesSecurityGroup', closed);
    // Also for images, logs and secrets.
    for (const port of new Set([443, props.port ?? 443])) {
      taskGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port), 'the target');
    }
    taskGroup.addEgressRule(filesGroup, ec2.Port.NFS, 'results');
    filesGroup.addIngressRule(taskGroup, ec2.Port.NFS, 'results');

    this.fileSystem = new efs.FileSystem(this, 'Results', {
      vpc: props.vpc,
      securityGroup: filesGroup,
      encrypted: true,
      // With a policy, nobody mounts it without a role that may. What CDK would add lets everybody write who mounted
      // it.
      allowAnonymousAccess: true,
      fileSystemPolicy: new iam.PolicyDocument({
        statements: [new iam.PolicyStatement({
          effect: iam.Effect.DENY,
          principals: [new iam.AnyPrincipal()],
          actions: ['*'],
          conditions: { Bool: { 'aws:SecureTransport': 'false' } },
        })],
      }),
      lifecyclePolicy: efs.LifecyclePolicy.AFTER_30_DAYS,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const accessPoint = this.fileSystem.addAccessPoint('Nights', {
      path: '/weir',
      createAcl: { ownerUid: USER, ownerGid: USER, permissions: '700' },
      posixUser: { uid: USER, gid: USER },
    });
    this.roles.task.addToPolicy(new iam.PolicyStatement({
      actions: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
      resources: [this.fileSystem.fileSystemArn],
      conditions: { StringEquals: { 'elasticfilesystem:AccessPointArn': accessPoint.accessPointArn } },
    }));

    const log = new logs.LogGroup(this, 'Log', {
      retention: logs.RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const definition = this.definitionOf(props, accessPoint, log);
    const missed = new sqs.Queue(this, 'Missed', { enforceSSL: true, retentionPeriod: Duration.days(14) });
    this.letSchedulerRun(props.cluster, definition, missed);
    this.scheduleOf(props, definition, taskGroup, missed);
    this.raiseAlarms(log, missed, props.topic);
  }

  private definitionOf(props: NightlySoakProps, accessPoint: efs.AccessPoint, log: logs.LogGroup) {
    const definition = new ecs.FargateTaskDefinition(this, 'Task', {
      cpu: props.cpu ?? 2048,
      memoryLimitMiB: props.memoryMiB ?? 4096,
      executionRole: this.roles.execution,
      taskRole: this.roles.task,
      volumes: [{
        name: 'results',
        efsVolumeConfiguration: {
          fileSystemId: this.fileSystem.fileSystemId,
          transitEncryption: 'ENABLED',
          authorizationConfig: { accessPointId: accessPoint.accessPointId, iam: 'ENABLED' },
        },
      }],
    });
    definition.addContainer('soak', {
      image: ecs.ContainerImage.fromEcrRepository(props.image.repository, props.image.version),
      command: ['weir-loadgen', 'run', props.scenario],
      readonlyRootFilesystem: true,
      user: USER,
      secrets: props.secrets ?? {},
      // For SIGTERM to end in reports; Fargate gives no more.
      stopTimeout: Duration.seconds(120),
      logging: ecs.LogDrivers.awsLogs({ logGroup: log, streamPrefix: 'soak' }),
    }).addMountPoints({ sourceVolume: 'results', containerPath: FOLDER, readOnly: false });
    // A mount target must be there before a task mounts it.
    definition.node.addDependency(this.fileSystem.mountTargetsAvailable);
    return definition;
  }

  private letSchedulerRun(cluster: ecs.ICluster, definition: ecs.FargateTaskDefinition, missed: sqs.Queue): void {
    const role = this.roles.scheduler;
    role.addToPolicy(new iam.PolicyStatement({
      actions: ['ecs:RunTask'],
      resources: [definition.taskDefinitionArn],
      conditions: { ArnEquals: { 'ecs:cluster': cluster.clusterArn } },
    }));
    role.addToPolicy(new iam.PolicyStatement({
      actions: ['iam:PassRole'],
      resources: [this.roles.execution.roleArn, this.roles.task.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    }));
    role.addToPolicy(new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [missed.queueArn] }));
  }

  private scheduleOf(props: NightlySoakProps, definition: ecs.FargateTaskDefinition, group: ec2.SecurityGroup,
    missed: sqs.Queue): void {
    // A night's files carry the time that it was due at; Scheduler puts it in.
    const night = `${FOLDER}/<aws.scheduler.scheduled-time>`;
    const command = ['weir-loadgen', 'run', props.scenario, '--journal', `${night}.journal`,
      '--report', `json=${night}.json`, '--report', `html=${night}.html`];
    const schedule = new CfnSchedule(this, 'Schedule', {
      scheduleExpression: props.schedule,
      scheduleExpressionTimezone: props.timezone,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: props.cluster.clusterArn,
        roleArn: this.roles.scheduler.roleArn,
        ecsParameters: {
          taskDefinitionArn: definition.taskDefinitionArn,
          launchType: 'FARGATE',
          taskCount: 1,
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: props.vpc.selectSubnets({ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }).subnetIds,
              securityGroups: [group.securityGroupId],
              assignPublicIp: 'DISABLED',
            },
          },
        },
        input: Stack.of(this).toJsonString({ containerOverrides: [{ name: 'soak', command }] }),
        // The defaults are 185 retries within a day: a night that fails would begin again until noon.
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 900 },
        deadLetterConfig: { arn: missed.queueArn },
      },
    });
    schedule.node.addDependency(this.roles.scheduler);
  }

  private raiseAlarms(log: logs.LogGroup, missed: sqs.Queue, topic: sns.ITopic): void {
    const counted = (name: string, filters: Record<string, string>) => {
      Object.entries(filters).forEach(([id, pattern]) => new logs.MetricFilter(this, id, {
        logGroup: log,
        filterPattern: logs.FilterPattern.literal(pattern),
        metricNamespace: NAMESPACE,
        metricName: name,
        metricValue: '1',
      }));
      return new cloudwatch.Metric({
        namespace: NAMESPACE, metricName: name, statistic: 'Sum', period: Duration.hours(1),
      });
    };
    // The last line of a run; one whose target cannot be reached, or that cannot begin, has a complaint instead.
    const passed = counted('NightsPassed', { PassedFilter: '"Load: PASS"' });
    const notPassed = counted('NightsNotPassed', {
      NotPassedFilter: '"Load: " -"Load: PASS"', ComplaintFilter: '"weir-loadgen: "',
    });
    const once = {
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    };
    const alarms = [
      new cloudwatch.Alarm(this, 'Failed', {
        ...once, metric: notPassed, alarmDescription: 'A night ended, and did not pass.',
      }),
      new cloudwatch.Alarm(this, 'Stale', {
        metric: passed,
        threshold: 1,
        evaluationPeriods: STALE_HOURS,
        comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.BREACHING,
        alarmDescription: `No night passed within ${STALE_HOURS} hours.`,
      }),
      new cloudwatch.Alarm(this, 'NotStarted', {
        ...once,
        metric: missed.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: 'Maximum' }),
        alarmDescription: 'A night could not be started; the reason is in the queue.',
      }),
    ];
    alarms.forEach((alarm) => alarm.addAlarmAction(new SnsAction(topic)));
  }
}
