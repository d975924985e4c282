resource "aws_lb" "balancer" {
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = !local.internet_facing
  subnets                    = var.balancer_subnet_ids
  security_groups            = [aws_security_group.balancer.id]
  drop_invalid_header_fields = true
}

resource "aws_lb_target_group" "blue" {
  name                 = "${var.name}-blue"
  vpc_id               = var.vpc_id
  port                 = var.container_port
  protocol             = "HTTP"
  target_type          = "ip"
  deregistration_delay = 30
  health_check {
    path = var.health_path
  }
}

resource "aws_lb_target_group" "green" {
  name                 = "${var.name}-green"
  vpc_id               = var.vpc_id
  port                 = var.container_port
  protocol             = "HTTP"
  target_type          = "ip"
  deregistration_delay = 30
  health_check {
    path = var.health_path
  }
}

resource "aws_lb_listener" "production" {
  load_balancer_arn = aws_lb.balancer.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = var.certificate_arn
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}

# Inside of the VPC, by the load balancer's own name, for which there is no certificate.
resource "aws_lb_listener" "test" {
  load_balancer_arn = aws_lb.balancer.arn
  port              = local.test_port
  protocol          = "HTTP"
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}

# Both target groups in one rule: ECS moves its weights, which are no drift.
resource "aws_lb_listener_rule" "production" {
  listener_arn = aws_lb_listener.production.arn
  priority     = 1
  condition {
    path_pattern {
      values = ["/*"]
    }
  }
  action {
    type = "forward"
    forward {
      target_group {
        arn    = aws_lb_target_group.blue.arn
        weight = 1
      }
      target_group {
        arn    = aws_lb_target_group.green.arn
        weight = 0
      }
    }
  }
  lifecycle {
    ignore_changes = [action]
  }
}

resource "aws_lb_listener_rule" "test" {
  listener_arn = aws_lb_listener.test.arn
  priority     = 1
  condition {
    path_pattern {
      values = ["/*"]
    }
  }
  action {
    type = "forward"
    forward {
      target_group {
        arn    = aws_lb_target_group.blue.arn
        weight = 1
      }
      target_group {
        arn    = aws_lb_target_group.green.arn
        weight = 0
      }
    }
  }
  lifecycle {
    ignore_changes = [action]
  }
}

resource "aws_security_group" "balancer" {
  name_prefix = "${var.name}-balancer-"
  description = "The load balancer."
  vpc_id      = var.vpc_id
}

resource "aws_security_group" "service" {
  name_prefix = "${var.name}-service-"
  description = "The tasks."
  vpc_id      = var.vpc_id
}

resource "aws_security_group" "hook" {
  name_prefix = "${var.name}-hook-"
  description = "The gate. Add what a profile asks besides the test listener, such as a provider of tokens."
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  security_group_id = aws_security_group.balancer.id
  description       = "clients"
  cidr_ipv4         = var.clients_cidr
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_ingress_rule" "gate" {
  count                        = local.internet_facing ? 0 : 1
  security_group_id            = aws_security_group.balancer.id
  description                  = "the gate"
  referenced_security_group_id = aws_security_group.hook.id
  ip_protocol                  = "tcp"
  from_port                    = local.test_port
  to_port                      = local.test_port
}

# Through a NAT gateway no security group is seen: what is asked by a public name comes from an address.
resource "aws_vpc_security_group_ingress_rule" "gate_by_nat" {
  for_each          = toset(var.nat_addresses)
  security_group_id = aws_security_group.balancer.id
  description       = "the gate"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = local.test_port
  to_port           = local.test_port
}

resource "aws_vpc_security_group_egress_rule" "targets" {
  security_group_id            = aws_security_group.balancer.id
  description                  = "targets"
  referenced_security_group_id = aws_security_group.service.id
  ip_protocol                  = "tcp"
  from_port                    = var.container_port
  to_port                      = var.container_port
}

resource "aws_vpc_security_group_ingress_rule" "balancer" {
  security_group_id            = aws_security_group.service.id
  description                  = "the load balancer"
  referenced_security_group_id = aws_security_group.balancer.id
  ip_protocol                  = "tcp"
  from_port                    = var.container_port
  to_port                      = var.container_port
}

# What the service itself asks is not known here.
resource "aws_vpc_security_group_egress_rule" "service" {
  security_group_id = aws_security_group.service.id
  description       = "anything"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_vpc_security_group_egress_rule" "gate" {
  count                        = local.internet_facing ? 0 : 1
  security_group_id            = aws_security_group.hook.id
  description                  = "the test listener"
  referenced_security_group_id = aws_security_group.balancer.id
  ip_protocol                  = "tcp"
  from_port                    = local.test_port
  to_port                      = local.test_port
}

resource "aws_vpc_security_group_egress_rule" "gate_by_nat" {
  count             = local.internet_facing ? 1 : 0
  security_group_id = aws_security_group.hook.id
  description       = "the test listener"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = local.test_port
  to_port           = local.test_port
}
