variable "name" {
  description = "Of the service, and the beginning of all other names."
  type        = string
}

variable "vpc_id" {
  type = string
}

variable "balancer_subnet_ids" {
  description = "Private ones, or public ones where nat_addresses are given."
  type        = list(string)
}

variable "private_subnet_ids" {
  description = "Of the tasks and of the function; they need a way to the container registry."
  type        = list(string)
}

variable "cluster_arn" {
  type = string
}

variable "image" {
  description = "The server: its repository in ECR, and a tag or digest."
  type        = object({ repository_arn = string, uri = string })
}

variable "container_port" {
  type = number
}

variable "health_path" {
  description = "Of the target groups."
  type        = string
}

variable "environment" {
  type    = map(string)
  default = {}
}

variable "secrets" {
  description = "Of the server: names, and the ARNs of secrets in Secrets Manager."
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

variable "desired_count" {
  type    = number
  default = 2
}

variable "certificate_arn" {
  description = "Of the production listener, which is HTTPS on 443."
  type        = string
}

variable "clients_cidr" {
  description = "Who may reach the production listener."
  type        = string
}

variable "nat_addresses" {
  description = <<-EOT
    Addresses of the VPC's NAT gateways, as a.b.c.d/32. With them the load balancer is internet-facing, and the gate
    comes from there; without them it is internal, and the test listener admits the gate's security group.
  EOT
  type        = list(string)
  default     = []
}

variable "hook_image_uri" {
  description = "weir-hook with weir-conformance beside it, and your profiles."
  type        = string
}

variable "gate_path" {
  description = "The endpoint's path, such as /mcp."
  type        = string
}

variable "hook_details" {
  description = <<-EOT
    What weir-hook --help lists (profile, env, options, tries, callBackDelay), without the URL. Everybody reads it, so no
    secrets.
  EOT
  type        = map(string)
  default     = {}
}

variable "hook_environment" {
  description = "Secrets of the profile; the values come from where you keep them."
  type        = map(string)
  default     = {}
  sensitive   = true
}

variable "bake_minutes" {
  description = "For so long both revisions run after the shift."
  type        = number
  default     = 10
}
