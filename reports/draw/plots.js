// Draws what stands in #data on the figures of the page with uPlot: over time, with the cursors linked and the phases
// drawn in, or over the share of what was measured, with known cut-offs drawn in. How long calls took over time is a
// heat map.
"use strict";

const kHeight = 240;
const kAlong = "seconds since the start";
const kFromZero = { min: { soft: 0, mode: 1 }, max: { pad: 0.1, soft: 1e-9, mode: 2 } };
const kStrokes = {
  light: ["#0b57b0", "#b3191f", "#0f6b34", "#7d5000", "#6a3fb5", "#00696f", "#8a2f6b", "#555c66"],
  dark: ["#8ab8ff", "#ff8f8a", "#6fdc98", "#f2c14e", "#c3a6ff", "#6fd6dd", "#f09ad0", "#a9b1bc"],
};
const darkMode = matchMedia("(prefers-color-scheme: dark)");

// A canvas knows nothing of the colours of the page around it.
function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

function readable(value) {
  if (value === null || value === undefined) { return "-"; }
  if (Math.abs(value) >= 1000) { return Math.round(value).toLocaleString("en"); }
  return String(Number(value.toPrecision(3)));
}

function marks(plot, figure) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour("--dim");
  ctx.fillStyle = colour("--text");
  ctx.font = `${11 * devicePixelRatio}px sans-serif`;
  ctx.textAlign = "left";  // uPlot leaves that of its axes.
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  const ends = [];  // Of what is written in each line: names of short phases stand below each other.
  for (const mark of figure.marks) {
    const axis = mark.axis;
    const at = plot.valToPos(mark.at, axis, true);
    const begin = axis === "x" ? bbox.left - 1 : bbox.top;
    if (at < begin || at > begin + (axis === "x" ? bbox.width + 1 : bbox.height)) { continue; }
    ctx.beginPath();
    if (axis === "x") {
      ctx.moveTo(at, bbox.top);
      ctx.lineTo(at, bbox.top + bbox.height);
      const free = ends.findIndex((end) => end < at);
      const row = free < 0 ? ends.length : free;
      ends[row] = at + ctx.measureText(mark.name).width + 8 * devicePixelRatio;
      ctx.fillText(mark.name, at + 4, bbox.top + 12 * devicePixelRatio * (row + 1));
    } else {
      ctx.moveTo(bbox.left, at);
      ctx.lineTo(bbox.left + bbox.width, at);
      ctx.fillText(mark.name, bbox.left + 4, at - 4);
    }
    ctx.stroke();
  }
  ctx.restore();
}

function axis(label, size) {
  return {
    label, size, stroke: colour("--text"), labelSize: 20,
    grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 },
    values: (plot, splits) => splits.map((value) => (value === null ? "" : readable(value))),
  };
}

const fits = (place) => Math.max(200, place.clientWidth);

function drawLines(place, figure, times) {
  const strokes = kStrokes[darkMode.matches ? "dark" : "light"];
  const x = figure.x ?? times;
  const series = figure.series.map((one, i) => ({
    label: one.name, stroke: strokes[i % strokes.length], width: 1.5, points: { show: x.length < 2 },
    value: (plot, value) => readable(value),
  }));
  return new uPlot(
    {
      width: fits(place), height: kHeight,
      cursor: figure.x ? {} : { sync: { key: "time" } },
      scales: { x: { time: false }, y: figure.log ? { distr: 3 } : { range: kFromZero } },
      axes: [axis(figure.x ? figure.across : kAlong, 44), axis(figure.unit, 64)],
      series: [{ label: figure.x ? "share" : "s", value: (plot, value) => readable(value) }, ...series],
      hooks: { draw: [(plot) => marks(plot, figure)] },
    },
    [x, ...figure.series.map((one) => one.values)], place);
}

// Seconds at which a row begins.
const boundOf = (heat) => (row) => 2 ** (row / heat.rows_per_octave) / 1e9;

// Cells of a column stand for the time up to its own; what holds more is less transparent, by the logarithm.
function cells(plot, heat) {
  const { ctx, bbox } = plot;
  const bound = boundOf(heat);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = kStrokes[darkMode.matches ? "dark" : "light"][0];
  heat.columns.forEach((column, i) => {
    const left = plot.valToPos(heat.at[i] - heat.widths[i], "x", true);
    const right = plot.valToPos(heat.at[i], "x", true);
    for (let j = 0; j < column.length; j += 2) {
      const [row, count] = [column[j], column[j + 1]];
      const bottom = plot.valToPos(bound(row), "y", true);
      const top = plot.valToPos(bound(row + 1), "y", true);
      ctx.globalAlpha = 0.2 + 0.8 * Math.log1p(count) / Math.log1p(heat.most);
      ctx.fillRect(left, top, Math.max(1, right - left), Math.max(1, bottom - top));
    }
  });
  ctx.restore();
}

function drawHeat(place, figure) {
  const heat = figure.heat;
  const bound = boundOf(heat);
  const counts = heat.columns.map((column) => column.reduce((sum, one, j) => sum + (j % 2 ? one : 0), 0));
  return new uPlot(
    {
      width: fits(place), height: kHeight, cursor: { sync: { key: "time" } },
      scales: {
        x: { time: false, range: [heat.at[0] - heat.widths[0], heat.at.at(-1)] }, calls: { range: [0, 1] },
        y: { distr: 3, range: [bound(heat.lowest - 1), bound(heat.highest + 2)] },
      },
      axes: [axis(kAlong, 44), axis(figure.unit, 64)],
      series: [
        { label: "s", value: (plot, value) => readable(value) },
        { label: "calls", scale: "calls", paths: () => null, points: { show: false },
          stroke: kStrokes[darkMode.matches ? "dark" : "light"][0], value: (plot, value) => readable(value) },
      ],
      hooks: { draw: [(plot) => cells(plot, heat), (plot) => marks(plot, figure)] },
    },
    [heat.at, counts], place);
}

// What is drawn at the moment; live.js adds to it while a run goes on.
const shown = { data: { seconds: [], figures: {} }, plots: [] };

function drawPage() {
  for (const { plot } of shown.plots) { plot.destroy(); }
  shown.plots = [];
  if (typeof uPlot === "undefined") { return; }
  for (const place of document.querySelectorAll("[data-plot]")) {
    const figure = shown.data.figures[place.dataset.plot];
    place.replaceChildren();
    const plot = figure.heat ? drawHeat(place, figure) : drawLines(place, figure, shown.data.seconds);
    shown.plots.push({ place, plot, figure });
  }
}

function readPage() {
  shown.data = JSON.parse(document.getElementById("data").textContent);
  drawPage();
}

readPage();
darkMode.addEventListener("change", drawPage);
addEventListener("resize", () => {
  for (const { place, plot } of shown.plots) { plot.setSize({ width: fits(place), height: kHeight }); }
});
