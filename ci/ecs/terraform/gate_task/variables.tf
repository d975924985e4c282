variable "name" {
  description = "The beginning of all names."
  type        = string
}

variable "vpc_id" {
  type = string
}

variable "private_subnet_ids" {
  description = "They need a way to the container registry."
  type        = list(string)
}

variable "cluster_arn" {
  description = "Where the gate runs."
  type        = string
}

variable "image" {
  description = "Weir's image with your profiles in it: its repository in ECR, and a tag or digest."
  type        = object({ repository_arn = string, uri = string })
}

variable "hook_role_name" {
  description = "Of the function, which starts the task: an output of gated_service, as are both groups."
  type        = string
}

variable "hook_security_group_id" {
  type = string
}

variable "balancer_security_group_id" {
  description = "Of an internal load balancer; null of an internet-facing one, which sees NAT gateways alone."
  type        = string
}

variable "budget_seconds" {
  description = "Of the gate."
  type        = number
  default     = 1800
}

variable "secrets" {
  description = "Of the profile: names, and the ARNs of secrets in Secrets Manager."
  type        = map(string)
  default     = {}
}

variable "cpu" {
  type    = number
  default = 512
}

variable "memory_mib" {
  type    = number
  default = 1024
}
