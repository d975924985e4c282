// An ECS service whose deployments are blue/green, and go on only when weir-hook says so behind the test listener.
import { Annotations, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** An image of a repository. */
export interface Image {
  readonly repository: ecr.IRepository;
  /** A tag, or a digest that begins with sha256:. */
  readonly version: string;
}

/** What weir-hook is told; `weir-hook --help` explains it. The URL is added. Everybody reads it, so no secrets. */
export interface HookDetails {
  readonly profile?: string;
  readonly env?: string;
  readonly options?: string;
  readonly tries?: number;
  readonly callBackDelay?: number;
}

export interface GatedServiceProps {
  readonly vpc: ec2.IVpc;
  readonly cluster: ecs.ICluster;
  readonly image: Image;
  readonly containerPort: number;
  /** Of the target groups. */
  readonly healthPath: string;
  readonly environment?: Record<string, string>;
  readonly secrets?: Record<string, ecs.Secret>;
  readonly cpu?: number;
  readonly memoryMiB?: number;
  readonly desiredCount?: number;
  /** Of the production listener, which is HTTPS on 443. */
  readonly certificate: acm.ICertificate;
  /** Who may reach the production listener. */
  readonly clients: ec2.IPeer;
  /**
   * Addresses of the VPC's NAT gateways, as a.b.c.d/32. With them the load balancer is internet-facing, and the gate
   * comes from there; without them it is internal, and the test listener admits the gate's security group.
   */
  readonly natAddresses?: string[];
  /** weir-hook with weir-conformance beside it, and your profiles. */
  readonly hookImage: Image;
  /** The endpoint's path, such as /mcp. */
  readonly gatePath: string;
  readonly hookDetails?: HookDetails;
  /** Secrets of the profile; the values come from where you keep them. */
  readonly hookEnvironment?: Record<string, string>;
  /** For so long both revisions run after the shift. */
  readonly bakeTime?: Duration;
}

export const TEST_PORT = 8080;

export class GatedService extends Construct {
  readonly service: ecs.FargateService;
  readonly loadBalancer: elb.ApplicationLoadBalancer;
  readonly hook: lambda.DockerImageFunction;
  /** Add what a profile asks besides the test listener, such as a provider of tokens. */
  readonly hookSecurityGroup: ec2.SecurityGroup;
  readonly balancerSecurityGroup: ec2.SecurityGroup;
  /** By a public name the gate is seen with the addresses of NAT gateways. */
  readonly internetFacing: boolean;
  readonly roles: Record<'hook' | 'invoke' | 'infrastructure' | 'execution' | 'task', iam.Role>;

  constructor(scope: Construct, id: string, props: GatedServiceProps) {
    super(scope, id);
    const { vpc } = props;
    this.roles = {
      hook: this.role('HookRole', 'lambda.amazonaws.com', 'service-role/AWSLambdaVPCAccessExecutionRole'),
      invoke: this.role('InvokeRole', 'ecs.amazonaws.com'),
      infrastructure: this.role('InfrastructureRole', 'ecs.amazonaws.com',
        'AmazonECSInfrastructureRolePolicyForLoadBalancers'),
      execution: this.role('ExecutionRole', 'ecs-tasks.amazonaws.com'),
      task: this.role('TaskRole', 'ecs-tasks.amazonaws.com'),
    };

    const closed = { vpc, allowAllOutbound: false };
    const balancerGroup = new ec2.SecurityGroup(this, 'BalancerSecurityGroup', closed);
    this.balancerSecurityGroup = balancerGroup;
    this.internetFacing = props.natAddresses !== undefined;
    // What the service itself asks is not known here.
    const serviceGroup = new ec2.SecurityGroup(this, 'ServiceSecurityGroup', { vpc });
    this.hookSecurityGroup = new ec2.SecurityGroup(this, 'HookSecurityGroup', closed);

    this.loadBalancer = new elb.ApplicationLoadBalancer(this, 'Balancer', {
      vpc,
      internetFacing: this.internetFacing,
      securityGroup: balancerGroup,
      dropInvalidHeaderFields: true,
    });
    const container = ec2.Port.tcp(props.containerPort);
    balancerGroup.addIngressRule(props.clients, ec2.Port.tcp(443), 'clients');
    balancerGroup.addEgressRule(serviceGroup, container, 'targets');
    serviceGroup.addIngressRule(balancerGroup, container, 'the load balancer');
    this.admitGate(balancerGroup, props.natAddresses);

    const [blue, green] = [this.targetGroup('Blue', props), this.targetGroup('Green', props)];
    const production = this.rule('Production', blue, green, {
      port: 443, protocol: elb.ApplicationProtocol.HTTPS, certificates: [props.certificate],
      sslPolicy: elb.SslPolicy.RECOMMENDED_TLS,
    });
    // Inside of the VPC, by the load balancer's own name, for which there is no certificate.
    const test = this.rule('Test', blue, green, { port: TEST_PORT, protocol: elb.ApplicationProtocol.HTTP });

    this.hook = this.hookOf(props);
    this.service = this.serviceOf(props, serviceGroup);
    blue.addTarget(this.service.loadBalancerTarget({
      containerName: 'server',
      containerPort: props.containerPort,
      alternateTarget: new ecs.AlternateTarget('Alternate', {
        alternateTargetGroup: green,
        productionListener: ecs.ListenerRuleConfiguration.applicationListenerRule(production),
        testListener: ecs.ListenerRuleConfiguration.applicationListenerRule(test),
        role: this.roles.infrastructure,
      }),
    }));
    // ECS looks for the listener's rules and asks the hook with these roles: they go after the service.
    this.service.node.addDependency(production, test, this.roles.invoke, this.roles.infrastructure);
  }

  private role(id: string, service: string, ...managed: string[]): iam.Role {
    return new iam.Role(this, id, {
      assumedBy: new iam.ServicePrincipal(service),
      managedPolicies: managed.map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name)),
    });
  }

  /** Through a NAT gateway no security group is seen: what is asked by a public name comes from an address. */
  private admitGate(balancer: ec2.SecurityGroup, natAddresses: string[] | undefined): void {
    const port = ec2.Port.tcp(TEST_PORT);
    if (natAddresses === undefined) {
      balancer.addIngressRule(this.hookSecurityGroup, port, 'the gate');
      this.hookSecurityGroup.addEgressRule(balancer, port, 'the test listener');
      return;
    }
    for (const address of natAddresses) {
      balancer.addIngressRule(ec2.Peer.ipv4(address), port, 'the gate');
    }
    this.hookSecurityGroup.addEgressRule(ec2.Peer.anyIpv4(), port, 'the test listener');
  }

  private targetGroup(id: string, props: GatedServiceProps): elb.ApplicationTargetGroup {
    return new elb.ApplicationTargetGroup(this, id, {
      vpc: props.vpc,
      port: props.containerPort,
      protocol: elb.ApplicationProtocol.HTTP,
      targetType: elb.TargetType.IP,
      healthCheck: { path: props.healthPath },
      deregistrationDelay: Duration.seconds(30),
    });
  }

  /** Both target groups in one rule: ECS moves its weights. */
  private rule(id: string, blue: elb.ApplicationTargetGroup, green: elb.ApplicationTargetGroup,
    listener: Omit<elb.BaseApplicationListenerProps, 'open'>): elb.ApplicationListenerRule {
    return new elb.ApplicationListenerRule(this, `${id}Rule`, {
      listener: this.loadBalancer.addListener(id, {
        ...listener,
        open: false,
        defaultAction: elb.ListenerAction.fixedResponse(404),
      }),
      priority: 1,
      conditions: [elb.ListenerCondition.pathPatterns(['/*'])],
      action: elb.ListenerAction.weightedForward([
        { targetGroup: blue, weight: 1 },
        { targetGroup: green, weight: 0 },
      ]),
    });
  }

  private hookOf(props: GatedServiceProps): lambda.DockerImageFunction {
    const hook = new lambda.DockerImageFunction(this, 'Hook', {
      code: lambda.DockerImageCode.fromEcr(props.hookImage.repository, { tagOrDigest: props.hookImage.version }),
      role: this.roles.hook,
      vpc: props.vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [this.hookSecurityGroup],
      timeout: Duration.seconds(120),
      memorySize: 512,
      environment: props.hookEnvironment ?? {},
    });
    this.roles.invoke.addToPolicy(new iam.PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [hook.functionArn],
    }));
    return hook;
  }

  private serviceOf(props: GatedServiceProps, securityGroup: ec2.SecurityGroup): ecs.FargateService {
    const definition = new ecs.FargateTaskDefinition(this, 'Task', {
      cpu: props.cpu ?? 512,
      memoryLimitMiB: props.memoryMiB ?? 1024,
      executionRole: this.roles.execution,
      taskRole: this.roles.task,
    });
    definition.addContainer('server', {
      image: ecs.ContainerImage.fromEcrRepository(props.image.repository, props.image.version),
      portMappings: [{ containerPort: props.containerPort }],
      environment: props.environment ?? {},
      secrets: props.secrets ?? {},
      logging: ecs.LogDrivers.awsLogs({
        logGroup: new logs.LogGroup(this, 'Log', {
          retention: logs.RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        streamPrefix: 'server',
      }),
    });
    const service = new ecs.FargateService(this, 'Service', {
      cluster: props.cluster,
      taskDefinition: definition,
      desiredCount: props.desiredCount ?? 2,
      securityGroups: [securityGroup],
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      deploymentStrategy: ecs.DeploymentStrategy.BLUE_GREEN,
      bakeTime: props.bakeTime ?? Duration.minutes(10),
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      lifecycleHooks: [new ecs.DeploymentLifecycleLambdaTarget(this.hook, 'Gate', {
        lifecycleStages: [ecs.DeploymentLifecycleStage.POST_TEST_TRAFFIC_SHIFT],
        role: this.roles.invoke,
      })],
    });
    const rolling = 'The circuit breaker is for rolling updates.';
    Annotations.of(service).acknowledgeWarning('@aws-cdk/aws-ecs:shouldUseCircuitBreaker', rolling);
    const url = `http://${this.loadBalancer.loadBalancerDnsName}:${TEST_PORT}${props.gatePath}`;
    // CDK's own construct knows no details.
    (service.node.defaultChild as ecs.CfnService).addPropertyOverride(
      'DeploymentConfiguration.LifecycleHooks.0.HookDetails',
      Stack.of(this).toJsonString({ url, ...props.hookDetails }));
    return service;
  }
}
