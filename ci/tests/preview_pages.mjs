// Opens the preview of each dashboard in a real Chromium and demands that every panel is drawn, that nothing is said on
// the console, and nothing above minor by axe-core. Prints {problems: [...], panels: N}.
//
//   node ci/tests/preview_pages.mjs SCREENSHOT-FOLDER URL QUERY BOARD ...
import { createRequire } from "node:module";
import path from "node:path";
import { readFileSync } from "node:fs";

const require = createRequire(new URL("../node/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [folder, url, query, ...boards] = process.argv.slice(2);
const problems = [];
let panels = 0;

async function look(browser, board, colorScheme) {
  const say = (text) => problems.push(`${board}, ${colorScheme}: ${text}`);
  const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) { say(`console: ${message.text()}`); }
  });
  page.on("pageerror", (error) => say(`script: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:")) { say(`asked for ${request.url()}`); }
  });
  await page.goto(`${url}?board=${board}&${query}`);
  await page.waitForFunction(() => document.body.dataset.done, null, { timeout: 60_000 });
  const found = await page.$$eval("section", (all) => all.map((one) => (
    { title: one.querySelector("h3").firstChild.textContent, drawn: one.dataset.drawn, text: one.innerText })));
  for (const panel of found.filter((one) => one.drawn !== "yes")) { say(`${panel.title}: ${panel.text}`); }
  panels += found.length;
  await page.evaluate(axe);
  const judged = await page.evaluate(() => axe.run());
  for (const one of judged.violations.filter((other) => other.impact !== "minor")) {
    say(`axe: ${one.impact} ${one.id}: ${one.nodes[0].html.slice(0, 160)}`);
  }
  await page.screenshot({ path: path.join(folder, `preview-${board}-${colorScheme}.png`), fullPage: true });
  await context.close();
}

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
               "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
for (const board of boards) { await look(browser, board, "light"); }
await look(browser, boards.at(-1), "dark");
await browser.close();
console.log(JSON.stringify({ problems, panels }));
