// Lays out a dashboard of reports/grafana by its gridPos, asks its Prometheus for every panel, and draws the answers.
// What stands in the address decides: ?board=now&target=staging&from=UNIX_SECONDS&to=UNIX_SECONDS.
"use strict";

const kBoards = { now: "Now", nights: "Nights", "two-runs": "Two runs", gate: "Gate" };
const kSpans = { 300: "5 minutes", 3600: "1 hour", 86400: "1 day", 2592000: "30 days" };
const kColours = ["#3b7dd8", "#d9822b", "#2f9e6b", "#c2455e", "#8a5fc7", "#2aa3b5", "#a08a1c", "#7d8794", "#d46aa8"];
const kEvery = ".*";
const kPoints = 300; // Of a line.

const address = new URLSearchParams(location.search);
const name = address.get("board") in kBoards ? address.get("board") : "now";
const to = Number(address.get("to")) || Date.now() / 1000;
const from = Number(address.get("from")) || to - (Number(address.get("span")) || 3600);
const step = Math.max(1, Math.ceil((to - from) / kPoints));
const chosen = { __rate_interval: `${Math.max(4 * step, Number(address.get("rate")) || 20)}s`,
                 __range: `${Math.ceil(to - from)}s` };

function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) { made.setAttribute(key, value); }
  return made;
}

const filled = (text) => text.replace(/\$\{?(\w+)\}?/g, (_, key) => chosen[key] ?? kEvery);

async function ask(path, parameters) {
  const answer = await fetch(`/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const read = await answer.json();
  if (read.status !== "success") { throw new Error(read.error); }
  return read.data;
}

const range = async (query) => (await ask("query_range", { query: filled(query), start: from, end: to, step })).result;
const instant = async (query) => (await ask("query", { query: filled(query), time: to })).result;

// What is chosen ------------------------------------------------------------------------------------------------------

async function choices(variable) {
  const labels = variable.query.query.match(/^label_values\((.*), (\w+)\)$/);
  if (labels) { return ask(`label/${labels[2]}/values`, { "match[]": filled(labels[1]), start: from, end: to }); }
  const query = variable.query.query.match(/^query_result\((.*)\)$/)[1];
  const lines = (await instant(query)).map((one) => `{} ${one.value[1]} ${Math.floor(one.value[0] * 1000)}`);
  const wanted = new RegExp(variable.regex.replace(/^\/|\/$/g, ""));
  return lines.map((line) => line.match(wanted)?.[1]).filter(Boolean);
}

function select(label, key, options, current) {
  const box = element("select", "", { name: key });
  for (const [value, text] of options) { box.append(element("option", text, { value })); }
  box.value = current;
  box.onchange = () => {
    address.set(key, box.value);
    location.search = address;
  };
  const whole = element("label", `${label} `);
  whole.append(box);
  document.querySelector("form").append(whole);
}

async function choose(board) {
  for (const variable of board.templating.list.filter((one) => one.type === "query")) {
    const found = await choices(variable);
    const asked = address.get(variable.name);
    chosen[variable.name] = asked ?? (variable.includeAll ? kEvery : found.at(-1) ?? "0");
    if (variable.hide === 2) { continue; }
    const options = [...(variable.includeAll ? [[kEvery, "All"]] : []), ...found.map((one) => [one, one])];
    select(variable.label, variable.name, options, chosen[variable.name]);
  }
  if (!address.has("from")) { select("Last", "span", Object.entries(kSpans), address.get("span") ?? "3600"); }
}

// Numbers and names ---------------------------------------------------------------------------------------------------

function round(value) {
  return Number(value.toPrecision(3)).toString();
}

function shown(value, unit) {
  if (!Number.isFinite(value)) { return "-"; }
  const size = Math.abs(value);
  if (unit === "percentunit") { return `${round(value * 100)} %`; }
  if (unit === "s" && size > 0 && size < 0.001) { return `${round(value * 1e6)} us`; }
  if (unit === "s" && size > 0 && size < 1) { return `${round(value * 1000)} ms`; }
  if (unit === "s" && size >= 7200) { return `${round(value / 3600)} h`; }
  if (unit === "s") { return `${round(value)} s`; }
  const big = [[1e9, "G"], [1e6, "M"], [1e3, "k"]].find(([least]) => size >= least);
  const number = big ? `${round(value / big[0])} ${big[1]}` : round(value);
  return unit === "bytes" ? `${number}B` : unit === "Bps" ? `${number}B/s` : unit === "ops" ? `${number}/s` : number;
}

function nameOf(target, labels) {
  return (target.legendFormat || "{{target}}").replace(/\{\{(\w+)\}\}/g, (_, key) => labels[key] ?? "");
}

const inWords = (panel, value) => panel.fieldConfig.defaults.mappings?.[0].options[value]?.text;

// Panels --------------------------------------------------------------------------------------------------------------

async function drawStat(panel, body) {
  const series = await range(panel.targets[0].expr);
  if (!series.length) { return nothing(body); }
  const end = (one) => one.values.at(-1)[0];
  const latest = series.reduce((one, other) => (end(other) > end(one) ? other : one));
  const value = Number(latest.values.at(-1)[1]);
  const text = panel.options.textMode === "name" ? nameOf(panel.targets[0], latest.metric)
    : inWords(panel, value) ?? shown(value, panel.fieldConfig.defaults.unit);
  body.append(element("div", text, { class: "stat" }));
}

async function drawTable(panel, body) {
  const rows = new Map();
  const columns = new Set();
  for (const target of panel.targets) {
    for (const { metric, values } of await range(target.expr)) {
      const key = JSON.stringify(metric);
      const row = rows.get(key) ?? { ...metric };
      if (panel.targets.length > 1) { row[target.legendFormat] = round(Number(values.at(-1)[1])); }
      rows.set(key, row);
      Object.keys(row).forEach((column) => columns.add(column));
    }
  }
  if (!rows.size) { return nothing(body); }
  const table = element("table");
  const head = table.insertRow();
  columns.forEach((column) => head.append(element("th", column, { scope: "col" })));
  for (const row of rows.values()) {
    const line = table.insertRow();
    columns.forEach((column) => line.append(element("td", row[column] ?? "")));
  }
  body.setAttribute("tabindex", "0");
  body.append(table);
}

function times() {
  const first = Math.floor(from);
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, i) => first + i * step);
}

/// The values of a series at each of `at`, with null where it has none.
function placed(values, at) {
  const of = new Map(values.map(([time, value]) => [Math.round((time - at[0]) / step), Number(value)]));
  return at.map((_, i) => (Number.isFinite(of.get(i)) ? of.get(i) : null));
}

function marksOn(marks, colour) {
  return { hooks: { draw: [(plot) => {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.fillStyle = ctx.strokeStyle = colour;
    ctx.globalAlpha = 0.6;
    ctx.textAlign = "left";
    let free = bbox.left; // Where the latest text ends: a later one is left out rather than written over it.
    for (const mark of marks) {
      const x = Math.round(plot.valToPos(mark.at, "x", true));
      if (x < bbox.left || x > bbox.left + bbox.width) { continue; }
      ctx.fillRect(x, bbox.top, 1, bbox.height);
      if (x < free) { continue; }
      ctx.fillText(mark.text, x + 3, bbox.top + 10);
      free = x + 9 + ctx.measureText(mark.text).width;
    }
    ctx.restore();
  }] } };
}

async function drawLines(panel, body, marks) {
  const at = times();
  const lines = [];
  for (const target of panel.targets) {
    for (const { metric, values } of await range(target.expr)) {
      lines.push({ label: nameOf(target, metric), values: placed(values, at) });
    }
  }
  const seen = lines.filter((line) => line.values.some((value) => value !== null));
  const kept = seen.filter((line) => line.values.some((value) => value !== 0 && value !== null));
  const drawn = (kept.length ? kept : seen.slice(0, 1));
  if (!drawn.length) { return nothing(body); }
  const style = getComputedStyle(document.body);
  const soft = style.getPropertyValue("--soft");
  const grid = { stroke: style.getPropertyValue("--line"), width: 1 };
  const unit = panel.fieldConfig.defaults.unit;
  const legend = element("div", "", { class: "legend" });
  drawn.forEach((line, i) => {
    const dot = element("b");
    dot.style.background = kColours[i % kColours.length];
    legend.append(dot, line.label);
  });
  body.append(element("div"), legend);
  new uPlot({
    width: body.clientWidth, height: body.clientHeight - legend.clientHeight - 4, legend: { show: false },
    plugins: [marksOn(marks, soft)],
    scales: {
      x: { range: [from, to] },
      y: { range: (_, least, most) => [Math.min(0, least), most > 0 ? most * 1.05 : 1] },
    },
    axes: [
      { stroke: soft, grid },
      { stroke: soft, grid, size: 64, values: (_, all) => all.map((value) => shown(value, unit)) },
    ],
    series: [{}, ...drawn.map((line, i) => ({ label: line.label, stroke: kColours[i % kColours.length], width: 1.5,
                                              points: { show: false } }))],
  }, [at, ...drawn.map((line) => line.values)], body.firstChild);
  name_canvas(body, panel, drawn.map((line) => line.label));
}

function name_canvas(body, panel, labels) {
  const canvas = body.querySelector("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${panel.title}: ${labels.join(", ")}`);
}

/// Buckets of a histogram, which hold all that is below them, as what lies between two of them.
async function drawHeat(panel, body, marks) {
  const at = times();
  const series = (await range(panel.targets[0].expr)).map(({ metric, values }) => (
    { bound: Number(metric.le.replace("+Inf", "Infinity")), values: placed(values, at) }));
  series.sort((one, other) => one.bound - other.bound);
  const cells = series.map((one, i) => one.values.map((v, j) => Math.max(0, v - (i ? series[i - 1].values[j] : 0))));
  const most = Math.max(0, ...cells.flat());
  if (most === 0) { return nothing(body); }
  const rows = cells.map((row, i) => ({ row, bound: series[i].bound })).filter(({ row }, i) => (
    [i - 1, i, i + 1].some((n) => cells[n]?.some((v) => v > 0))));
  const canvas = element("canvas");
  const ratio = devicePixelRatio;
  const [width, height, left] = [body.clientWidth, body.clientHeight - 4, 64];
  Object.assign(canvas, { width: width * ratio, height: height * ratio });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  body.append(canvas);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const tall = height / rows.length;
  const wide = (width - left) / at.length;
  pen.fillStyle = getComputedStyle(document.body).getPropertyValue("--soft");
  pen.textAlign = "right";
  rows.forEach(({ row, bound }, i) => {
    const top = height - (i + 1) * tall;
    if (tall > 9 || i % 2 === 0) {
      pen.fillText(Number.isFinite(bound) ? `<= ${shown(bound, "s")}` : "longer", left - 6, top + tall / 2 + 3);
    }
    pen.save();
    pen.fillStyle = kColours[1];
    row.forEach((value, j) => {
      pen.globalAlpha = value > 0 ? 0.2 + 0.8 * Math.sqrt(value / most) : 0;
      pen.fillRect(left + j * wide, top, wide + 0.5, tall - 1);
    });
    pen.restore();
  });
  for (const mark of marks) { pen.fillRect(left + ((mark.at - from) / (to - from)) * (width - left), 0, 1, height); }
  name_canvas(body, panel, ["how many, by time and by size"]);
}

function nothing(body) {
  body.append(element("div", "nothing yet", { class: "nothing" }));
}

const kDraw = { stat: drawStat, table: drawTable, timeseries: drawLines, heatmap: drawHeat };

async function draw(panel, marks) {
  const { x, y, w, h } = panel.gridPos;
  const box = panel.type === "row" ? element("h2", panel.title) : element("section", "", { "data-panel": panel.id });
  box.style.gridArea = `${y + 1} / ${x + 1} / span ${h} / span ${w}`;
  document.querySelector("main").append(box);
  if (panel.type === "row") { return; }
  const title = element("h3", panel.title, { title: panel.description });
  const link = panel.links[0];
  const [, board, id] = link.url.match(/weir-([\w-]+)\?viewPanel=(\d+)/);
  const kept = new URLSearchParams(address);
  kept.set("board", board);
  title.append(element("a", link.title, { href: `?${kept}#${id}` }));
  box.id = panel.id;
  const body = element("div", "", { class: "body" });
  box.append(title, body);
  try {
    await kDraw[panel.type](panel, body, marks);
  } catch (error) {
    body.append(element("div", `not drawn: ${error.message}`, { class: "error" }));
  }
  box.dataset.drawn = body.querySelector(".error") ? "failed" : body.querySelector(".nothing") ? "nothing" : "yes";
}

async function marksOf(board) {
  const found = [];
  for (const one of board.annotations.list.filter((other) => other.expr)) {
    for (const { metric, values } of await range(one.expr)) {
      const text = one.titleFormat.replace(/\{\{(\w+)\}\}/g, (_, key) => metric[key] ?? "");
      found.push(...[...new Set(values.map(([, at]) => Number(at) / 1000))].map((at) => ({ at, text })));
    }
  }
  return found.sort((one, other) => one.at - other.at);
}

async function main() {
  for (const [key, title] of Object.entries(kBoards)) {
    const kept = new URLSearchParams(address);
    kept.set("board", key);
    const link = element("a", title, { href: `?${kept}` });
    if (key === name) { link.setAttribute("aria-current", "page"); }
    document.querySelector("nav").append(link);
  }
  const board = await (await fetch(`/dashboards/${name}.json`)).json();
  await choose(board);
  const marks = await marksOf(board);
  for (const panel of board.panels) { await draw(panel, marks); }
  document.body.dataset.done = "yes";
}

main();
