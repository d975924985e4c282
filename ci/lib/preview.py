"""A page that draws the dashboards for those without a Grafana; it asks Prometheus through the server it is from."""

from functools import partial
from http.server import BaseHTTPRequestHandler
from urllib.error import HTTPError
from urllib.request import urlopen

from lib.process import CI, ROOT
from lib.prometheus import serve

GRAFANA = ROOT / "reports/grafana"
UPLOT = CI / "node/node_modules/uplot/dist"
FILES = {
    "/": (GRAFANA / "preview/page.html", "text/html; charset=utf-8"),
    "/preview.js": (GRAFANA / "preview/preview.js", "text/javascript"),
    "/preview.css": (GRAFANA / "preview/preview.css", "text/css"),
    "/uplot.js": (UPLOT / "uPlot.iife.min.js", "text/javascript"),
    "/uplot.css": (UPLOT / "uPlot.min.css", "text/css"),
}
FILES |= {f"/dashboards/{path.name}": (path, "application/json") for path in GRAFANA.glob("dashboards/*.json")}
TIMEOUT_S = 30


class Preview(BaseHTTPRequestHandler):
    def __init__(self, prometheus, *arguments):
        self.prometheus = prometheus
        super().__init__(*arguments)

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path in FILES:
            file, kind = FILES[path]
            self.answer(200, kind, file.read_bytes())
        elif path.startswith("/api/v1/"):
            self.pass_on()
        else:
            self.answer(404, "text/plain", b"not here\n")

    def pass_on(self):
        try:
            with urlopen(self.prometheus + self.path, timeout=TIMEOUT_S) as answer:
                self.answer(answer.status, "application/json", answer.read())
        except HTTPError as error:
            self.answer(error.code, "application/json", error.read())

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def is_installed():
    """uPlot comes with the npm packages of ci/setup."""
    return UPLOT.is_dir()


def serve_preview(stack, prometheus):
    return f"http://{serve(stack, partial(Preview, prometheus))}/"
