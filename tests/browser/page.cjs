/*
 * Clicks and types in a page as a person does, and looks at what it then shows.
 *
 *   node page.cjs CHECK PAGE      (NODE_PATH: where playwright-core and axe-core are)
 *
 * Prints what is wrong; status 1 if anything is.
 */
"use strict";

const assert = require("node:assert/strict");
const { browse, complaintsOfAxe, narrow } = require("./browse.cjs");

const at = (page) => page.inputValue("#scrubber").then(Number);
const last = (page) => page.getAttribute("#scrubber", "max").then(Number);
const nodes = (page) => page.evaluate(() => document.getElementsByTagName("*").length);
const screen = (page) => page.innerText("#screen").then((text) => text.trimEnd());
const states = (page) =>
    page.$$eval("#lives tr", (rows) =>
        Object.fromEntries(rows.map((row) => [
            row.children[0].textContent, row.children[2].textContent])));

const checks = {
    // tests/golden/tutorial/zombie.json
    async keys(page) {
        await page.focus("#scrubber");
        assert.equal(await at(page), 1);
        for (const [key, event] of [
            ["ArrowRight", 2], ["ArrowRight", 3], ["ArrowLeft", 2], ["PageUp", 7], ["PageUp", 10],
            ["PageDown", 7], ["ArrowRight", 8], ["PageDown", 7], ["PageDown", 1], ["End", 29], ["ArrowRight", 29], ["Home", 1], ["ArrowLeft", 1],
        ]) {
            await page.keyboard.press(key);
            assert.equal(await at(page), event, key);
        }
        assert.equal(await page.getAttribute("#scrubber", "aria-valuetext"), "event 1 of 29");
        assert.equal(await page.innerText("#now"), "0.000 s parent starts");
        assert.equal(await page.getAttribute("#now", "aria-live"), "polite");
        // From the body, too, but not out of a field, nor with a modifier.
        await page.evaluate(() => document.activeElement.blur());
        await page.keyboard.press("ArrowRight");
        assert.equal(await at(page), 2);
        await page.focus("#sought");
        await page.keyboard.type("p");
        await page.keyboard.press("ArrowLeft");
        assert.equal(await at(page), 2);
        await page.focus("#next");
        await page.keyboard.press("Control+ArrowRight");
        assert.equal(await at(page), 2);
        await page.keyboard.press("Enter");
        assert.equal(await at(page), 3);
        // The list: arrows move in it, Enter chooses.
        await page.focus("#list");
        await page.keyboard.press("End");
        assert.equal(await page.getAttribute("#list", "aria-activedescendant"), "option-29");
        assert.equal(await at(page), 3);
        await page.keyboard.press("ArrowUp");
        await page.keyboard.press("Enter");
        assert.equal(await at(page), 28);
        assert.equal(await page.getAttribute("#option-28", "aria-selected"), "true");
    },

    async clicks(page) {
        await page.click("#next");
        assert.equal(await at(page), 2);
        await page.click("#last");
        assert.equal(await at(page), 29);
        await page.click("#previous");
        await page.click("#first");
        assert.equal(await at(page), 1);
        await page.click("#option-3");
        assert.equal(await at(page), 3);
        // Evidence of an expectation, and back in sight of what it shows.
        await page.click('#expectations a[href="#event-22"]');
        assert.equal(await at(page), 22);
        assert.equal(await page.evaluate(() => document.activeElement.id), "scrubber");
        await page.click('#timeline [data-n="3"] circle');
        assert.equal(await at(page), 3);
        await page.fill("#sought", "REAPS CHILD");
        await page.click("#find");
        assert.match(await page.innerText("#now"), /reaps child/);
        await page.fill("#sought", "no such thing");
        await page.keyboard.press("Enter");
        assert.equal(await page.innerText("#found"), "not found: no such thing");
    },

    // What is shown belongs to the chosen event, whichever way one came there.
    async shows(page) {
        const seen = {};
        const look = async () => {
            const event = await at(page);
            const shown = JSON.stringify([await screen(page), await page.innerHTML("#lives"),
                await page.innerText("#now"), await page.innerText("#census")]);
            if (event in seen) assert.equal(shown, seen[event], `event ${event}`);
            seen[event] = shown;
        };
        await look();
        while (await at(page) < await last(page)) {
            await page.keyboard.press("ArrowRight");
            await look();
        }
        while (await at(page) > 1) {
            await page.keyboard.press("ArrowLeft");
            await look();
        }
        await page.evaluate(() => { location.hash = "#event-23"; });
        await page.waitForFunction(() => document.getElementById("scrubber").value === "23");
        await look();
        assert.deepEqual(await states(page), { parent: "running", child: "zombie" });
        assert.match(await page.innerText("#lives"), /SIGKILL; not reaped/);
        assert.equal(await page.innerText("#terminal .when"), "after event 23, at 5.000 s");
        assert.equal((await screen(page)).split("\n").length, 6);
        await page.click("#next");
        assert.match(await screen(page), /Z child <defunct>$/);
        assert.equal(await page.locator("#screen .new").count(), 3);
    },

    async plays(page) {
        await page.selectOption("#speed", "4");
        await page.focus("#scrubber");
        await page.keyboard.press("p");
        assert.equal(await page.getAttribute("#now", "aria-live"), "off");
        assert.equal((await page.innerText("#play")).trim(), "Pause");
        await page.waitForFunction(() => Number(document.getElementById("scrubber").value) > 3);
        await page.keyboard.press("p");
        const stopped = await at(page);
        assert.equal((await page.innerText("#play")).trim(), "Play");
        assert.equal(await page.getAttribute("#now", "aria-live"), "polite");
        await page.waitForTimeout(400);
        assert.equal(await at(page), stopped);
        await page.click("#last");
        await page.click("#previous");
        await page.click("#play");
        await page.waitForFunction(() => document.getElementById("play").innerText.trim() === "Play");
        assert.equal(await at(page), await last(page));
    },

    async accessible(page) {
        for (const colorScheme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme });
            for (const event of [1, 7]) {
                await page.evaluate((number) => { location.hash = `#event-${number}`; }, event);
                assert.deepEqual(await complaintsOfAxe(page), [], `${colorScheme}, event ${event}`);
            }
        }
    },

    // A page of thousands of events stays as light as one of a hundred.
    async light(page) {
        const count = await last(page);
        assert.ok(count >= 5000, `only ${count} events`);
        const most = await page.evaluate(() => {
            const scrubber = document.getElementById("scrubber");
            let found = 0;
            for (let event = 1; event <= Number(scrubber.max); event += event % 10 === 0 ? 9 : 1) {
                scrubber.value = String(event);
                scrubber.dispatchEvent(new Event("input"));
                found = Math.max(found, document.getElementsByTagName("*").length);
            }
            return found;
        });
        assert.ok(most < 4000, `${most} elements`);
        await page.focus("#scrubber");
        await page.keyboard.press("End");
        assert.equal(await at(page), count);
        assert.equal(await page.locator(`#option-${count}[aria-selected=true]`).count(), 1);
        await page.focus("#list");
        await page.keyboard.press("Home");
        await page.keyboard.press("Enter");
        assert.equal(await at(page), 1);
        // Scrolled to by hand.
        await page.evaluate(() => { document.getElementById("list").scrollTop = 1e9; });
        // It stays there when the page around it grows.
        await page.click("#keys summary");
        await page.evaluate(() => new Promise((done) => {
            requestAnimationFrame(() => requestAnimationFrame(done));
        }));
        await page.click(`#option-${count}`);
        assert.equal(await at(page), count);
        assert.ok(await nodes(page) < 4000);
    },

    async crowd(page) {
        await page.focus("#scrubber");
        await page.keyboard.press("End");
        assert.ok(await page.locator("#lives tr").count() <= 100);
        assert.match(await page.innerText("#page"), /^1 to 100 of 251$/);
        await page.click("#later");
        await page.click("#later");
        await page.click("#later");
        assert.match(await page.innerText("#page"), /^201 to 251 of 251$/);
        await page.click("#earlier");
        assert.match(await page.innerText("#page"), /^101 to 200 of 251$/);
    },

    // tests/page/odd.json: hostile names, titles and output.
    async odd(page) {
        const line = (number) => page.innerText(`#screen .line:nth-child(${number})`);
        await page.evaluate(() => { location.hash = "#event-7"; });
        await page.waitForFunction(() => document.getElementById("scrubber").value === "7");
        assert.match(await line(1), /^red green bg orange true reverse under <script>alert/);
        assert.equal((await line(2)).trim(), "progress 100%");
        const color = (index) => page.$eval(`#screen .line span:nth-of-type(${index})`,
            (span) => getComputedStyle(span).color);
        assert.equal(await color(3), "rgb(255, 136, 0)");
        assert.equal(await page.$eval("#screen .wide", (span) => span.textContent), "中文");
        assert.equal(await page.$eval("#screen .symbol", (span) => span.textContent), "🎉");
        const [wide, narrow] = await page.$$eval("#screen .line", (lines) =>
            lines.slice(2, 4).map((element) => {
                const range = document.createRange();
                range.setStart(element, 0);
                const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
                for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                    const bar = node.data.indexOf("|");
                    if (bar >= 0) range.setEnd(node, bar);
                }
                return range.getBoundingClientRect().width;
            }));
        assert.ok(Math.abs(wide - narrow) < 2, `${wide} and ${narrow} pixels`);
        await page.keyboard.press("ArrowLeft");
        await page.keyboard.press("ArrowLeft");
        assert.equal((await line(2)).trim(), "progress 50%");
        assert.equal(await page.locator("#title, script[src], b").count(), 0);
        await page.emulateMedia({ media: "print" });
        await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
        assert.equal(await page.locator("#paper tbody tr").count(), 11);
        await page.evaluate(() => dispatchEvent(new Event("afterprint")));
        assert.equal(await page.locator("#paper *").count(), 0);
    },

    narrow,

    // Without scripts: a report.
    async plain(page) {
        assert.ok(await page.isHidden("#player"));
        assert.match(await page.innerText("#terminal pre"), /Z child <defunct>/);
        assert.equal(await page.locator("#events tbody tr").count(), 29);
        assert.match(await page.innerText("#processes tbody"), /SIGKILL; reaped by parent/);
        assert.equal(await page.locator("#expectations li.holds").count() > 0, true);
        await page.click('#expectations a[href="#event-22"]');
        assert.ok(await page.locator("#event-22").isVisible());
    },
};

browse(checks);
