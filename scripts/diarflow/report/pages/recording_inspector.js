// The list of errors beside the timeline: filters, order, next and previous error, and playing of exactly one error.
"use strict";

(() => {
  const { byId, createElement } = diarflow;
  const { reference, view, on, formatTime, chosenTrack } = diarflow.recording;
  const { KINDS, filterErrors, errorsOf } = diarflow.errors;
  const { timeline } = diarflow;
  const list = byId("errors");
  const ROWS_PER_STEP = 200; // rows that are added when the reader scrolls to the end of the list
  const FILTERS = { kind: "error-kind", speaker: "error-speaker", overlap: "error-overlap", order: "error-order" };
  if (!list) return;
  let errors = [];
  let current = -1; // index of the selected error
  const rows = []; // elements of the first errors

  const isSame = (error, { start, end }) => Math.abs(error.start - start) < 0.002 && Math.abs(error.end - end) < 0.002;

  const createRow = (index) => {
    const { start, end, kind, label, seconds, text, overlap } = errors[index];
    const details = `${(end - start).toFixed(2)} s${seconds > end - start + 0.001 ? `, ${seconds.toFixed(2)} s of speaker time` : ""}${overlap ? ", in overlap" : ""}`;
    const button = createElement("button", { type: "button", class: "error", "data-kind": kind },
      createElement("span", { class: `swatch ${kind.replace("_", "-")}` }), createElement("span", { class: "when", text: formatTime(start) }),
      createElement("span", { class: "what", text }), createElement("span", { class: "note", text: `${label}, ${details}` }));
    button.addEventListener("click", () => choose(index));
    return createElement("li", {}, button);
  };

  // make sure that the rows up to an index exist
  const extend = (index) => {
    const added = [];
    for (let next = rows.length; next <= index && next < errors.length; next++) {
      rows.push(createRow(next));
      added.push(rows[next]);
    }
    list.append(...added);
  };

  const mark = (index) => {
    rows[current]?.firstChild.removeAttribute("aria-current");
    current = index;
    if (index < 0) return;
    extend(index);
    const row = rows[index];
    row.firstChild.setAttribute("aria-current", "true");
    // scroll the list, not the page
    const [top, bottom] = [row.offsetTop - list.offsetTop, row.offsetTop - list.offsetTop + row.offsetHeight];
    if (top < list.scrollTop || bottom > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 3;
  };

  // select an error: mark it, show it on the timeline and play exactly this segment
  const choose = (index) => {
    if (!errors.length) return;
    mark(index);
    const { start, end } = errors[index];
    timeline.show(start, end);
    timeline.select(start, end);
    diarflow.player?.playSegment(start, end);
    byId("said").textContent = `Error ${index + 1} of ${errors.length}: ${errors[index].text}, ${formatTime(start)}`;
  };

  // the next or the previous error of the list; without a selected one the first
  const step = (direction) => {
    if (!errors.length) return;
    const start = current < 0 && direction < 0 ? 0 : current;
    choose((start + direction + errors.length) % errors.length);
  };

  const fillSpeakers = () => {
    const select = byId(FILTERS.speaker);
    const before = select.value;
    const unmapped = (chosenTrack()?.speakers ?? []).filter((speaker) => !speaker.reference).map(({ name }) => `${name} (not mapped)`);
    const names = [...(reference?.speakers ?? []).map(({ name }) => name), ...unmapped];
    select.replaceChildren(createElement("option", { value: "", text: "all speakers" }),
      ...names.map((name) => createElement("option", { value: name, text: name })));
    if (names.includes(before)) select.value = before;
  };

  const sumSeconds = (rows) => rows.reduce((sum, { seconds }) => sum + seconds, 0);

  const refresh = () => {
    const values = Object.fromEntries(Object.entries(FILTERS).map(([name, id]) => [name, byId(id).value]));
    errors = filterErrors(values);
    rows.length = 0;
    current = -1;
    list.replaceChildren();
    list.scrollTop = 0;
    extend(ROWS_PER_STEP - 1);
    const all = errorsOf(view.system, view.protocol);
    byId("error-count").textContent = errors.length === all.length
      ? `${all.length} errors, ${sumSeconds(all).toFixed(1)} s`
      : `${errors.length} of ${all.length} errors, ${sumSeconds(errors).toFixed(1)} of ${sumSeconds(all).toFixed(1)} s`;
    byId("no-errors").hidden = errors.length > 0;
    const selected = timeline.selection();
    if (selected) mark(errors.findIndex((error) => isSame(error, selected)));
  };

  list.addEventListener("scroll", () => {
    if (list.scrollTop + 2 * list.clientHeight > list.scrollHeight) extend(rows.length + ROWS_PER_STEP - 1);
  });
  // arrows move through the list like through a menu
  list.addEventListener("keydown", (event) => {
    const direction = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const index = rows.findIndex((row) => row.contains(document.activeElement));
    if (!direction || index < 0) return;
    event.preventDefault();
    extend(index + 1);
    rows[Math.min(Math.max(index + direction, 0), rows.length - 1)].firstChild.focus();
  });
  for (const id of Object.values(FILTERS)) byId(id).addEventListener("change", refresh);
  for (const [id, direction] of [["next-error", 1], ["previous-error", -1]]) byId(id).addEventListener("click", () => step(direction));
  on("view", () => {
    fillSpeakers();
    refresh();
  });
  on("select", (selected) => {
    if (!selected || (errors[current] && isSame(errors[current], selected))) return;
    mark(errors.findIndex((error) => isSame(error, selected)));
  });

  fillSpeakers();
  refresh();
  diarflow.inspector = { step, refresh, errors: () => errors, KINDS };
})();
