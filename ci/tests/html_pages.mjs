// Opens reports in a real Chromium, offline, and demands of each: what it must show, no error on the console, no
// request, no sideways scrolling on a telephone or a desk, dark colours where they are asked for, and nothing above
// minor from axe-core. Prints one JSON object: {problems: [...], pages: {file: facts}}.
//
//   node ci/tests/html_pages.mjs SCREENSHOT-FOLDER PAGE.html ...
import { createRequire } from "node:module";
import path from "node:path";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../node/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [folder, ...pages] = process.argv.slice(2);
const problems = [];
const facts = {};
const kViews = [
  { name: "desk", width: 1280, height: 900, colorScheme: "light" },
  { name: "desk-dark", width: 1280, height: 900, colorScheme: "dark" },
  { name: "telephone", width: 390, height: 844, colorScheme: "light" },
];

function brightness(colour) {
  const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
  return (red + green + blue) / 3;
}

async function factsOf(page) {
  return page.evaluate(() => ({
    verdict: document.querySelector(".verdict").textContent,
    articles: document.querySelectorAll("article").length,
    rows: document.querySelectorAll("[data-area]").length,
    plots: document.querySelectorAll("[data-plot] canvas").length,
    figures: document.querySelectorAll("figure").length,
    wanted: document.querySelectorAll("[data-plot]").length,
    heat: document.querySelectorAll('[data-plot="heat"] canvas').length,
    images: document.querySelectorAll("img").length,
    scrolls: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    back: getComputedStyle(document.body).backgroundColor,
  }));
}

async function filterWorks(page, rows) {
  await page.selectOption('select[name="verdict"]', { index: 1 });
  const shown = await page.locator("[data-area]:visible").count();
  await page.selectOption('select[name="verdict"]', "");
  return shown > 0 && shown < rows;
}

async function look(browser, file, view) {
  const context = await browser.newContext({
    offline: true, colorScheme: view.colorScheme, viewport: { width: view.width, height: view.height },
  });
  const page = await context.newPage();
  const say = (text) => problems.push(`${path.basename(file)}, ${view.name}: ${text}`);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) { say(`console: ${message.text()}`); }
  });
  page.on("pageerror", (error) => say(`script: ${error.message}`));
  page.on("dialog", (dialog) => {
    say(`a dialog opened: ${dialog.message()}`);
    dialog.dismiss();
  });
  const own = pathToFileURL(path.resolve(file)).href;
  page.on("request", (request) => {
    if (request.url() !== own && !request.url().startsWith("data:")) { say(`asked for ${request.url()}`); }
  });
  const begun = Date.now();
  await page.goto(own);
  const found = await factsOf(page);
  found.loaded_ms = Date.now() - begun;
  if (found.scrolls > 0) { say(`scrolls sideways by ${found.scrolls} px`); }
  if (found.images > 0) { say("an endpoint's text became an image"); }
  if (found.plots !== found.wanted) { say(`${found.plots} of ${found.wanted} plots were drawn`); }
  if (brightness(found.back) > 100 === (view.colorScheme === "dark")) { say(`the background is ${found.back}`); }
  if (found.rows > 1 && !(await filterWorks(page, found.rows))) { say("the filter does not filter"); }
  await page.evaluate(axe);
  const judged = await page.evaluate(() => axe.run());
  for (const one of judged.violations.filter((one) => one.impact !== "minor")) {
    say(`axe: ${one.impact} ${one.id}: ${one.nodes[0].html.slice(0, 160)}`);
  }
  await page.keyboard.press("Tab");
  found.focus = await page.evaluate(() => document.activeElement.tagName);
  facts[`${path.basename(file)} ${view.name}`] = found;
  const picture = path.join(folder, `${path.basename(file, ".html")}.${view.name}.png`);
  await page.screenshot({ path: picture, fullPage: true });
  await context.close();
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
for (const file of pages) {
  for (const view of kViews) { await look(browser, file, view); }
}
await browser.close();
console.log(JSON.stringify({ problems, facts }));
