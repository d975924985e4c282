variable "name" {
  description = "The beginning of all names."
  type        = string
}

variable "vpc_id" {
  type = string
}

variable "private_subnet_ids" {
  description = "They need a way to the target and to the container registry."
  type        = list(string)
}

variable "cluster_arn" {
  type = string
}

variable "image" {
  description = "Weir's image with your scenario in it: its repository in ECR, and a tag or digest."
  type        = object({ repository_arn = string, uri = string })
}

variable "scenario" {
  description = "Where it is in the image."
  type        = string
}

variable "schedule" {
  description = "Such as cron(17 1 * * ? *)."
  type        = string
}

variable "timezone" {
  description = "Of the schedule, such as Asia/Tokyo."
  type        = string
}

variable "port" {
  description = "Of the target, over which load goes."
  type        = number
  default     = 443
}

variable "secrets" {
  description = "Of the scenario: names, and the ARNs of secrets in Secrets Manager."
  type        = map(string)
  default     = {}
}

variable "cpu" {
  type    = number
  default = 2048
}

variable "memory_mib" {
  type    = number
  default = 4096
}

variable "topic_arn" {
  description = "Who is told of alarms."
  type        = string
}
