"""The metrics that Weir exports, by the sources that export them."""

import re

from lib.process import ROOT

EXPORTERS = ["loadgen/watch/prometheus.cpp", "loadgen/watch/verdict_metrics.cpp", "reports/conformance/prometheus.cpp"]
# append_thresholds() makes three of each of these.
THRESHOLDS = {"weir_soak_threshold", "weir_soak_run_threshold"}
SUFFIXES = ["passed", "value", "bound"]


def exported():
    """Names of families: of a histogram without _bucket, _count and _sum."""
    text = "".join((ROOT / path).read_text() for path in EXPORTERS)
    names = set(re.findall(r'"(weir_[a-z0-9_]+)"', text))
    return names - THRESHOLDS | {f"{name}_{suffix}" for name in THRESHOLDS & names for suffix in SUFFIXES}
