data "aws_partition" "here" {}

locals {
  managed = "arn:${data.aws_partition.here.partition}:iam::aws:policy"
}

data "aws_iam_policy_document" "trust_lambda" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "trust_ecs" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "trust_tasks" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "hook" {
  name_prefix        = "${var.name}-hook-"
  assume_role_policy = data.aws_iam_policy_document.trust_lambda.json
}

resource "aws_iam_role_policy_attachment" "hook" {
  role       = aws_iam_role.hook.name
  policy_arn = "${local.managed}/service-role/AWSLambdaVPCAccessExecutionRole"
}

resource "aws_iam_role" "invoke" {
  name_prefix        = "${var.name}-invoke-"
  assume_role_policy = data.aws_iam_policy_document.trust_ecs.json
}

data "aws_iam_policy_document" "invoke" {
  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.hook.arn]
  }
}

resource "aws_iam_role_policy" "invoke" {
  role   = aws_iam_role.invoke.name
  policy = data.aws_iam_policy_document.invoke.json
}

resource "aws_iam_role" "infrastructure" {
  name_prefix        = "${var.name}-infra-"
  assume_role_policy = data.aws_iam_policy_document.trust_ecs.json
}

resource "aws_iam_role_policy_attachment" "infrastructure" {
  role       = aws_iam_role.infrastructure.name
  policy_arn = "${local.managed}/AmazonECSInfrastructureRolePolicyForLoadBalancers"
}

resource "aws_iam_role" "execution" {
  name_prefix        = "${var.name}-execution-"
  assume_role_policy = data.aws_iam_policy_document.trust_tasks.json
}

data "aws_iam_policy_document" "execution" {
  statement {
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [var.image.repository_arn]
  }
  statement {
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.server.arn}:*"]
  }
  dynamic "statement" {
    for_each = length(var.secrets) > 0 ? [1] : []
    content {
      actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
      resources = values(var.secrets)
    }
  }
}

resource "aws_iam_role_policy" "execution" {
  role   = aws_iam_role.execution.name
  policy = data.aws_iam_policy_document.execution.json
}

resource "aws_iam_role" "task" {
  name_prefix        = "${var.name}-task-"
  assume_role_policy = data.aws_iam_policy_document.trust_tasks.json
}
