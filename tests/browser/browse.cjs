/* Opens pages in a browser that has no network, and watches what they try. */
"use strict";

const assert = require("node:assert/strict");
const path = require("node:path");
const { chromium } = require("playwright-core");

const ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
];

const launch = () => chromium.launch({
    executablePath: "/usr/bin/chromium", args: ARGUMENTS, timeout: 100000,
});

const main = async (checks, [check, file]) => {
    const browser = await launch();
    try {
        const page = await browser.newPage({
            bypassCSP: check === "accessible", // axe is a script that the page does not know
            javaScriptEnabled: check !== "plain",
        });
        page.setDefaultTimeout(60000);
        const complaints = [];
        page.on("console", (message) => complaints.push(message.text()));
        page.on("pageerror", (error) => complaints.push(error.message));
        page.on("dialog", (dialog) => {
            complaints.push(`a dialog: ${dialog.message()}`);
            dialog.dismiss();
        });
        page.on("request", (request) => {
            if (!/^(file|data):/.test(request.url())) complaints.push(`asks for ${request.url()}`);
        });
        await page.goto(`file://${path.resolve(file).split("/").map(encodeURIComponent).join("/")}`);
        await checks[check](page);
        assert.deepEqual(complaints, []);
    } finally {
        await browser.close();
    }
};

// Performs the check that the command line names, with the page that it names.
const browse = (checks) => {
    main(checks, process.argv.slice(2)).catch((error) => {
        console.error(error.message);
        process.exitCode = 1;
    });
};

// What axe has to complain of.
const complaintsOfAxe = async (page) => {
    await page.evaluate(require("axe-core").source);
    const { violations } = await page.evaluate(() => window.axe.run(document));
    return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
};

// Nothing runs off to the side, however narrow the window or large the type.
const narrow = async (page) => {
    for (const width of [320, 640, 1280, 2560]) {
        await page.setViewportSize({ width, height: 600 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${wide} in a window of ${width}`);
    }
};

module.exports = { launch, browse, complaintsOfAxe, narrow };
