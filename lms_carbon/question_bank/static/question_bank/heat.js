/* The heat map by keyboard: one tab stop, the arrow keys go from cell to cell, Home and End to the ends of a row.
   Without script every cell is a tab stop of its own. */

const table = document.querySelector(".lc-heat");

/** The cells that lead somewhere, row by row; the rows keep the table's columns. */
function grid() {
  return [...table.tBodies].flatMap((body) => [...body.rows])
    .filter((row) => row.querySelector("td a"))
    .map((row) => [...row.cells].map((cell) => cell.querySelector("a")));
}

/** The next place from (row, column) in a direction that holds a link, else null. */
function beside(rows, row, column, down, right) {
  for (let r = row + down, c = column + right; rows[r] && c >= 0 && c < rows[r].length; r += down, c += right) {
    if (rows[r][c]) return rows[r][c];
  }
  return null;
}

function aim(rows, link, key) {
  const row = rows.findIndex((links) => links.includes(link));
  const column = rows[row].indexOf(link);
  const held = rows[row].filter(Boolean);
  switch (key) {
    case "ArrowDown": return beside(rows, row, column, 1, 0);
    case "ArrowUp": return beside(rows, row, column, -1, 0);
    case "ArrowRight": return beside(rows, row, column, 0, 1);
    case "ArrowLeft": return beside(rows, row, column, 0, -1);
    case "Home": return held[0];
    case "End": return held.at(-1);
    default: return null;
  }
}

/** Move the focus, and with it the table's one tab stop, clear of the column and the rows that stay. */
function go(from, to) {
  from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus({ preventScroll: true });
  to.scrollIntoView({ block: "center", inline: "center" });
}

if (table) {
  const rows = grid();
  const links = rows.flat().filter(Boolean);
  links.forEach((link, index) => { link.tabIndex = index ? -1 : 0; });
  table.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("a");
    const next = link && aim(rows, link, event.key);
    if (!next) return;
    event.preventDefault();
    go(link, next);
  });
  const hint = document.querySelector(".lc-heat-hint");
  if (hint && links.length) hint.hidden = false;
}
