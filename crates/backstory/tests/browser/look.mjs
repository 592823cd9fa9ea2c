// Looks at pages in a real browser: node look.mjs CHROMIUM FOLDER PAGE.html…
//
// For each page, on a desktop and a phone, in light and dark, and on paper: pictures into FOLDER, and on standard output one
// line of JSON with what was found. Nothing is judged here.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [executablePath, folder, ...pages] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });

const looks = [
  ["desktop", { width: 1280, height: 900 }, "light"],
  ["desktop-dark", { width: 1280, height: 900 }, "dark"],
  ["phone", { width: 390, height: 844 }, "light"],
  ["phone-dark", { width: 390, height: 844 }, "dark"],
];

async function look(file) {
  const name = basename(file, ".html");
  const found = { page: name, console: [], requests: [], looks: {} };
  for (const [device, viewport, colorScheme] of looks) {
    // The page's own policy forbids foreign scripts; axe is let in past it, which changes nothing else.
    const context = await browser.newContext({ viewport, colorScheme, bypassCSP: true });
    const page = await context.newPage();
    page.on("console", (message) => found.console.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => found.console.push(`error: ${error.message}`));
    page.on("request", (request) => found.requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    await page.screenshot({ path: join(folder, `${name}-${device}.png`) });
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (device !== "phone-dark") {
      // Long pages are looked at in part.
      await page.setViewportSize({ width: viewport.width, height: Math.min(height, 6000) });
      await page.screenshot({ path: join(folder, `${name}-${device}-long.png`) });
    }
    await page.addScriptTag({ content: axe });
    const checked = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    const violations = checked.violations.map((v) => ({ id: v.id, impact: v.impact, nodes: v.nodes.slice(0, 3).map((n) => n.target.join(" ") + ": " + (n.any[0]?.message ?? n.failureSummary)) }));
    found.looks[device] = { height, wide, violations };
    await context.close();
  }

  // As a reader without the script gets it, under the page's own policy.
  const bare = await browser.newContext({ viewport: looks[0][1], javaScriptEnabled: false });
  const without = await bare.newPage();
  await without.goto(pathToFileURL(file).href);
  found.withoutScript = { text: (await without.locator("main").innerText()).length, filter: await without.locator(".filter").isVisible() };
  await bare.close();

  const context = await browser.newContext({ viewport: looks[0][1] });
  const page = await context.newPage();
  page.on("console", (message) => found.console.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => found.console.push(`error: ${error.message}`));
  page.on("request", (request) => found.requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  found.signals = await page.$$eval(".signal", (all) => all.map((s) => s.dataset.id));
  found.marks = await page.$$eval(".mark", (all) => all.length);
  found.text = await page.$eval("main", (main) => main.textContent);
  found.header = await page.$eval("header", (header) => header.textContent);
  found.scripts = await page.$$eval("script", (all) => all.length);
  found.links = await page.$$eval("[href], [src], [action]", (all) => all.map((e) => e.getAttribute("href") ?? e.getAttribute("src") ?? e.getAttribute("action")).filter((to) => !to.startsWith("#")));
  found.dangling = await page.$$eval('a[href^="#"]', (all) => all.map((a) => a.getAttribute("href")).filter((to) => !document.getElementById(to.slice(1))));
  found.odd = await page.$$eval("*", (all) => all.filter((e) => [...e.attributes].some((a) => a.name.startsWith("on") || a.name === "style")).length);

  // Every citation is reached by the keyboard alone, and opens.
  const cites = await page.$$eval(".said .cites > summary", (all) => all.length);
  await page.evaluate(() => { document.activeElement?.blur(); globalThis.scrollTo(0, 0); });
  let reached = 0, opened = 0, steps = 0;
  const most = (await page.$$eval("a, summary, button, select, input, [tabindex]", (all) => all.length)) + cites * 12 + 50;
  while (steps < most && reached < cites) {
    await page.keyboard.press("Tab");
    steps += 1;
    const here = await page.evaluate(() => {
      const at = document.activeElement;
      return at.matches(".said .cites > summary");
    });
    if (!here) continue;
    reached += 1;
    await page.keyboard.press("Enter");
    opened += await page.evaluate(() => (document.activeElement.parentElement.open && document.activeElement.parentElement.querySelector(".evidence, p").checkVisibility() ? 1 : 0));
    await page.keyboard.press("Enter");
  }
  found.keyboard = { cites, reached, opened };

  // The filter, and what a sentence lights.
  if (found.signals.length > 0) {
    await page.fill('.filter input[name="strength"]', "0.5").catch(() => {});
    await page.$eval('.filter input[name="strength"]', (input) => { input.value = "0.5"; input.dispatchEvent(new Event("input", { bubbles: true })); });
    found.filtered = await page.$$eval(".signal", (all) => all.filter((s) => s.checkVisibility()).map((s) => Number(s.dataset.strength)));
    await page.$eval('.filter input[name="strength"]', (input) => { input.value = "0"; input.dispatchEvent(new Event("input", { bubbles: true })); });
    const id = await page.$eval(".glance a, .mark", (a) => a.getAttribute("href"));
    await page.$eval(".glance a, .mark", (a) => a.focus());
    await page.keyboard.press("Enter");
    await page.waitForTimeout(50);
    found.opens = await page.$eval(id, (signal) => signal.open);
    await page.screenshot({ path: join(folder, `${name}-signal.png`) });
  }
  await page.pdf({ path: join(folder, `${name}.pdf`), format: "A4", margin: { top: "18mm", bottom: "18mm", left: "18mm", right: "18mm" } });
  await page.emulateMedia({ media: "print" });
  await page.screenshot({ path: join(folder, `${name}-print.png`) });
  await context.close();
  return found;
}

for (const file of pages) {
  console.log(JSON.stringify(await look(file)));
}
await browser.close();
