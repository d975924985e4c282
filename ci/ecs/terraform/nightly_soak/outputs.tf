output "file_system_id" {
  description = "Journals and reports of all nights, in /weir."
  value       = aws_efs_file_system.results.id
}

output "task_security_group_id" {
  value = aws_security_group.task.id
}
