// Mermaid itself, in Chromium, draws diagrams. The first that it does not understand ends it, with status 1.
//
//     node mermaid.cjs MERMAID.JS FILE…
//
// NODE_PATH leads to playwright-core.
"use strict";
const fs = require("fs");
const { launch } = require("./browse.cjs");

async function main([library, ...files]) {
    const browser = await launch();
    try {
        const page = await browser.newPage();
        await page.addScriptTag({ path: library });
        for (const file of files) {
            const wrong = await page.evaluate(async (text) => {
                try {
                    const { svg } = await mermaid.render("diagram", text);
                    return svg.includes("<svg") ? "" : "it draws nothing";
                } catch (error) {
                    return String(error);
                }
            }, fs.readFileSync(file, "utf8"));
            if (wrong) throw new Error(`${file}: ${wrong}`);
        }
    } finally {
        await browser.close();
    }
}

main(process.argv.slice(2)).catch((error) => {
    console.error(String(error.message || error));
    process.exit(1);
});
