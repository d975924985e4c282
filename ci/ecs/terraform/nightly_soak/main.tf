# weir-loadgen once a night as a Fargate task: its journal and reports on EFS, alarms where a night did not pass, did
# not happen, or could not be started. The same as NightlySoak of ci/ecs/cdk.
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
  user   = "65532"
  folder = "/out"
  # A night's files carry the time that it was due at; Scheduler puts it in.
  night = "${local.folder}/<aws.scheduler.scheduled-time>"
}

resource "aws_scheduler_schedule" "night" {
  name                         = var.name
  schedule_expression          = var.schedule
  schedule_expression_timezone = var.timezone
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = var.cluster_arn
    role_arn = aws_iam_role.scheduler.arn
    ecs_parameters {
      task_definition_arn = aws_ecs_task_definition.soak.arn
      launch_type         = "FARGATE"
      task_count          = 1
      network_configuration {
        subnets          = var.private_subnet_ids
        security_groups  = [aws_security_group.task.id]
        assign_public_ip = false
      }
    }
    # jsonencode escapes the brackets by which Scheduler knows what to put in.
    input = replace(replace(jsonencode({
      containerOverrides = [{
        name = "soak"
        command = [
          "weir-loadgen", "run", var.scenario, "--journal", "${local.night}.journal",
          "--report", "json=${local.night}.json", "--report", "html=${local.night}.html",
        ]
      }]
    }), "\\u003c", "<"), "\\u003e", ">")
    # The defaults are 185 retries within a day: a night that fails would begin again until noon.
    retry_policy {
      maximum_retry_attempts       = 0
      maximum_event_age_in_seconds = 900
    }
    dead_letter_config {
      arn = aws_sqs_queue.missed.arn
    }
  }
  depends_on = [aws_iam_role_policy.scheduler]
}

resource "aws_ecs_task_definition" "soak" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory_mib
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions = jsonencode([{
    name                   = "soak"
    image                  = var.image.uri
    essential              = true
    command                = ["weir-loadgen", "run", var.scenario]
    readonlyRootFilesystem = true
    user                   = local.user
    # For SIGTERM to end in reports; Fargate gives no more.
    stopTimeout = 120
    secrets     = [for name, arn in var.secrets : { name = name, valueFrom = arn }]
    mountPoints = [{ sourceVolume = "results", containerPath = local.folder, readOnly = false }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.soak.name
        awslogs-region        = data.aws_region.here.region
        awslogs-stream-prefix = "soak"
      }
    }
  }])
  volume {
    name = "results"
    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.results.id
      transit_encryption = "ENABLED"
      authorization_config {
        access_point_id = aws_efs_access_point.nights.id
        iam             = "ENABLED"
      }
    }
  }
  # A mount target must be there before a task mounts it.
  depends_on = [aws_efs_mount_target.results]
}

resource "aws_efs_file_system" "results" {
  encrypted = true
  lifecycle_policy {
    transition_to_ia = "AFTER_30_DAYS"
  }
  tags = { Name = "${var.name}-results" }
  lifecycle {
    prevent_destroy = true
  }
}

# With a policy, nobody mounts it without a role that may.
data "aws_iam_policy_document" "results" {
  statement {
    effect    = "Deny"
    actions   = ["*"]
    resources = [aws_efs_file_system.results.arn]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_efs_file_system_policy" "results" {
  file_system_id = aws_efs_file_system.results.id
  policy         = data.aws_iam_policy_document.results.json
}

resource "aws_efs_mount_target" "results" {
  for_each        = toset(var.private_subnet_ids)
  file_system_id  = aws_efs_file_system.results.id
  subnet_id       = each.value
  security_groups = [aws_security_group.files.id]
}

resource "aws_efs_access_point" "nights" {
  file_system_id = aws_efs_file_system.results.id
  posix_user {
    uid = local.user
    gid = local.user
  }
  root_directory {
    path = "/weir"
    creation_info {
      owner_uid   = local.user
      owner_gid   = local.user
      permissions = "700"
    }
  }
}

resource "aws_sqs_queue" "missed" {
  name                      = "${var.name}-missed"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

data "aws_iam_policy_document" "missed" {
  statement {
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.missed.arn]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue_policy" "missed" {
  queue_url = aws_sqs_queue.missed.url
  policy    = data.aws_iam_policy_document.missed.json
}

resource "aws_security_group" "task" {
  name_prefix = "${var.name}-task-"
  description = "The load generator."
  vpc_id      = var.vpc_id
}

resource "aws_security_group" "files" {
  name_prefix = "${var.name}-files-"
  description = "Results."
  vpc_id      = var.vpc_id
}

# 443 also for images, logs and secrets.
resource "aws_vpc_security_group_egress_rule" "target" {
  for_each          = toset([for port in [443, var.port] : tostring(port)])
  security_group_id = aws_security_group.task.id
  description       = "the target"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = tonumber(each.value)
  to_port           = tonumber(each.value)
}

resource "aws_vpc_security_group_egress_rule" "results" {
  security_group_id            = aws_security_group.task.id
  description                  = "results"
  referenced_security_group_id = aws_security_group.files.id
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}

resource "aws_vpc_security_group_ingress_rule" "results" {
  security_group_id            = aws_security_group.files.id
  description                  = "results"
  referenced_security_group_id = aws_security_group.task.id
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}
