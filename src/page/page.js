/*
 * Steps through a run. Everything that had to be understood was worked out when the page was
 * written: here it is looked up and shown. Events are counted from 0 in the data, and from 1 where
 * a person reads their number, as in the trace.
 */
"use strict";

(() => {
    const PAGE_OF_PROCESSES = 100; // rows that are shown at a time
    const ROWS_BEYOND = 10; // rows of the list that are made above and below what is seen
    const LEAST_PAUSE = 400; // milliseconds for an event, while playing
    const MOST_PAUSE = 3000; // however long the processes sleep
    const SVG = "http://www.w3.org/2000/svg";

    const run = JSON.parse(document.getElementById("run").textContent);
    const { events, processes, terminal, texts, words } = run;
    const count = events.time.length;
    let chosen = 0; // the event whose effects are shown

    const find = (id) => document.getElementById(id);
    const say = (word, ...values) =>
        words[word].replace(/\{(\d)\}/g, (_, index) => values[Number(index)]);
    const time = (index) => `${(Math.floor(events.time[index] / 1000) / 1000).toFixed(3)} s`;
    const between = (least, value, most) => Math.max(least, Math.min(value, most));

    // The first place in an ordered list whose value is greater.
    const placeAfter = (list, value, step = 1) => {
        let low = 0;
        let high = list.length / step;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (list[middle * step] <= value) low = middle + 1;
            else high = middle;
        }
        return low;
    };

    // The value that a series of pairs, event and value, has at an event.
    const valueAt = (series, index) => {
        const place = placeAfter(series, index, 2);
        return place > 0 ? series[place * 2 - 1] : undefined;
    };

    // The event that a series last changed with.
    const changedAt = (series, index) => {
        const place = placeAfter(series, index, 2);
        return place > 0 ? series[place * 2 - 2] : undefined;
    };

    const make = (name, className, text) => {
        const element = document.createElement(name);
        if (className) element.className = className;
        if (text !== undefined) element.textContent = text;
        return element;
    };

    const setText = (element, text) => {
        if (element.textContent !== text) element.textContent = text;
    };

    // ---- what happens ----

    const scrubber = find("scrubber");
    const now = find("now");

    const showNow = () => {
        now.replaceChildren(
            make("span", "time", time(chosen)), " ",
            make("bdi", "who", texts[events.who[chosen]]), " ",
            make("span", "what", texts[events.words[chosen]]));
        const place = say("event", chosen + 1, count);
        scrubber.value = String(chosen + 1);
        scrubber.setAttribute("aria-valuetext", place);
        setText(find("position"), place);
        for (const when of document.querySelectorAll(".when"))
            setText(when, say("after", chosen + 1, time(chosen)));
        for (const [id, off] of [["first", 0], ["previous", 0], ["next", count - 1], ["last", count - 1]])
            find(id).setAttribute("aria-disabled", String(chosen === off));
    };

    // ---- the terminal ----

    const screen = find("screen");
    const rows = Math.max(1, terminal.rows);
    let shownLooks = []; // of each line element
    let scrolled = 0; // lines that are above the screen's top
    let firstShown = 0; // the number of the line that the first element shows

    const lineOf = (number) => terminal.lines[number] ?? [];

    // What scrolled away stands above what the terminal shows, out of sight until one scrolls back.
    const scrollTerminal = () => {
        const view = screen.parentElement;
        const top = scrolled;
        const shown = screen.children.length;
        const height = screen.firstElementChild?.offsetHeight ?? 0;
        const padding = Math.max(0, rows - (shown - top)) * height;
        screen.style.paddingBottom = `${padding}px`;
        const begin = screen.offsetTop + top * height;
        const end = screen.offsetTop + shown * height;
        view.scrollTop = top === 0 && end < view.clientHeight ? 0
            : Math.max(begin - 4, end + 4 - view.clientHeight);
    };

    // Elements move along with their lines, so that a step touches only what is different.
    const scrollLines = (first) => {
        const by = first - firstShown;
        firstShown = first;
        if (Math.abs(by) >= screen.children.length) return;
        for (let i = 0; i < by; i++) screen.firstChild.remove();
        for (let i = 0; i > by; i--) screen.prepend(make("div", "line"));
        shownLooks = by > 0 ? shownLooks.slice(by) : [...Array(-by), ...shownLooks];
    };

    const showTerminal = () => {
        const top = valueAt(terminal.top, chosen);
        const first = Math.max(0, top - terminal.back);
        let end = Math.min(terminal.count, top + terminal.screen);
        while (end > top && !valueAt(lineOf(end - 1), chosen)) end--;
        const shown = end - first;
        scrollLines(first);
        while (screen.children.length > shown) screen.lastChild.remove();
        while (screen.children.length < shown) screen.append(make("div", "line"));
        shownLooks.length = shown;
        for (let i = 0; i < shown; i++) {
            const line = lineOf(first + i);
            const look = valueAt(line, chosen) ?? 0;
            const element = screen.children[i];
            if (shownLooks[i] !== look) {
                // Markup that was made and escaped with the page, not by a program of the run.
                element.innerHTML = terminal.looks[look];
                shownLooks[i] = look;
            }
            const className = changedAt(line, chosen) === chosen ? "line new" : "line";
            if (element.className !== className) element.className = className;
        }
        const above = find("above");
        above.hidden = first === 0;
        setText(above, say("above", first));
        scrolled = top - first;
    };

    // ---- the processes ----

    const lives = find("lives");
    let firstRow = 0; // of the processes that are shown

    const makeRow = () => {
        const row = make("tr");
        const name = make("th");
        name.scope = "row";
        name.append(make("bdi"));
        const parent = make("td");
        parent.append(make("bdi"));
        const state = make("td");
        state.append(make("span"));
        const command = make("td");
        command.append(make("code"));
        row.append(name, parent, state, command, make("td"));
        return row;
    };

    const fillRow = (row, index) => {
        const process = processes[index];
        const [state, word] = words.states[valueAt(process.state, chosen)];
        const text = (series) => {
            const value = valueAt(series, chosen);
            return value === undefined ? "" : texts[value];
        };
        const cells = row.children;
        setText(cells[0].firstChild, texts[process.name]);
        setText(cells[1].firstChild, text(process.parent));
        setText(cells[2].firstChild, word);
        setText(cells[3].firstChild, text(process.command));
        setText(cells[4], text(process.fate));
        cells[2].firstChild.className = `state ${state}`;
        row.className = state;
        row.classList.toggle("acts", events.process[chosen] === index);
        row.classList.toggle("new", changedAt(process.state, chosen) === chosen);
    };

    const showCensus = (born) => {
        const numbers = words.states.map(() => 0);
        for (let i = 0; i < born; i++) numbers[valueAt(processes[i].state, chosen)]++;
        const parts = words.states
            .map(([, word], state) => (numbers[state] ? say("count", word, numbers[state]) : ""))
            .filter((part) => part !== "");
        setText(find("census"), parts.join(words.between));
    };

    const fillRows = (born) => {
        const shown = Math.min(born - firstRow, PAGE_OF_PROCESSES);
        while (lives.children.length > shown) lives.lastChild.remove();
        while (lives.children.length < shown) lives.append(makeRow());
        for (let i = 0; i < shown; i++) fillRow(lives.children[i], firstRow + i);
        find("pager").hidden = born <= PAGE_OF_PROCESSES;
        setText(find("page"), say("page", firstRow + 1, firstRow + shown, born));
    };

    const bornBy = (index) => {
        let low = 0;
        let high = processes.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (processes[middle].born <= index) low = middle + 1;
            else high = middle;
        }
        return low;
    };

    const showProcesses = () => {
        const born = bornBy(chosen);
        const about = Math.max(events.process[chosen], events.other[chosen]);
        if (about >= 0 && about < born) firstRow = about - (about % PAGE_OF_PROCESSES);
        if (firstRow >= born) firstRow = 0;
        showCensus(born);
        fillRows(born);
    };

    const scrollProcesses = () => {
        const view = lives.closest(".wide-table");
        const row = lives.querySelector(".acts");
        if (!row) return;
        const head = lives.offsetTop;
        if (row.offsetTop - head < view.scrollTop) view.scrollTop = row.offsetTop - head;
        else if (row.offsetTop + row.offsetHeight > view.scrollTop + view.clientHeight)
            view.scrollTop = row.offsetTop + row.offsetHeight - view.clientHeight;
    };

    const turnPage = (by) => {
        const born = bornBy(chosen);
        const last = Math.max(0, born - 1);
        firstRow = between(0, firstRow + by * PAGE_OF_PROCESSES, last - (last % PAGE_OF_PROCESSES));
        fillRows(born);
    };

    // ---- the picture ----

    const picture = document.querySelector("#timeline svg");
    let cursor = null;

    // A line through all lanes, drawn below what stands on them.
    const drawCursor = () => {
        const axis = picture?.querySelector(".axis");
        if (!axis) return;
        cursor = document.createElementNS(SVG, "path");
        cursor.setAttribute("class", "cursor");
        cursor.setAttribute("d", `M-5 8h10l-5 7zM0 8V${axis.getBBox().y}`);
        picture.insertBefore(cursor, picture.querySelector(".lane"));
    };

    const showInPicture = () => {
        if (!cursor) return;
        const place = valueAt(run.places, chosen);
        cursor.setAttribute("transform", `translate(${place} 0)`);
        for (const mark of picture.querySelectorAll(".chosen")) mark.classList.remove("chosen");
        for (const mark of picture.querySelectorAll(`[data-n="${chosen + 1}"]`))
            mark.classList.add("chosen");
    };

    const scrollPicture = () => {
        if (!cursor) return;
        const place = valueAt(run.places, chosen) * (picture.clientWidth / picture.viewBox.baseVal.width);
        const view = picture.parentElement;
        const margin = view.clientWidth / 6;
        if (place < view.scrollLeft + margin || place > view.scrollLeft + view.clientWidth - margin)
            view.scrollLeft = place - view.clientWidth / 2;
    };

    // A mark chooses its event; any other place, the first event that stands there.
    const onPicture = (event) => {
        const mark = event.target.closest("[data-n]");
        if (mark) {
            step(Number(mark.dataset.n) - 1);
            return;
        }
        const matrix = picture.getScreenCTM();
        if (!cursor || !matrix) return;
        const x = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()).x;
        let nearest = 0;
        for (let i = 0; i < run.places.length; i += 2)
            if (Math.abs(run.places[i + 1] - x) < Math.abs(run.places[nearest + 1] - x)) nearest = i;
        step(run.places[nearest]);
    };

    // ---- the list of events: only those in view are elements ----

    const list = find("list");
    let rowHeight = 0;
    let active = 0; // where the keyboard is in the list
    let from = 0;
    let to = 0; // what is made of it

    const makeOption = (index) => {
        const option = make("div", "option");
        option.id = `option-${index + 1}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-posinset", String(index + 1));
        option.setAttribute("aria-setsize", String(count));
        option.append(
            make("span", "number", String(index + 1)), " ",
            make("span", "time", time(index)), " ",
            make("bdi", "who", texts[events.who[index]]), " ",
            make("span", "what", texts[events.words[index]]));
        return option;
    };

    const markOptions = () => {
        for (let i = from; i < to; i++) {
            const option = list.children[i - from];
            option.setAttribute("aria-selected", String(i === chosen));
            option.classList.toggle("active", i === active);
        }
        if (active >= from && active < to)
            list.setAttribute("aria-activedescendant", `option-${active + 1}`);
        else list.removeAttribute("aria-activedescendant");
    };

    const layOut = () => {
        const first = Math.floor(list.scrollTop / rowHeight) - ROWS_BEYOND;
        const height = Math.ceil(list.clientHeight / rowHeight) + 2 * ROWS_BEYOND;
        const begin = between(0, first, Math.max(0, count - height));
        const end = Math.min(count, begin + height);
        if (begin !== from || end !== to) {
            const options = [];
            for (let i = begin; i < end; i++)
                options.push(i >= from && i < to ? list.children[i - from] : makeOption(i));
            list.replaceChildren(...options);
            from = begin;
            to = end;
            list.style.setProperty("--above", `${begin * rowHeight}px`);
            list.style.setProperty("--below", `${(count - end) * rowHeight}px`);
        }
        markOptions();
    };

    const reveal = (index) => {
        const top = index * rowHeight;
        if (top < list.scrollTop) list.scrollTop = top;
        else if (top + rowHeight > list.scrollTop + list.clientHeight)
            list.scrollTop = top + rowHeight - list.clientHeight;
        layOut();
    };

    // Rows grow with the type. Where somebody has scrolled to stays in view if nothing has grown.
    const measure = () => {
        const probe = makeOption(0);
        probe.removeAttribute("id");
        list.append(probe);
        const height = probe.getBoundingClientRect().height || 24;
        probe.remove();
        if (height === rowHeight) {
            layOut();
            return;
        }
        rowHeight = height;
        from = to = 0;
        list.replaceChildren();
        layOut();
        reveal(active);
    };

    const showInList = () => {
        active = chosen;
        reveal(chosen);
    };

    // ---- choosing ----

    const choose = (index) => {
        chosen = between(0, index, count - 1);
        showNow();
        showTerminal();
        showProcesses();
        showInPicture();
        // All is written: now what has to be measured, so that it is laid out once.
        scrollTerminal();
        scrollProcesses();
        scrollPicture();
        showInList();
    };

    // The first event of the next instant; of this one, or of the one before if that is chosen.
    const nextInstant = () => Math.min(count - 1, placeAfter(events.time, events.time[chosen]));
    const beginOf = (index) => placeAfter(events.time, events.time[index] - 1);
    const previousInstant = () => {
        const begin = beginOf(chosen);
        return begin < chosen ? begin : beginOf(Math.max(0, begin - 1));
    };

    // ---- playing: as time passed in the run, but no pause too short or too long to follow ----

    const play = find("play");
    let timer = 0;

    const pause = () => {
        if (!timer) return;
        clearTimeout(timer);
        timer = 0;
        setText(play.lastElementChild, say("play"));
        play.classList.remove("playing");
        now.setAttribute("aria-live", "polite");
    };

    const wait = () => {
        const passes = (events.time[chosen + 1] - events.time[chosen]) / 1000;
        const speed = Number(find("speed").value);
        timer = setTimeout(() => {
            choose(chosen + 1);
            if (chosen < count - 1) wait();
            else pause();
        }, between(LEAST_PAUSE, passes, MOST_PAUSE) / speed);
    };

    const togglePlay = () => {
        if (timer) {
            pause();
            showNow();
            return;
        }
        if (chosen === count - 1) choose(0);
        setText(play.lastElementChild, say("pause"));
        play.classList.add("playing");
        now.setAttribute("aria-live", "off"); // it would be interrupted all the time
        wait();
    };

    const step = (index) => {
        pause();
        choose(index);
    };

    // ---- keys ----

    const isPlain = (event) => !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;

    const onScrubberKey = (event) => {
        if (!isPlain(event)) return;
        if (event.key === "PageUp") step(nextInstant());
        else if (event.key === "PageDown") step(previousInstant());
        else return;
        event.preventDefault();
    };

    const onPlayerKey = (event) => {
        if (!isPlain(event) || event.key.toLowerCase() !== "p" || event.target.id === "speed") return;
        togglePlay();
        event.preventDefault();
    };

    // Arrows step wherever they would do nothing else.
    const onPageKey = (event) => {
        const taken = "input, select, textarea, summary, [tabindex], [contenteditable]";
        if (!isPlain(event) || event.defaultPrevented || event.target.closest?.(taken)) return;
        if (event.key === "ArrowRight") step(chosen + 1);
        else if (event.key === "ArrowLeft") step(chosen - 1);
        else return;
        event.preventDefault();
    };

    const onListKey = (event) => {
        if (!isPlain(event)) return;
        const page = Math.max(1, Math.floor(list.clientHeight / rowHeight) - 1);
        const moves = {
            ArrowDown: active + 1,
            ArrowUp: active - 1,
            PageDown: active + page,
            PageUp: active - page,
            Home: 0,
            End: count - 1,
        };
        if (event.key === "Enter" || event.key === " ") step(active);
        else if (event.key in moves) {
            active = between(0, moves[event.key], count - 1);
            reveal(active);
        } else return;
        event.preventDefault();
    };

    // ---- searching ----

    const search = () => {
        const sought = find("sought").value.trim().toLowerCase();
        if (!sought) return;
        for (let i = 1; i <= count; i++) {
            const index = (chosen + i) % count;
            const text = `${texts[events.who[index]]} ${texts[events.words[index]]}`;
            if (!text.toLowerCase().includes(sought)) continue;
            step(index);
            setText(find("found"), say("found", index + 1));
            return;
        }
        setText(find("found"), say("notFound", find("sought").value.trim()));
    };

    // ---- links to events ----

    const followHash = () => {
        const number = Number(/^#event-(\d+)$/.exec(location.hash)?.[1]);
        if (number >= 1 && number <= count) step(number - 1);
    };

    const onLink = (event) => {
        const number = Number(/^#event-(\d+)$/.exec(event.target.closest("a")?.hash ?? "")?.[1]);
        if (!number || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        step(number - 1);
        find("player").scrollIntoView({ block: "start" });
        scrubber.focus({ preventScroll: true });
    };

    // ---- on paper there is no list to scroll in: all events, as in the page without scripts ----

    const spread = () => {
        find("paper").innerHTML = document.querySelector("#events noscript").textContent;
    };
    const fold = () => find("paper").replaceChildren();

    // ---- beginning ----

    const begin = () => {
        for (const element of document.querySelectorAll("#player, #screen, .live"))
            element.hidden = false;
        screen.parentElement.style.setProperty("--rows", String(rows));
        scrubber.addEventListener("input", () => step(Number(scrubber.value) - 1));
        scrubber.addEventListener("keydown", onScrubberKey);
        find("player").addEventListener("keydown", onPlayerKey);
        document.addEventListener("keydown", onPageKey);
        document.addEventListener("click", onLink);
        find("first").addEventListener("click", () => step(0));
        find("previous").addEventListener("click", () => step(chosen - 1));
        find("next").addEventListener("click", () => step(chosen + 1));
        find("last").addEventListener("click", () => step(count - 1));
        play.addEventListener("click", togglePlay);
        find("earlier").addEventListener("click", () => turnPage(-1));
        find("later").addEventListener("click", () => turnPage(1));
        find("find").addEventListener("click", search);
        find("sought").addEventListener("keydown", (event) => {
            if (event.key === "Enter") search();
        });
        list.addEventListener("keydown", onListKey);
        list.addEventListener("scroll", layOut, { passive: true });
        list.addEventListener("click", (event) => {
            const option = event.target.closest(".option");
            if (option) step(Number(option.id.slice("option-".length)) - 1);
        });
        addEventListener("hashchange", followHash);
        addEventListener("beforeprint", spread);
        addEventListener("afterprint", fold);
        picture?.style.setProperty("--width", String(picture.viewBox.baseVal.width));
        drawCursor();
        picture?.addEventListener("click", onPicture);
        measure();
        new ResizeObserver(measure).observe(list);
        choose(0);
        followHash();
    };

    if (count > 0) begin();
})();
