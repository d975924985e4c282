// Follows a run that goes on: takes in each second as the server tells it, and the whole page anew now and then, for
// the tables and for what seconds alone do not tell. At the end the page is the report itself.
"use strict";

const kWholeEveryMs = 10000;
const kSoonestMs = 1000;
const kRecent = 60;

const live = { recent: [], renewing: false, renewed: performance.now(), wanted: false, ended: false, left: false };

const place = () => document.getElementById("live");

// False where the page has no line for something that happened: it began after the page was made.
function takeIn(second) {
  const { seconds, figures } = shown.data;
  const known = Object.entries(second.figures).every(([name, values]) =>
    figures[name] && Object.keys(values).every((one) => figures[name].series.some((series) => series.name === one)));
  const last = seconds.at(-1);
  if (last !== undefined && second.at <= last) { return known; }
  // A long run has several seconds in a point: one more second would be a point of another kind.
  if (seconds.length > 1 && second.at - last < 0.75 * (last - seconds.at(-2))) { return known; }
  seconds.push(second.at);
  for (const [name, figure] of Object.entries(figures)) {
    if (figure.x || figure.heat) { continue; }
    for (const series of figure.series) { series.values.push(second.figures[name]?.[series.name] ?? 0); }
  }
  return known;
}

function redraw() {
  for (const { plot, figure } of shown.plots) {
    if (figure.x || figure.heat) { continue; }
    plot.setData([shown.data.seconds, ...figure.series.map((one) => one.values)]);
  }
}

// For the report. Weir ends once it is served: who asks twice may be answered by nobody.
function leave() {
  if (live.left) { return; }
  live.left = true;
  location.reload();
}

async function renew() {
  live.renewing = true;
  live.wanted = false;
  try {
    const answer = await fetch("?live", { cache: "no-store" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!fresh.getElementById("live")) {
      live.ended = true;
      return;
    }
    const top = scrollY;
    for (const part of ["header", "main", "footer", "#data"]) {
      document.querySelector(part).replaceWith(fresh.querySelector(part));
    }
    document.title = fresh.title;
    copyButtons();
    readPage();
    const after = Number(place().dataset.after);
    for (const one of live.recent.filter((one) => one.id > after)) { takeIn(one.second); }
    redraw();
    scrollTo(0, top);
  } catch {
    place().textContent = "Weir does not answer: the page shows what was known until then";
  } finally {
    live.renewing = false;
    live.renewed = performance.now();
    if (live.ended) { leave(); }
  }
}

function renewWhereDue() {
  const since = performance.now() - live.renewed;
  const due = live.wanted ? since > kSoonestMs : since > kWholeEveryMs;
  if (due && !live.renewing && document.visibilityState === "visible") { renew(); }
}

function follow() {
  const source = new EventSource("events?after=" + place().dataset.after);
  source.addEventListener("second", (event) => {
    const second = JSON.parse(event.data);
    live.recent.push({ id: Number(event.lastEventId), second });
    live.recent.splice(0, live.recent.length - kRecent);
    place().textContent = second.status;
    live.wanted = !takeIn(second) || live.wanted;
    redraw();
    renewWhereDue();
  });
  source.addEventListener("missed", () => {
    live.wanted = true;
    renewWhereDue();
  });
  source.addEventListener("end", () => {
    source.close();
    live.ended = true;
    if (!live.renewing) { leave(); }
  });
  source.addEventListener("error", () => {
    place().textContent = "the connection to Weir is lost; it is asked again";
  });
  document.addEventListener("visibilitychange", renewWhereDue);
}

follow();
