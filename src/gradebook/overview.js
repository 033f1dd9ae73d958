/*
 * Orders the table of submissions, and shows a part of it. All that there is to know stands in the
 * page; without this script it is ordered by submission, and shows all.
 */
"use strict";

(() => {
    const find = (id) => document.getElementById(id);
    const body = find("grades").tBodies[0];
    const headings = [...find("grades").tHead.rows[0].cells];
    const rows = [...body.rows]; // as they were written, which decides between equals
    const chosen = [...document.querySelectorAll("#failed button")];
    const collator = new Intl.Collator("en", { numeric: true });
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const fails = rows.map((row) => new Set((row.dataset.fails || "").split(" ")));

    // ---- the order ----

    const keysOf = (column, order) =>
        rows.map((row) => {
            const cell = row.cells[column];
            if (order === "text") return cell.textContent || undefined;
            return "value" in cell.dataset ? Number(cell.dataset.value) : undefined;
        });

    // Cells with nothing in them come last either way.
    const compare = (a, b, direction) => {
        if (a === undefined || b === undefined)
            return (a === undefined ? 1 : 0) - (b === undefined ? 1 : 0);
        return direction * (typeof a === "number" ? a - b : collator.compare(a, b));
    };

    const sortBy = (column, direction) => {
        const keys = keysOf(column, headings[column].dataset.order);
        const places = rows.map((_, index) => index);
        places.sort((a, b) => compare(keys[a], keys[b], direction) || a - b);
        body.append(...places.map((index) => rows[index]));
        headings.forEach((heading, index) => {
            if (index === column)
                heading.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
            else heading.removeAttribute("aria-sort");
        });
    };

    headings.forEach((heading, column) => {
        const button = document.createElement("button");
        button.type = "button";
        button.append(...heading.childNodes);
        heading.append(button);
        // Numbers begin with the greatest.
        const first = heading.dataset.order === "number" ? "descending" : "ascending";
        button.addEventListener("click", () => {
            const now = heading.getAttribute("aria-sort");
            const ascending = now === null ? first === "ascending" : now === "descending";
            sortBy(column, ascending ? 1 : -1);
        });
    });
    headings[0].setAttribute("aria-sort", "ascending");

    // ---- a part of them ----

    const show = () => {
        const sought = find("sought").value.trim().toLowerCase();
        const pressed = chosen.find((button) => button.getAttribute("aria-pressed") === "true");
        let count = 0;
        rows.forEach((row, index) => {
            row.hidden = !texts[index].includes(sought) ||
                (pressed !== undefined && !fails[index].has(pressed.dataset.check));
            count += row.hidden ? 0 : 1;
        });
        const all = sought === "" && pressed === undefined;
        find("shown").textContent = all ? "" : `${count} of ${rows.length} are shown`;
        find("everybody").hidden = all;
    };

    const press = (button) => {
        for (const other of chosen) other.setAttribute("aria-pressed", String(other === button));
    };

    for (const button of chosen) {
        button.hidden = false;
        button.addEventListener("click", () => {
            press(button.getAttribute("aria-pressed") === "true" ? null : button);
            show();
            find("submissions").scrollIntoView({ block: "nearest" });
        });
    }
    find("sought").addEventListener("input", show);
    find("everybody").addEventListener("click", () => {
        press(null);
        find("sought").value = "";
        show();
        find("sought").focus();
    });
    find("filter").hidden = false;
    show(); // a browser may have kept what was sought
})();
