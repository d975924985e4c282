output "environment" {
  description = "Of the hook: hook_environment of gated_service. It is there when the hook may start the task."
  value = {
    WEIR_TASK                 = aws_ecs_task_definition.gate.arn
    WEIR_TASK_CLUSTER         = var.cluster_arn
    WEIR_TASK_SUBNETS         = join(",", var.private_subnet_ids)
    WEIR_TASK_SECURITY_GROUPS = aws_security_group.task.id
    WEIR_TASK_SECONDS         = tostring(var.budget_seconds)
  }
  depends_on = [aws_iam_role_policy.hook, aws_vpc_security_group_egress_rule.hook]
}

output "security_group_id" {
  value = aws_security_group.task.id
}
