"""What stands on the dashboards of reports/grafana: which numbers, why they matter, and where to look next.

A panel's expression keeps the label `target`, so that it can be narrowed to one run: `of_run` shows a number only while
that run went on, by weir_load_run_info, whose run_id no other series has.
"""

from lib.grafana import Dashboard, Panel, marks, query_variable, tagged

TARGET = 'target=~"$target"'
POPULATION = f'{TARGET},population=~"$population"'
THIS_RUN = 'run_id=~"$run"'


def of_run(expression, run=THIS_RUN, offset=""):
    return f"{expression} and on (target) weir_load_run_info{{{TARGET},{run}}}{offset}"


def by(labels):
    return f"sum by (target{', ' + labels if labels else ''})"


def gauge(metric, labels="", where=POPULATION, how="sum"):
    return of_run(f"{by(labels).replace('sum', how, 1)} ({metric}{{{where}}})")


def bare_rate(metric, labels="", where=POPULATION, offset=""):
    return f"{by(labels)} (rate({metric}{{{where}}}[$__rate_interval]{offset}))"


def rate(metric, labels="", where=POPULATION):
    return of_run(bare_rate(metric, labels, where))


def bare_quantile(q, metric, labels="", where=POPULATION, offset=""):
    buckets = bare_rate(f"{metric}_bucket", f"{labels}, le" if labels else "le", where, offset)
    return f"histogram_quantile({q}, {buckets})"


def quantile(q, metric, labels="", where=POPULATION):
    return of_run(bare_quantile(q, metric, labels, where))


def mean(metric, labels=""):
    return of_run(f"{bare_rate(f'{metric}_sum', labels)} / ({bare_rate(f'{metric}_count', labels)} > 0)")


def bands(metric, where):
    """Buckets of a histogram by the time in which they were filled."""
    filled = f"{by('le')} (increase({metric}_bucket{{{where}}}[$__rate_interval]))"
    return f"sum by (le) ({of_run(filled)})"


def bare_drops(offset=""):
    held = bare_rate("weir_soak_stream_seconds_total", offset=offset)
    return f"3.6e6 * {bare_rate('weir_soak_stream_drops_total', offset=offset)} / ({held} > 0)"


def bare_lost(offset=""):
    lost = bare_rate("weir_soak_events_lost_total", offset=offset)
    return f"{lost} / ({lost} + {bare_rate('weir_soak_events_sequenced_total', offset=offset)} > 0)"


def bare_failed(offset=""):
    known = bare_rate("weir_soak_calls_total", where=f'{POPULATION},outcome!="unfinished"', offset=offset)
    failed = bare_rate("weir_soak_calls_total", where=f'{POPULATION},outcome!~"ok|unfinished"', offset=offset)
    return f"{failed} / ({known} > 0)"


LOAD_VARIABLES = [
    query_variable("target", "Target", "label_values(weir_load_run_info, target)"),
    query_variable("run", "Run", f"label_values(weir_load_run_info{{{TARGET}}}, run_id)"),
    query_variable("population", "Population", f"label_values(weir_soak_streams_open{{{TARGET}}}, population)"),
]
PHASES = marks(
    "Phases", f"1000 * max by (phase, kind) (weir_soak_phase_start_timestamp_seconds{{{TARGET}}})", "{{phase}}", "blue"
)


def moments(name, metric, title, colour):
    return marks(name, f"1000 * max by (target) ({metric}{{{TARGET}}})", title, colour)


RUNS = moments("Runs", "weir_load_run_start_timestamp_seconds", "run begins", "purple")
ENDS = moments("Runs", "weir_soak_last_run_timestamp_seconds", "run ended", "purple")
ASKED = moments("Gate", "weir_conformance_last_run_timestamp_seconds", "gate asked", "green")
DEPLOYS = tagged("Deploys", "deploy", "orange")
LAG = "weir_loadgen_schedule_lag_seconds"

GLANCE = [
    Panel("Run", "Which run goes on: what it plays, against which version of the server, and its own labels.", "none",
          [(gauge("weir_load_run_info", "run_id, scenario, server, server_version, server_revision, version, seed",
                  f"{TARGET},{THIS_RUN}", "max"), "")],
          ("How did the runs before it end?", "nights", "Passed"), "table", 12, 4),
    Panel("Phase", "The phase of the scenario that goes on; the marks in all plots are where phases begin.", "none",
          [(gauge("weir_soak_phase", "phase", TARGET, "max"), "{{phase}}")],
          ("How many streams does it want?", "now", "Streams"), "stat", 4, 4, name=True),
    Panel("Since", "How long the run has gone on, by the clock of its generator.", "s",
          [(of_run(f"max by (target) (time() - weir_load_run_start_timestamp_seconds{{{TARGET}}})"), "{{target}}")],
          ("What changed since the run before?", "two-runs", "Runs"), "stat", 4, 4),
    Panel("Generator", "Whether the generator keeps up. While it cannot, the other panels say nothing of the target.",
          "none", [(gauge("weir_loadgen_valid", "", TARGET, "min"), "{{target}}")],
          ("What is it short of?", "now", "Own lag"), "stat", 4, 4, values={0: "cannot keep up", 1: "keeps up"}),
    Panel("Thresholds", "What the run is judged by, as it stands: whether it holds, its value and its bound.", "none",
          [(gauge(f"weir_soak_threshold_{what}", "threshold", TARGET, "max"), what)
           for what in ("passed", "value", "bound")],
          ("Did it hold in other nights?", "nights", "Thresholds that held"), "table", 16, 6),
    Panel("Noted", "Incidents beside the numbers, such as a worker that died; the run's report has their text.",
          "short", [(of_run(f"{by('')} (increase(weir_load_incidents_total{{{TARGET}}}[$__range]))"), "{{target}}")],
          ("Are all workers alive?", "now", "Workers"), "stat", 8, 6),
]

STREAMS = [
    Panel("Streams", "Open streams should follow those that are wanted; waiting ones were cut and come back later.",
          "short", [(gauge(f"weir_soak_streams_{state}"), state)
                    for state in ("wanted", "open", "opening", "waiting", "polled")]
          + [(gauge("weir_soak_phase_streams_wanted", "", TARGET, "max"), "at the end of the phase")],
          ("Who ended those that are missing?", "now", "Ends by reason"), width=12),
    Panel("Ends by reason", "How streams ended: client and completed are ours; polled ones are to be taken up again, "
          "all others the target or a hop let go.",
          "ops", [(rate("weir_soak_stream_ends_total", "reason"), "{{reason}}")],
          ("After how much silence?", "now", "Silence before an end"), width=12, stacked=True),
    Panel("Drops in 1,000 stream-hours", "Streams that were to stay and did not, over the time that streams were held: "
          "comparable between loads.", "short", [(of_run(bare_drops()), "{{target}}")],
          ("Is that usual?", "nights", "Drops in 1,000 stream-hours, by night")),
    Panel("Silent streams", "Open streams without a byte for so long: heartbeats stopped, or a hop holds bytes back. "
          "And streams that had fallen silent for good when the run closed them, whose events had ceased between "
          "heartbeats, or that never brought a byte.",
          "short", [(gauge("weir_soak_silent_streams", "over"), "{{over}}"),
                    (rate("weir_soak_streams_ceased_total"), "ceased, a second"),
                    (rate("weir_soak_events_ceased_total"), "events ceased, a second"),
                    (rate("weir_soak_streams_mute_total"), "mute, a second")],
          ("Did heartbeats stop?", "now", "Heartbeat gaps")),
    Panel("Longest that goes on", "The longest wait of any stream that has not ended: one that never ends rises.", "s",
          [(gauge("weir_soak_ongoing_seconds", "what", how="max"), "{{what}}")],
          ("How long are they otherwise?", "now", "Gaps and delivery")),
    Panel("Silence before an end", "Ends by how long the stream had brought nothing. A band at 60, 350 or 900 s is an "
          "idle time-out of a hop.", "s", [(bands("weir_soak_stream_idle_age_seconds", f'{TARGET},reason!="client"'),
                                            "{{le}}")],
          ("Or was it their age?", "now", "Age at the end"), "heatmap", 12),
    Panel("Age at the end", "Ends by the age of the stream. A band here, and none in the silence, is a limit of age.",
          "s", [(bands("weir_soak_stream_age_seconds", f'{TARGET},reason!="client"'), "{{le}}")],
          ("Did they come back?", "now", "Reconnects"), "heatmap", 12),
]

OPENING = [
    Panel("Opens", "Streams that the schedule wanted opened, and that were; reconnects are in the second.", "ops",
          [(rate("weir_soak_opens_intended_total"), "intended"), (rate("weir_soak_streams_opened_total"), "opened")],
          ("Why did attempts fail?", "now", "Failed attempts")),
    Panel("Failed attempts", "Attempts that gave no stream, by cause. out_of_ports and out_of_files are ours.", "ops",
          [(rate("weir_soak_open_failures_total", "cause"), "{{cause}}")],
          ("In which phase of opening is time lost?", "now", "Opening, p95 by phase")),
    Panel("Opening, p95 by phase", "Where the time of opening goes: a slow tls points to the edge, a slow initialize "
          "to the server.", "s", [(quantile(0.95, "weir_soak_connect_phase_seconds", "phase", TARGET), "{{phase}}")],
          ("Do opens wait for each other?", "now", "Wait for an opening")),
    Panel("Wait for an opening", "How long opens waited while as many as may be were under way: a target too slow to "
          "answer makes it grow.", "s", [(quantile(0.99, "weir_soak_open_queue_seconds"), "p99")],
          ("Is it us?", "now", "Own lag")),
    Panel("Reconnects", "Streams that came back, those of them that sent Last-Event-ID, those that had no id to send, "
          "and attempts that failed.", "ops",
          [(rate("weir_soak_reconnects_total", "result"), "{{result}}"),
           (rate("weir_soak_reconnects_resumed_total"), "resumed"),
           (rate("weir_soak_reconnects_blind_total"), "without an id"),
           (rate("weir_soak_returns_waiting_total"), "still waited at the end"),
           (rate("weir_soak_retry_after_honoured_total"), "waited by Retry-After")],
          ("Was anything lost meanwhile?", "now", "Events lost")),
    Panel("Time to come back", "From the end of a stream to the next one in its place, waiting included.", "s",
          [(quantile(q, "weir_soak_reconnect_duration_seconds"), f"p{q * 100:g}") for q in (0.5, 0.99)],
          ("Were they to be polled?", "now", "Polled streams")),
    Panel("Polled streams", "Streams that the server ended so as to be asked for the rest, by what became of that: "
          "taken up again after their last id, or not, which is a drop.", "ops",
          [(rate("weir_soak_polls_total", "result"), "{{result}}"),
           (rate("weir_soak_polls_late_total"), "due after the end")],
          ("Were their sessions known?", "now", "Sessions")),
    Panel("Sessions", "Sessions opened, those that the target no longer knew, and tokens that were renewed.", "ops",
          [(rate("weir_soak_sessions_opened_total"), "opened"), (rate("weir_soak_sessions_lost_total"), "lost"),
           (rate("weir_soak_tokens_refreshed_total"), "tokens renewed")],
          ("Did calls fail by it?", "now", "Calls by outcome")),
]

EVENTS = [
    Panel("Heartbeat gaps", "Between heartbeats of one stream: the band should be narrow, below the shortest idle "
          "time-out on the way.", "s", [(bands("weir_soak_heartbeat_gap_seconds", POPULATION), "{{le}}")],
          ("Are streams cut?", "now", "Ends by reason"), "heatmap", 12),
    Panel("Gaps and delivery", "p99 between bytes of a stream, between its events, and from an event's own time to its "
          "arrival here.", "s",
          [(quantile(0.99, "weir_soak_byte_gap_seconds"), "between bytes"),
           (quantile(0.99, "weir_soak_event_gap_seconds"), "between events"),
           (quantile(0.99, "weir_soak_delivery_delay_seconds"), "delivery, p99"),
           (quantile(0.5, "weir_soak_delivery_delay_seconds"), "delivery, p50")],
          ("Are they held back and sent together?", "now", "Events lost"), width=12),
    Panel("Events", "What streams brought: events, heartbeats, and requests of the server that we answered.", "ops",
          [(rate(f"weir_soak_{what}_total"), label) for what, label in
           (("events", "events"), ("heartbeats", "heartbeats"), ("server_requests", "server's requests"),
            ("events_sequenced", "with a number"))],
          ("Is any of it missing?", "now", "Events lost")),
    Panel("Received", "Bytes of bodies that streams brought.", "Bps", [(rate("weir_soak_received_bytes_total"),
                                                                         "{{target}}")],
          ("By how many streams?", "now", "Streams")),
    Panel("Events lost", "Numbers of the sequence that never came, came twice or late, or were held back; of events "
          "without a number nothing is known. Ahead: sent after they came, by a clock that is wrong.", "ops",
          [(rate(f"weir_soak_events_{what}_total"), what.replace("_", " ")) for what in
           ("lost", "repeated", "out_of_order", "coalesced", "ahead")],
          ("How much is that of all?", "two-runs", "Events lost, of those sent")),
]

CALLS = [
    Panel("Calls by outcome", "Calls beside the streams by what became of them.", "ops",
          [(rate("weir_soak_calls_total", "outcome"), "{{outcome}}")],
          ("Are they slow as well?", "now", "Latency of calls"), stacked=True),
    Panel("Latency of calls", "From the intended start of a call to its answer, so that a target that stalls is seen. "
          "A quantile stays in its bucket where calls become a tenth slower; the mean moves.",
          "s", [*((quantile(q, "weir_soak_call_duration_seconds", "tool"), f"{{{{tool}}}} p{q * 100:g}")
                  for q in (0.5, 0.99)),
                (mean("weir_soak_call_duration_seconds", "tool"), "{{tool}} mean")],
          ("Since when?", "nights", "Latency of calls, by night")),
    Panel("Calls in flight", "Calls that wait for their answer, and second answers to one call.", "short",
          [(gauge("weir_soak_calls_in_flight"), "in flight"),
           (rate("weir_soak_duplicate_answers_total"), "answered twice, a second")],
          ("Were any not sent?", "now", "Calls due and not sent")),
]

GENERATOR = [
    Panel("Own lag", "p99 of our own delay, with its bound: beyond it the run is inconclusive.", "s",
          [(quantile(0.99, LAG, "", TARGET), "schedule"),
           (quantile(0.99, "weir_loadgen_client_lag_seconds", "", TARGET), "reading"),
           (gauge("weir_loadgen_lag_bound_seconds", "", TARGET, "min"), "bound")],
          ("Are the workers busy?", "now", "Processors")),
    Panel("Calls due and not sent", "Calls that the schedule wanted, and those that were not sent for want of a stream "
          "or of room.", "ops", [(rate("weir_loadgen_intended_calls_total", "", TARGET), "intended"),
                                 (rate("weir_loadgen_dropped_calls_total", "cause", TARGET), "{{cause}}")],
          ("Were there streams?", "now", "Streams")),
    Panel("Processors", "Processor time of all workers: as many as there are workers is all of it.", "short",
          [(of_run(f"{by('mode')} (deriv(weir_loadgen_cpu_seconds{{{TARGET}}}[$__rate_interval]))"), "{{mode}}"),
           (gauge("weir_loadgen_workers_alive", "", TARGET), "workers")],
          ("Are all of them alive?", "now", "Workers"), stacked=False),
    Panel("Workers", "Worker processes that report, and those that the run began with; streams they lost track of.",
          "short", [(gauge("weir_loadgen_workers_alive", "", TARGET), "alive"),
                    (gauge("weir_loadgen_workers_wanted", "", TARGET), "wanted"),
                    (of_run(f"{by('')} (increase(weir_loadgen_stranded_streams_total{{{TARGET}}}[$__rate_interval]))"),
                     "stranded streams")],
          ("Do they run out of memory?", "now", "Memory")),
    Panel("Memory", "Memory of all workers; it should follow the streams, and not the hours.", "bytes",
          [(gauge("weir_loadgen_resident_memory_bytes", "", TARGET), "resident"),
           (gauge("weir_loadgen_heap_bytes", "", TARGET), "heap")],
          ("Do they run out of descriptors?", "now", "Descriptors")),
    Panel("Descriptors", "Open files of all workers: one for each stream, and some.", "short",
          [(gauge("weir_loadgen_open_files", "", TARGET), "{{target}}")],
          ("How many streams are that?", "now", "Streams")),
]

NOW = Dashboard(
    "now", "Weir: now", "A load run while it goes on: from the top what matters, at the bottom whether to believe it.",
    LOAD_VARIABLES, [PHASES, RUNS, ASKED, DEPLOYS],
    [("At a glance", GLANCE), ("Streams", STREAMS), ("Opening and coming back", OPENING), ("Events", EVENTS),
     ("Calls", CALLS), ("The generator itself", GENERATOR)])


def night(title, description, unit, metric, legend, following, how="max", factor="", **more):
    query = f"{factor}{how} by (target) ({metric}{{{TARGET}}})"
    return Panel(title, description, unit, [(query, legend)], following, steps=True, **more)


def nights(title, description, unit, metrics, following):
    queries = [(f"max by (target) (weir_soak_run_{metric}{{{TARGET}}})", label) for metric, label in metrics]
    return Panel(title, description, unit, queries, following, steps=True)


PASSED = {0: "no", 1: "yes"}
ENDED = {0: "good", 1: "the target fails", 2: "usage", 3: "unreachable", 4: "inconclusive", 130: "interrupted"}
NIGHTS = Dashboard(
    "nights", "Weir: nights", "One value for each run, as it was pushed at its end: what got worse, and since when.",
    [query_variable("target", "Target", "label_values(weir_soak_last_run_timestamp_seconds, target)")],
    [ENDS, DEPLOYS],
    [("Verdicts", [
        night("Passed", "Whether the run was valid and within its thresholds; of several shards, whether all were.",
              "none", "weir_soak_run_passed", "{{target}}", ("How did it end?", "nights", "Exit codes"), "min",
              width=6, values=PASSED),
        night("Exit codes", "How the run ended: inconclusive means that nothing is said of the target.", "none",
              "weir_soak_run_exit_code", "{{target}}", ("Which threshold broke?", "nights", "Thresholds that held"),
              width=6, values=ENDED),
        night("Valid", "Whether the generator kept up; where not, the other values of the night say nothing.", "none",
              "weir_soak_run_valid", "{{target}}", ("By how much?", "nights", "Own lag, by night"), "min", width=6,
              values=PASSED),
        Panel("Last run", "How long ago the latest run ended.", "s",
              [(f"time() - max by (target) (weir_soak_last_run_timestamp_seconds{{{TARGET}}})", "{{target}}")],
              ("How long do runs take?", "nights", "Duration"), "stat", 6),
        Panel("Latest runs", "Which runs the values are of, by shard.", "none",
              [(f"max by (target, shard, run_id, scenario, server, server_version, version) "
                f"(weir_soak_run_info{{{TARGET}}})", "")],
              ("Compare two of them", "two-runs", "Runs"), "table", 12),
        Panel("Thresholds that held", "Each threshold with its value and bound: 1 held, 0 did not.", "none",
              [(f"max by (target, shard, threshold) (weir_soak_run_threshold_{what}{{{TARGET}}})", what)
               for what in ("passed", "value", "bound")],
              ("What do the streams say?", "nights", "Streams held"), "table", 12),
    ]), ("Streams", [
        nights("Streams held", "The most that were open in any second.", "short", [("streams_held", "{{target}}")],
               ("Is that as many as were wanted?", "nights", "Shares")),
        nights("Shares", "Streams held of those wanted, and attempts to come back that gave a stream; 1 is right.",
               "percentunit", [("streams_held_ratio", "held"), ("reconnect_ratio", "came back")],
               ("Why not all?", "nights", "Failures")),
        nights("Failures", "Attempts without a stream, events lost and calls not answered well, of all of each.",
               "percentunit", [("open_failure_ratio", "opens"), ("events_lost_ratio", "events"),
                               ("calls_failed_ratio", "calls")],
               ("What did the run itself show?", "now", "Failed attempts")),
        night("Drops in 1,000 stream-hours, by night", "Over the time that streams were held, so that runs of other "
              "lengths compare.", "short", "weir_soak_run_stream_drop_rate", "{{target}}",
              ("How many were they?", "nights", "Dropped streams"), factor="3.6e6 * "),
        nights("Dropped streams", "Streams that were to stay and did not.", "short", [("stream_drops", "{{target}}")],
               ("How did they end?", "now", "Ends by reason")),
        nights("Longest heartbeat gap", "The longest silence between two heartbeats of a stream.", "s",
               [("heartbeat_gap_max_seconds", "{{target}}")], ("How are they spread?", "now", "Heartbeat gaps")),
    ]), ("Times", [
        nights("Latency of calls, by night", "From the intended start to the answer.", "s",
               [("call_p50_seconds", "p50"), ("call_p99_seconds", "p99")],
               ("Compare it with another run", "two-runs", "Latency of calls, p99")),
        nights("Opening and delivery", "Request to the response head, and event to its arrival, one in a hundred "
               "longer.", "s", [("connect_p99_seconds", "opening"), ("delivery_p99_seconds", "delivery")],
               ("Which phase of opening?", "now", "Opening, p95 by phase")),
        nights("Own lag, by night", "Our own delay of opens and calls.", "s", [("lag_p99_seconds", "{{target}}")],
               ("What was it short of?", "now", "Own lag")),
        nights("Duration", "How long the run took.", "s", [("duration_seconds", "{{target}}")],
               ("How did it end?", "nights", "Exit codes")),
    ])], since="now-30d", refresh="5m")

RUN_A, RUN_B = 'run_id="$run_a"', 'run_id="$run_b"'
BACK = " offset ${shift}s"


def started(run):
    return f"max(max_over_time(weir_load_run_start_timestamp_seconds{{{TARGET},{run}}}[$__range]))"


def both(title, description, unit, expression, following, compared=False):
    """Run A where it was, and run B moved so that both begin together."""
    a = of_run(expression(""), RUN_A)
    b = of_run(expression(BACK), RUN_B, BACK)
    queries = [(f"({a}) / ({b})", "A / B")] if compared else [(a, "A"), (b, "B")]
    return Panel(title, description, unit, queries, following)


def p99_of_calls(offset):
    return bare_quantile(0.99, "weir_soak_call_duration_seconds", offset=offset)


def open_streams(offset):
    return f"sum by (target) (weir_soak_streams_open{{{POPULATION}}}{offset})"


TWO_RUNS = Dashboard(
    "two-runs", "Weir: two runs", "Two runs on one target, laid over each other: B is moved to begin with A.",
    [query_variable("target", "Target", "label_values(weir_load_run_info, target)"),
     query_variable("run_a", "Run A", f"label_values(weir_load_run_info{{{TARGET}}}, run_id)", every=False),
     query_variable("run_b", "Run B", f"label_values(weir_load_run_info{{{TARGET}}}, run_id)", every=False),
     query_variable("population", "Population", f"label_values(weir_soak_streams_open{{{TARGET}}}, population)"),
     query_variable("shift", "Seconds from B to A", f"query_result(floor({started(RUN_A)} - {started(RUN_B)}))",
                    every=False, regex="/.*} (-?[0-9]+) .*/", hidden=True)],
    [PHASES, DEPLOYS],
    [("Which", [
        Panel("Runs", "What the two runs played, and against which version of the server.", "none",
              [(f"max by (target, run_id, scenario, scenario_hash, server, server_version, version) "
                f"(last_over_time(weir_load_run_info{{{TARGET},run_id=~\"$run_a|$run_b\"}}[$__range]))", "")],
              ("Do they hold as many streams?", "two-runs", "Open streams"), "table", 24, 5),
    ]), ("Streams", [
        both("Open streams", "As many should be open in both at the same time of the scenario.", "short", open_streams,
             ("Are more of them dropped?", "two-runs", "Drops in 1,000 stream-hours, A and B")),
        both("Drops in 1,000 stream-hours, A and B", "Over the time that streams were held.", "short", bare_drops,
             ("How did they end?", "now", "Ends by reason")),
        both("Opening, p95", "Request to the whole response head of a stream.", "s",
             lambda offset: bare_quantile(0.95, "weir_soak_connect_phase_seconds", "",
                                          f'{TARGET},phase="headers"', offset),
             ("In which phase is it slower?", "now", "Opening, p95 by phase")),
        both("Heartbeat gaps, p95", "Between heartbeats of one stream.", "s",
             lambda offset: bare_quantile(0.95, "weir_soak_heartbeat_gap_seconds", offset=offset),
             ("Are streams silent?", "now", "Silent streams")),
        both("Events lost, of those sent", "Events whose number never came, over those that were sent with one.",
             "percentunit", bare_lost, ("How did they go?", "now", "Events lost")),
        both("Delivery, p99", "From an event's own time to its arrival here.", "s",
             lambda offset: bare_quantile(0.99, "weir_soak_delivery_delay_seconds", offset=offset),
             ("Are they held back?", "now", "Gaps and delivery")),
    ]), ("Calls", [
        both("Latency of calls, p99", "From the intended start of a call to its answer.", "s", p99_of_calls,
             ("By how much?", "two-runs", "Latency of calls, A over B")),
        both("Latency of calls, A over B", "How many times longer p99 is in A than in B; 1 is the same.", "short",
             p99_of_calls, ("Since which night?", "nights", "Latency of calls, by night"), compared=True),
        both("Calls that failed", "Of those whose outcome is known.", "percentunit", bare_failed,
             ("How did they fail?", "now", "Calls by outcome")),
    ]), ("The generator itself", [
        both("Own lag, p99", "Our own delay of opens and calls: where it differs, the runs do not compare.", "s",
             lambda offset: bare_quantile(0.99, LAG, "", TARGET, offset),
             ("What is it short of?", "now", "Processors")),
    ])], since="now-24h", refresh="1m")


def asked(title, description, unit, expression, legend, following, **more):
    return Panel(title, description, unit, [(expression.replace("TARGET", TARGET), legend)], following, **more)


GATE = Dashboard(
    "gate", "Weir: gate", "What the gate found when it last asked: red or green, what is red, and since when.",
    [query_variable("target", "Target", "label_values(weir_conformance_run_passed, target)")], [ASKED, DEPLOYS],
    [("Verdict", [
        asked("Gate passed", "Whether the latest run of the gate passed.", "none",
              "max by (target) (weir_conformance_run_passed{TARGET})", "{{target}}",
              ("What is red?", "gate", "Checks that fail"), kind="stat", width=6, height=4, values=PASSED),
        asked("Gate ended", "How the latest run ended; unreachable and inconclusive say nothing of the protocol.",
              "none", "max by (target) (weir_conformance_run_exit_code{TARGET})", "{{target}}",
              ("What is red?", "gate", "Checks that fail"), kind="stat", width=6, height=4, values=ENDED),
        asked("Since it was asked", "How long ago the gate ran.", "s",
              "time() - max by (target) (weir_conformance_last_run_timestamp_seconds{TARGET})", "{{target}}",
              ("And since it passed?", "gate", "Since it passed"), kind="stat", width=6, height=4),
        asked("Since it passed", "How long ago the gate passed.", "s",
              "time() - max by (target) (weir_conformance_last_success_timestamp_seconds{TARGET} > 0)", "{{target}}",
              ("What changed then?", "gate", "Checks by verdict"), kind="stat", width=6, height=4),
        asked("Checks that fail", "Each check that is red, in which era and revision; excused ones are in a baseline.",
              "none", "max by (target, check, endpoint, era, revision, level, excused) "
              '(weir_conformance_check_verdict{TARGET,verdict="fail"})', "",
              ("Does a load run suffer by it?", "now", "Ends by reason"), kind="table", width=24),
    ]), ("Over time", [
        asked("Checks by verdict", "A change of colour is a change of the target, or of Weir.", "short",
              "sum by (target, verdict) (weir_conformance_checks{TARGET})", "{{verdict}}",
              ("Did the server change?", "gate", "What was asked"), stacked=True, steps=True),
        asked("Excused", "Failures that a baseline excuses: it should only ever shrink.", "short",
              "max by (target) (weir_conformance_checks_excused{TARGET})", "{{target}}",
              ("Which are they?", "gate", "Checks that fail"), steps=True),
        asked("Time it takes", "How long the gate takes; a target that got slower makes it longer.", "s",
              "max by (target) (weir_conformance_run_duration_seconds{TARGET})", "{{target}}",
              ("Are calls slow under load?", "now", "Latency of calls"), steps=True),
    ]), ("What", [
        asked("What was asked", "Eras and revisions that the target was found to speak, and as what it named itself.",
              "none", "max by (target, endpoint, era, revision, server_name, server_version) "
              "(weir_conformance_era_info{TARGET})", "", ("Did its tools change?", "gate", "Changes of tools"),
              kind="table", width=12),
        asked("Changes of tools", "Differences to the tools that are pinned; a breaking one fails the gate.", "short",
              "sum by (target, severity) (weir_conformance_tools_changes{TARGET})", "{{severity}}",
              ("Do calls fail by it?", "now", "Calls by outcome"), steps=True, width=6),
        asked("By which Weir", "The version of Weir that asked: a newer one may ask more.", "none",
              "max by (target, version) (weir_conformance_run_info{TARGET})", "{{version}}",
              ("What did it find?", "gate", "Checks by verdict"), kind="stat", width=6, name=True),
    ])], since="now-30d", refresh="5m")

DASHBOARDS = [NOW, NIGHTS, TWO_RUNS, GATE]
