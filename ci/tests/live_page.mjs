// Opens the page of a run that goes on in a real Chromium, and demands that it changes while the run goes on, that a
// reload loses nothing, that nothing stands on the console, nothing above minor from axe-core, and that at the end it
// is the report. Prints a line of JSON once the run may end, and another one of what it saw: {problems: [...], report:
// TEXT, ...}.
//
//   node ci/tests/live_page.mjs URL SCREENSHOT.png
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(new URL("../node/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [url, screenshot] = process.argv.slice(2);
const problems = [];
const kPatience = { timeout: 60000 };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
page.on("console", (message) => {
  if (["error", "warning"].includes(message.type())) { problems.push(`console: ${message.text()}`); }
});
page.on("pageerror", (error) => problems.push(`script: ${error.message}`));
page.on("request", (request) => {
  if (!request.url().startsWith(url) && !request.url().startsWith("data:")) {
    problems.push(`asked for ${request.url()}`);
  }
});
let report = null;
page.on("response", (response) => {
  if (response.url() === url) { report = response; }
});

const points = () => page.evaluate(() => shown.data.seconds.length);
const grows = (from) => page.waitForFunction((least) => shown.data.seconds.length > least, from, kPatience);

await page.goto(url);
const begun = await page.textContent(".verdict");
await page.waitForFunction(() => document.querySelectorAll("[data-plot] canvas").length > 0, undefined, kPatience);
const status = await page.textContent("#live");
await grows((await points()) + 2);
if ((await page.textContent("#live")) === status) { problems.push("it does not say what the run is at"); }
const open = await page.evaluate(
  () => shown.data.figures.streams.series.find((series) => series.name === "open").values.at(-1));
const before = await points();
await page.reload();
await page.waitForFunction(() => document.querySelectorAll("[data-plot] canvas").length > 0, undefined, kPatience);
if ((await points()) < before) { problems.push(`after a reload ${await points()} of ${before} points are left`); }
await grows(await points());
const whole = await page.evaluate(
  () => live.recent.every((one, i, all) => i === 0 || one.id === all[i - 1].id + 1));
if (!whole) { problems.push("events are missing between two that came"); }
await page.screenshot({ path: screenshot });
await page.evaluate(axe);
const judged = await page.evaluate(() => axe.run());
for (const one of judged.violations.filter((other) => other.impact !== "minor")) {
  problems.push(`axe: ${one.impact} ${one.id}: ${one.nodes[0].html.slice(0, 160)}`);
}
console.log(JSON.stringify({ begun, open, points: await points() }));
const isOver = () => !["RUNNING", undefined].includes(document.querySelector(".verdict")?.textContent);
await page.waitForFunction(isOver, undefined, kPatience);
const ended = await page.textContent(".verdict");
if (await page.locator("#live").count()) { problems.push("the report still says that the run goes on"); }
console.log(JSON.stringify({ problems, ended, report: await report.text() }));
await browser.close();
