// Draws what stands in #data on the figures of the page with uPlot: over time, with the cursors linked and the phases
// drawn in, or over the share of what was measured, with known cut-offs drawn in.
"use strict";

const kHeight = 240;
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
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const mark of figure.marks) {
    const axis = mark.axis;
    const at = plot.valToPos(mark.at, axis, true);
    const begin = axis === "x" ? bbox.left - 1 : bbox.top;
    if (at < begin || at > begin + (axis === "x" ? bbox.width + 1 : bbox.height)) { continue; }
    ctx.beginPath();
    if (axis === "x") {
      ctx.moveTo(at, bbox.top);
      ctx.lineTo(at, bbox.top + bbox.height);
      ctx.fillText(mark.name, at + 4, bbox.top + 12 * devicePixelRatio);
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

function draw(place, figure, times) {
  const strokes = kStrokes[darkMode.matches ? "dark" : "light"];
  const x = figure.x ?? times;
  const series = figure.series.map((one, i) => ({
    label: one.name, stroke: strokes[i % strokes.length], width: 1.5, points: { show: x.length < 2 },
    value: (plot, value) => readable(value),
  }));
  place.replaceChildren();
  return new uPlot(
    {
      width: Math.max(200, place.clientWidth), height: kHeight,
      cursor: figure.x ? {} : { sync: { key: "time" } },
      scales: { x: { time: false }, y: figure.log ? { distr: 3 } : { range: kFromZero } },
      axes: [axis(figure.x ? figure.across : "seconds since the start", 44), axis(figure.unit, 64)],
      series: [{ label: figure.x ? "share" : "s", value: (plot, value) => readable(value) }, ...series],
      hooks: { draw: [(plot) => marks(plot, figure)] },
    },
    [x, ...figure.series.map((one) => one.values)], place);
}

function drawAll() {
  const data = JSON.parse(document.getElementById("data").textContent);
  const drawn = [];
  for (const place of document.querySelectorAll("[data-plot]")) {
    const figure = data.figures[place.dataset.plot];
    drawn.push([place, draw(place, figure, data.seconds)]);
  }
  return drawn;
}

if (typeof uPlot !== "undefined") {
  let drawn = drawAll();
  const again = () => {
    for (const [, plot] of drawn) { plot.destroy(); }
    drawn = drawAll();
  };
  darkMode.addEventListener("change", again);
  addEventListener("resize", () => {
    for (const [place, plot] of drawn) { plot.setSize({ width: Math.max(200, place.clientWidth), height: kHeight }); }
  });
}
