resource "aws_cloudwatch_log_group" "soak" {
  name              = "/ecs/${var.name}"
  retention_in_days = 90
}

# The last line of a run; one whose target cannot be reached, or that cannot begin, has a complaint instead.
resource "aws_cloudwatch_log_metric_filter" "passed" {
  name           = "${var.name}-passed"
  log_group_name = aws_cloudwatch_log_group.soak.name
  pattern        = "\"Load: PASS\""
  metric_transformation {
    namespace = "Weir"
    name      = "NightsPassed"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_metric_filter" "not_passed" {
  name           = "${var.name}-not-passed"
  log_group_name = aws_cloudwatch_log_group.soak.name
  pattern        = "\"Load: \" -\"Load: PASS\""
  metric_transformation {
    namespace = "Weir"
    name      = "NightsNotPassed"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_metric_filter" "complaint" {
  name           = "${var.name}-complaint"
  log_group_name = aws_cloudwatch_log_group.soak.name
  pattern        = "\"weir-loadgen: \""
  metric_transformation {
    namespace = "Weir"
    name      = "NightsNotPassed"
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "failed" {
  alarm_name          = "${var.name}-failed"
  alarm_description   = "A night ended, and did not pass."
  namespace           = "Weir"
  metric_name         = "NightsNotPassed"
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arn]
}

# A night and two hours: longer than from the end of one run to the end of the next.
resource "aws_cloudwatch_metric_alarm" "stale" {
  alarm_name          = "${var.name}-stale"
  alarm_description   = "No night passed within 26 hours."
  namespace           = "Weir"
  metric_name         = "NightsPassed"
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 26
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [var.topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "not_started" {
  alarm_name          = "${var.name}-not-started"
  alarm_description   = "A night could not be started; the reason is in the queue."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.missed.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arn]
}
