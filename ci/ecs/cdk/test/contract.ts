// What of a template the Terraform module must have as well: ci/ecs/contract.json, in words of neither.
type Resource = { Type: string; Properties: any };
export type Resources = Record<string, Resource>;

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);
const sorted = <T>(rows: T[]): T[] => rows.sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** "McpHookRole..." to "hook": the word between the construct's name and the kind. */
function wordOf(id: string, construct: string, kind: string): string {
  return new RegExp(`^${construct}(\\w+?)${kind}`).exec(id)![1]!.toLowerCase();
}

/** The logical id that a reference leads to. */
const target = (value: any): string => value.Ref ?? value['Fn::GetAtt'][0];

export class Contract {
  /** Of one construct: resources whose names begin with its own; `beside` is one whose groups and roles it adds to. */
  constructor(private readonly all: Resources, private readonly construct: string,
    private readonly ports: Record<number, string>, private readonly beside = construct) {}

  private of(type: string): [string, any][] {
    return Object.entries(this.all)
      .filter(([id, { Type }]) => Type === type && id.startsWith(this.construct))
      .map(([id, { Properties }]) => [id, Properties]);
  }

  private one(type: string): any {
    return this.of(type)[0]![1];
  }

  roles() {
    const policies = this.of('AWS::IAM::Policy');
    return Object.fromEntries(this.of('AWS::IAM::Role').map(([id, role]) => {
      const own = policies.filter(([, { Roles }]) => Roles.some((one: any) => one.Ref === id));
      const trust = role.AssumeRolePolicyDocument.Statement[0];
      return [wordOf(id, this.construct, 'Role'), {
        trusts: trust.Principal.Service,
        where: this.conditions(trust.Condition),
        // "arn:", the partition, and the rest.
        managed: (role.ManagedPolicyArns ?? []).map((arn: any) => arn['Fn::Join'][1].at(-1).split(':policy/')[1]),
        allows: this.allowed(own),
      }];
    }));
  }

  /** What a role of the other construct may as well. */
  lent() {
    const lent = this.of('AWS::IAM::Policy').filter(([, { Roles }]) => Roles[0].Ref.startsWith(this.beside));
    return {
      to: [...new Set(lent.map(([, { Roles }]) => wordOf(Roles[0].Ref, this.beside, 'Role')))],
      allows: this.allowed(lent),
    };
  }

  private allowed(policies: [string, any][]) {
    return sorted(policies.flatMap(([, { PolicyDocument }]) => PolicyDocument.Statement).map((one: any) => ({
      actions: [...list(one.Action)].sort(),
      on: list(one.Resource).includes('*') ? 'everything' : 'its own',
      where: this.conditions(one.Condition),
    })));
  }

  /** What the hook of the other construct is told of this one. */
  told() {
    const [hook] = Object.values(this.all).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    return Object.keys(hook!.Properties.Environment.Variables).filter((name) => name.startsWith('WEIR_TASK')).sort();
  }

  private conditions(condition: any): string[] {
    return Object.entries(condition ?? {}).flatMap(([test, variables]) =>
      Object.keys(variables as object).map((variable) => `${test} ${variable}`)).sort();
  }

  traffic() {
    const word = (value: any) => wordOf(target(value), `(?:${this.construct}|${this.beside})`, 'SecurityGroup');
    const rule = (direction: string, group: string, one: any) => [direction, group,
      one.CidrIp ?? word(one.SourceSecurityGroupId ?? one.DestinationSecurityGroupId),
      one.IpProtocol === '-1' ? 'any' : this.ports[one.FromPort] ?? one.FromPort];
    const inline = this.of('AWS::EC2::SecurityGroup').flatMap(([id, { SecurityGroupIngress, SecurityGroupEgress }]) => {
      const group = wordOf(id, this.construct, 'SecurityGroup');
      return [
        ...(SecurityGroupIngress ?? []).map((one: any) => rule('in', group, one)),
        // By which CDK says that there is none.
        ...(SecurityGroupEgress ?? []).filter((one: any) => one.CidrIp !== '255.255.255.255/32')
          .map((one: any) => rule('out', group, one)),
      ];
    });
    const own = ['Ingress', 'Egress'].flatMap((kind) => this.of(`AWS::EC2::SecurityGroup${kind}`)
      .map(([, one]) => rule(kind === 'Ingress' ? 'in' : 'out', word(one.GroupId), one)));
    return sorted([...inline, ...own]);
  }

  service() {
    const { DeploymentConfiguration: how, ...service } = this.one('AWS::ECS::Service');
    const [hook] = how.LifecycleHooks;
    const { MemorySize, PackageType, Timeout } = this.one('AWS::Lambda::Function');
    const advanced = service.LoadBalancers[0].AdvancedConfiguration;
    return {
      strategy: how.Strategy,
      bake_minutes: how.BakeTimeInMinutes,
      percents: [how.MinimumHealthyPercent, how.MaximumPercent],
      launch: service.LaunchType,
      public_address: service.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp === 'ENABLED',
      hooks: how.LifecycleHooks.length,
      hook: { stages: hook.LifecycleStages, by: wordOf(target(hook.RoleArn), this.construct, 'Role'),
        port: Number(/^:(\d+)/.exec(hook.HookDetails['Fn::Join'][1].at(-1))![1]) },
      function: { package: PackageType, memory: MemorySize, seconds: Timeout },
      shifted_by: wordOf(target(advanced.RoleArn), this.construct, 'Role'),
      target_group: wordOf(target(service.LoadBalancers[0].TargetGroupArn), this.construct, '[0-9A-F]{8}'),
      alternate: wordOf(target(advanced.AlternateTargetGroupArn), this.construct, '[0-9A-F]{8}'),
      listener_rules: [advanced.ProductionListenerRule, advanced.TestListenerRule]
        .map((rule) => wordOf(target(rule), this.construct, 'Rule')),
    };
  }

  balancer() {
    const attributes = (one: any, key: string) => one.find(({ Key }: any) => Key === key)?.Value;
    const listeners = Object.fromEntries(this.of('AWS::ElasticLoadBalancingV2::Listener').map(([id, one]) =>
      [id, { port: one.Port, protocol: one.Protocol, tls: one.SslPolicy ?? null,
        otherwise: one.DefaultActions[0].FixedResponseConfig.StatusCode }]));
    return {
      scheme: this.one('AWS::ElasticLoadBalancingV2::LoadBalancer').Scheme,
      target_groups: this.of('AWS::ElasticLoadBalancingV2::TargetGroup').map(([, one]) => [one.TargetType, one.Protocol,
        attributes(one.TargetGroupAttributes, 'deregistration_delay.timeout_seconds')]),
      rules: Object.fromEntries(this.of('AWS::ElasticLoadBalancingV2::ListenerRule').map(([id, one]) => [
        wordOf(id, this.construct, 'Rule'), {
          ...listeners[target(one.ListenerArn)],
          paths: one.Conditions[0].PathPatternConfig.Values,
          weights: one.Actions[0].ForwardConfig.TargetGroups.map(({ Weight }: any) => Weight),
        }])),
    };
  }

  task() {
    const definition = this.one('AWS::ECS::TaskDefinition');
    const [container] = definition.ContainerDefinitions;
    return {
      name: container.Name,
      cpu: Number(definition.Cpu),
      memory_mib: Number(definition.Memory),
      command: container.Command ?? null,
      read_only: container.ReadonlyRootFilesystem ?? false,
      user: container.User ?? null,
      stop_seconds: container.StopTimeout ?? null,
      mounts: (container.MountPoints ?? []).map(({ ContainerPath, ReadOnly }: any) => [ContainerPath, ReadOnly]),
      volumes: (definition.Volumes ?? []).map(({ EFSVolumeConfiguration: efs }: any) =>
        [efs.TransitEncryption, efs.AuthorizationConfig.IAM]),
      log: [container.LogConfiguration.LogDriver, container.LogConfiguration.Options['awslogs-stream-prefix']],
      log_days: this.one('AWS::Logs::LogGroup').RetentionInDays,
    };
  }

  schedule() {
    const { FlexibleTimeWindow, Target: to } = this.one('AWS::Scheduler::Schedule');
    const queue = this.one('AWS::SQS::Queue');
    return {
      flexible: FlexibleTimeWindow.Mode,
      by: wordOf(target(to.RoleArn), this.construct, 'Role'),
      launch: to.EcsParameters.LaunchType,
      count: to.EcsParameters.TaskCount,
      retries: to.RetryPolicy.MaximumRetryAttempts,
      late_seconds: to.RetryPolicy.MaximumEventAgeInSeconds,
      dead_letters: target(to.DeadLetterConfig.Arn).startsWith(`${this.construct}Missed`),
      dead_letters_seconds: queue.MessageRetentionPeriod,
      input: JSON.parse(to.Input),
    };
  }

  files() {
    const { Encrypted, FileSystemPolicy } = this.one('AWS::EFS::FileSystem');
    const { PosixUser, RootDirectory } = this.one('AWS::EFS::AccessPoint');
    return {
      encrypted: Encrypted,
      policy: FileSystemPolicy.Statement.map((one: any) => [one.Effect, one.Action, ...this.conditions(one.Condition)]),
      user: [PosixUser.Uid, PosixUser.Gid],
      folder: [RootDirectory.Path, RootDirectory.CreationInfo.Permissions],
    };
  }

  alarms() {
    return sorted(this.of('AWS::CloudWatch::Alarm').map(([, one]) => ({
      says: one.AlarmDescription,
      metric: `${one.Namespace} ${one.MetricName}`,
      statistic: one.Statistic,
      seconds: one.Period,
      periods: one.EvaluationPeriods,
      when: `${one.ComparisonOperator} ${one.Threshold}`,
      missing: one.TreatMissingData,
      told: one.AlarmActions.length,
    })));
  }

  filters() {
    return sorted(this.of('AWS::Logs::MetricFilter').map(([, { FilterPattern, MetricTransformations: [to] }]) =>
      [`${to.MetricNamespace} ${to.MetricName}`, FilterPattern, to.MetricValue]));
  }
}
