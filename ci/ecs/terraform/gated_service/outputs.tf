output "dns_name" {
  description = "Of the load balancer."
  value       = aws_lb.balancer.dns_name
}

output "hook_security_group_id" {
  value = aws_security_group.hook.id
}

output "hook_role_name" {
  value = aws_iam_role.hook.name
}

output "balancer_security_group_id" {
  value = aws_security_group.balancer.id
}
