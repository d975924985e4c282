"""Dashboards as Grafana reads them from files: panels in rows, laid out from left to right, linked to each other."""

from dataclasses import dataclass, field

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
SCHEMA = 39  # Of Grafana 10.4; later ones read it.
WIDTH = 24


@dataclass
class Panel:
    title: str
    description: str
    unit: str
    queries: list  # (expression, legend)
    next: tuple  # (question, dashboard, title of the panel that answers it)
    kind: str = "timeseries"  # or stat, table, heatmap
    width: int = 8
    height: int = 8
    stacked: bool = False
    steps: bool = False
    name: bool = False  # A stat that shows its legend and not its value.
    values: dict = field(default_factory=dict)  # What numbers mean, in words.


@dataclass
class Dashboard:
    name: str  # uid weir-NAME, file NAME.json
    title: str
    description: str
    variables: list
    annotations: list
    rows: list  # (title, [Panel])
    since: str = "now-1h"
    refresh: str = "10s"

    @property
    def uid(self):
        return f"weir-{self.name}"


def datasource_variable():
    return {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
        "current": {},
        "hide": 0,
        "options": [],
        "refresh": 1,
    }


def query_variable(name, label, query, every=True, regex="", hidden=False):
    """`every`: several may be chosen, and all of them are at first."""
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": DATASOURCE,
        "definition": query,
        "query": {"query": query, "refId": name},
        "regex": regex,
        "refresh": 2,  # Whenever the span of time changes.
        "sort": 1,
        "hide": 2 if hidden else 0,
        "includeAll": every,
        "multi": every,
        "current": {"text": "All", "value": "$__all"} if every else {},
        "options": [],
    }


def marks(name, expression, title, colour):
    """An annotation for each value of the expression, which is a time in milliseconds."""
    return {
        "name": name,
        "datasource": DATASOURCE,
        "enable": True,
        "expr": expression,
        "useValueForTime": True,
        "titleFormat": title,
        "step": "10s",
        "iconColor": colour,
    }


def tagged(name, tag, colour):
    """Annotations that somebody else posts to Grafana, such as a pipeline."""
    return {
        "name": name,
        "datasource": {"type": "grafana", "uid": "-- Grafana --"},
        "enable": True,
        "target": {"type": "tags", "tags": [tag], "matchAny": False, "limit": 100},
        "iconColor": colour,
    }


def fields_of(panel):
    custom = {}
    if panel.kind == "timeseries":
        custom = {
            "drawStyle": "line",
            "lineInterpolation": "stepAfter" if panel.steps else "linear",
            "lineWidth": 1,
            "fillOpacity": 30 if panel.stacked else 0,
            "showPoints": "auto" if panel.steps else "never",
            "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"},
        }
    defaults = {"unit": panel.unit, "custom": custom, "noValue": "nothing yet"}
    if panel.values:
        options = {str(value): {"text": text, "index": i} for i, (value, text) in enumerate(panel.values.items())}
        defaults["mappings"] = [{"type": "value", "options": options}]
    return {"defaults": defaults, "overrides": []}


def options_of(panel):
    if panel.kind == "timeseries":
        return {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    if panel.kind == "stat":
        reduce = {"calcs": ["lastNotNull"], "fields": "", "values": False}
        return {
            "reduceOptions": reduce,
            "textMode": "name" if panel.name else "auto",
            "graphMode": "none",
            "colorMode": "value",
        }
    if panel.kind == "heatmap":
        return {"calculate": False, "yAxis": {"unit": panel.unit}, "cellGap": 0, "tooltip": {"show": True}}
    return {"showHeader": True}


def target_of(panel, i, query):
    expression, legend = query
    instant = panel.kind in ("stat", "table")
    shape = {"table": "table", "heatmap": "heatmap"}.get(panel.kind, "time_series")
    return {
        "refId": chr(ord("A") + i),
        "datasource": DATASOURCE,
        "expr": expression,
        "legendFormat": legend,
        "format": shape,
        "instant": instant,
        "range": not instant,
    }


def model_of(panel, number, place):
    model = {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": DATASOURCE,
        "gridPos": place,
        "fieldConfig": fields_of(panel),
        "options": options_of(panel),
        "targets": [target_of(panel, i, query) for i, query in enumerate(panel.queries)],
    }
    if panel.kind == "table":
        model["transformations"] = [
            {"id": "merge", "options": {}},
            {"id": "organize", "options": {"excludeByName": {"Time": True, "__name__": True}}},
        ]
    return model


def laid_out(dashboard):
    """(panel or title of a row, id, gridPos), from the top to the bottom."""
    number, top = 1, 0
    for title, panels in dashboard.rows:
        yield title, number, {"x": 0, "y": top, "w": WIDTH, "h": 1}
        number, top, left, line = number + 1, top + 1, 0, 0
        for panel in panels:
            if left + panel.width > WIDTH:
                left, top, line = 0, top + line, 0
            yield panel, number, {"x": left, "y": top, "w": panel.width, "h": panel.height}
            number, left, line = number + 1, left + panel.width, max(line, panel.height)
        top += line


def address_book(dashboards):
    """Where each panel is found, by dashboard and title."""
    kept = "${__url_time_range}&${__all_variables}"
    return {
        (dashboard.name, panel.title): f"/d/{dashboard.uid}?viewPanel={number}&{kept}"
        for dashboard in dashboards
        for panel, number, _ in laid_out(dashboard)
        if isinstance(panel, Panel)
    }


def json_of(dashboard, addresses):
    panels = []
    for what, number, place in laid_out(dashboard):
        if isinstance(what, Panel):
            question, name, title = what.next
            link = {"title": question, "url": addresses[name, title]}
            panels.append(model_of(what, number, place) | {"links": [link]})
        else:
            row = {"id": number, "type": "row", "title": what, "collapsed": False, "gridPos": place, "panels": []}
            panels.append(row)
    others = {"type": "dashboards", "title": "Weir", "tags": ["weir"], "asDropdown": True, "keepTime": True}
    return {
        "id": None,
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": ["weir"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,  # A shared crosshair.
        "time": {"from": dashboard.since, "to": "now"},
        "refresh": dashboard.refresh,
        "timezone": "browser",
        "links": [others | {"includeVars": True}],
        "templating": {"list": [datasource_variable(), *dashboard.variables]},
        "annotations": {"list": dashboard.annotations},
        "panels": panels,
    }
