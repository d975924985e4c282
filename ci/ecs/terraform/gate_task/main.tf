# The gate of gated_service as an ECS task, for what takes longer than a function may: the hook starts it, and asks how
# it ended. The same as GateTask of ci/ecs/cdk.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.20"
    }
  }
}

data "aws_region" "here" {}

locals {
  # Of the image.
  user            = "65532"
  test_port       = 8080
  internet_facing = var.balancer_security_group_id == null
}

resource "aws_ecs_task_definition" "gate" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory_mib
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions = jsonencode([{
    name                   = "gate"
    image                  = var.image.uri
    essential              = true
    readonlyRootFilesystem = true
    user                   = local.user
    secrets                = [for name, arn in var.secrets : { name = name, valueFrom = arn }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.gate.name
        awslogs-region        = data.aws_region.here.region
        awslogs-stream-prefix = "gate"
      }
    }
  }])
}

resource "aws_cloudwatch_log_group" "gate" {
  name              = "/ecs/${var.name}"
  retention_in_days = 30
}

resource "aws_security_group" "task" {
  name_prefix = "${var.name}-task-"
  description = "The gate. Add what a profile asks besides the test listener and port 443."
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "task" {
  security_group_id = aws_security_group.task.id
  description       = "images, logs and secrets"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "hook" {
  security_group_id = var.hook_security_group_id
  description       = "ECS"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "gate" {
  count                        = local.internet_facing ? 0 : 1
  security_group_id            = aws_security_group.task.id
  description                  = "the test listener"
  referenced_security_group_id = var.balancer_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = local.test_port
  to_port                      = local.test_port
}

resource "aws_vpc_security_group_ingress_rule" "gate" {
  count                        = local.internet_facing ? 0 : 1
  security_group_id            = var.balancer_security_group_id
  description                  = "the gate"
  referenced_security_group_id = aws_security_group.task.id
  ip_protocol                  = "tcp"
  from_port                    = local.test_port
  to_port                      = local.test_port
}

# By a public name, and from the address of a NAT gateway, which the load balancer admits.
resource "aws_vpc_security_group_egress_rule" "gate_by_nat" {
  count             = local.internet_facing ? 1 : 0
  security_group_id = aws_security_group.task.id
  description       = "the test listener"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = local.test_port
  to_port           = local.test_port
}
