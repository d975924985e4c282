# An ECS service whose deployments are blue/green, and go on only when weir-hook says so behind the test listener. The
# same as GatedService of ci/ecs/cdk.
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
  test_port       = 8080
  internet_facing = length(var.nat_addresses) > 0
}

resource "aws_ecs_service" "server" {
  name                               = var.name
  cluster                            = var.cluster_arn
  task_definition                    = aws_ecs_task_definition.server.arn
  desired_count                      = var.desired_count
  launch_type                        = "FARGATE"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = 60
  wait_for_steady_state              = true
  sigint_rollback                    = true

  deployment_configuration {
    strategy             = "BLUE_GREEN"
    bake_time_in_minutes = var.bake_minutes
    lifecycle_hook {
      hook_target_arn  = aws_lambda_function.hook.arn
      role_arn         = aws_iam_role.invoke.arn
      lifecycle_stages = ["POST_TEST_TRAFFIC_SHIFT"]
      hook_details = jsonencode(merge(var.hook_details, {
        url = "http://${aws_lb.balancer.dns_name}:${local.test_port}${var.gate_path}"
      }))
    }
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.blue.arn
    container_name   = "server"
    container_port   = var.container_port
    advanced_configuration {
      alternate_target_group_arn = aws_lb_target_group.green.arn
      production_listener_rule   = aws_lb_listener_rule.production.arn
      test_listener_rule         = aws_lb_listener_rule.test.arn
      role_arn                   = aws_iam_role.infrastructure.arn
    }
  }

  network_configuration {
    subnets          = var.private_subnet_ids
    security_groups  = [aws_security_group.service.id]
    assign_public_ip = false
  }

  # ECS calls with these roles as soon as the service is there.
  depends_on = [aws_iam_role_policy.invoke, aws_iam_role_policy_attachment.infrastructure]

  lifecycle {
    postcondition {
      condition     = self.task_definition == aws_ecs_task_definition.server.arn
      error_message = "The deployment was rolled back; the log of the function ${var.name}-hook has what failed."
    }
  }
}

resource "aws_ecs_task_definition" "server" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory_mib
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions = jsonencode([{
    name         = "server"
    image        = var.image.uri
    essential    = true
    environment  = [for name, value in var.environment : { name = name, value = value }]
    secrets      = [for name, arn in var.secrets : { name = name, valueFrom = arn }]
    portMappings = [{ containerPort = var.container_port, protocol = "tcp" }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.server.name
        awslogs-region        = data.aws_region.here.region
        awslogs-stream-prefix = "server"
      }
    }
  }])
}

resource "aws_cloudwatch_log_group" "server" {
  name              = "/ecs/${var.name}"
  retention_in_days = 30
}

resource "aws_lambda_function" "hook" {
  function_name = "${var.name}-hook"
  role          = aws_iam_role.hook.arn
  package_type  = "Image"
  image_uri     = var.hook_image_uri
  timeout       = 120
  memory_size   = 512

  vpc_config {
    subnet_ids         = var.private_subnet_ids
    security_group_ids = [aws_security_group.hook.id]
  }

  dynamic "environment" {
    for_each = length(nonsensitive(keys(var.hook_environment))) > 0 ? [1] : []
    content {
      variables = var.hook_environment
    }
  }

  depends_on = [aws_iam_role_policy_attachment.hook]
}
