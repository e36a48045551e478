// Correction of turns: begins and ends it, applies the operations of the lanes and forms, and saves and loads files.
"use strict";

(() => {
  const { byId, createElement, turnSession: session, turnLanes: lanes, turnPanel: panel } = diarflow;
  if (!panel) return;
  const { EditError } = diarflow.turnEdits;
  const { FORMATS } = diarflow.turnFormats;
  const { viewState } = diarflow;
  const { on, emit, view } = diarflow.recording;
  const section = byId("correction");

  const show = (...messages) => byId("correction-message").replaceChildren(...messages.map((text) => createElement("div", { text })));
  const tell = (...messages) => show(...messages.map((text) => `${text[0].toUpperCase()}${text.slice(1)}`));

  // run a function, and show the message of an operation that is refused
  const attempt = (work) => {
    byId("correction-message").classList.remove("bad");
    try {
      work();
    } catch (error) {
      if (!(error instanceof EditError)) throw error;
      emit("turns", null); // the fields show the turns again
      byId("correction-message").classList.add("bad");
      show(error.message); // it may begin with the name of a file
    }
  };

  const change = (work) => attempt(() => {
    const text = session.change(work);
    if (text) tell(`${text}.`);
  });

  const canAmend = ({ type, turn }) => {
    const last = session.history.operations.at(-1);
    return last?.type === type && last.turn === turn;
  };

  on("turn-edit", ({ isContinued = false, ...operation }) => change((history) => {
    const next = history.state.nextId;
    const text = isContinued && canAmend(operation) ? history.amend(operation) : history.apply(operation);
    if (operation.type === "add") requestAnimationFrame(() => lanes.select(next));
    return text;
  }));

  // --- beginning and end -----------------------------------------------------------------------------
  const counted = (number) => `${number} correction${number === 1 ? "" : "s"}`;

  const showDrafts = () => {
    const rows = Object.entries(session.drafts()).filter(([system, { isSaved }]) => !isSaved && system !== session.system);
    byId("correction-drafts").hidden = !rows.length;
    byId("correction-drafts").textContent = rows.map(([system, { count }]) => `${counted(count)} of ${system}`).join(", ")
      + " are kept in this browser only. Start from the same turns to continue, and save them to a file.";
  };

  const showNotice = () => {
    const count = session.history?.operations.length ?? 0;
    const notice = byId("correction-notice");
    notice.hidden = !session.history;
    notice.classList.toggle("bad", !session.canStore || !session.isSaved);
    if (!session.canStore) {
      notice.textContent = `${counted(count)}. This browser does not let this page keep corrections: save a file before you close the page.`;
    } else if (!count) notice.textContent = "No corrections yet.";
    else if (session.isSaved) notice.textContent = `${counted(count)}, saved to a file. This browser keeps them too.`;
    else notice.textContent = `${counted(count)}, kept in this browser only. Save them to a file.`;
    byId("undo").disabled = byId("undo-all").disabled = !session.history?.canUndo;
    byId("redo").disabled = !session.history?.canRedo;
    showDrafts();
  };

  const showEditor = (isShown) => {
    byId("correct").setAttribute("aria-pressed", isShown);
    for (const id of ["editor", "turn-gutter", "turn-canvas"]) byId(id).hidden = !isShown;
  };

  const begin = (system) => attempt(() => {
    session.open(system);
    byId("correct-from").value = system;
    showEditor(true);
    viewState.set({ correct: system });
    lanes.select(null);
    tell(...session.messages);
  });

  const end = () => {
    session.close();
    showEditor(false);
    viewState.set({ correct: null });
  };

  const toggle = () => {
    if (session.system !== null) end();
    else begin(byId("correct-from").value);
  };

  byId("correct").addEventListener("click", toggle);
  byId("correct-from").addEventListener("change", () => { if (session.system !== null) begin(byId("correct-from").value); });
  on("turns", showNotice);
  on("turns-elsewhere", () => tell("Another tab has changed the corrections of this recording. Reload this page before you continue."));

  // --- undo and files --------------------------------------------------------------------------------
  const undo = () => change((history) => {
    const text = history.undo();
    return text && `undone: ${text}`;
  });
  const redo = () => change((history) => {
    const text = history.redo();
    return text && `done again: ${text}`;
  });
  const undoAll = () => change((history) => {
    let count = 0;
    while (history.undo() !== null) count += 1;
    return `undone: ${counted(count)}; "Redo" brings them back`;
  });
  byId("undo").addEventListener("click", undo);
  byId("redo").addEventListener("click", redo);
  byId("undo-all").addEventListener("click", undoAll);

  const save = () => {
    const format = byId("turn-format").value;
    const { name, type, text, notes } = session.file(format);
    const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
    const link = createElement("a", { href: url, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    session.markSaved(format);
    tell(`Saved ${name}.`, ...notes);
  };
  byId("turn-format").replaceChildren(...Object.entries(FORMATS).map(([value, { label, ending }]) =>
    createElement("option", { value, text: `${label} (${ending})` })));
  byId("save-turns").addEventListener("click", save);

  const loadFiles = async ([file]) => {
    if (!file) return;
    const text = await file.text();
    if (session.system === null) begin(byId("correct-from").value);
    attempt(() => tell(...session.load(text, file.name)));
  };
  byId("load-turns").addEventListener("change", ({ target }) => {
    loadFiles(target.files);
    target.value = ""; // so that the same file can be chosen again
  });
  section.addEventListener("dragover", (event) => event.preventDefault());
  section.addEventListener("drop", (event) => {
    event.preventDefault();
    loadFiles(event.dataTransfer.files);
  });

  // --- keys --------------------------------------------------------------------------------------------
  const { actions } = panel;
  // key, text of the help, action; "Shift+1" stands for the digits, which the browser reports by their place on the keyboard
  const KEYS = [
    ["e", "begin or end the correction of turns", toggle],
    ["k", "previous turn", () => lanes.step(-1)],
    ["j", "next turn", () => lanes.step(1)],
    ["i", "start the selected turn at the playing position", actions.start],
    ["o", "end the selected turn at the playing position", actions.end],
    ["s", "split the selected turn at the playing position", actions.split],
    ["t", "add a turn at the selection, or at the playing position", actions.add],
    ["Delete", "delete the selected turn", actions.delete],
    ["Shift+1", "give the selected turn to the first speaker, Shift+2 to the second", null],
    ["m", "write a note at the playing position", actions.note],
    ["Ctrl+z", "undo", undo],
    ["Ctrl+Shift+z", "redo", redo],
  ];

  const nameOf = ({ key, ctrlKey, metaKey, shiftKey }) =>
    `${ctrlKey || metaKey ? `Ctrl+${shiftKey ? "Shift+" : ""}` : ""}${ctrlKey || metaKey ? key.toLowerCase() : key}`;

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select, audio, dialog")) return;
    const [, , action] = KEYS.find(([key]) => key === nameOf(event)) ?? [];
    const digit = event.shiftKey && !event.ctrlKey && /^Digit[1-9]$/u.test(event.code) ? Number(event.code.at(-1)) : 0;
    if ((session.system === null && action !== toggle) || (!action && !digit)) return;
    event.preventDefault();
    if (digit) actions.assign(digit);
    else action();
  });

  const help = KEYS.flatMap(([key, text]) => [
    createElement("dt", {}, createElement("kbd", { text: key })), createElement("dd", { text }),
  ]);
  byId("help").querySelector("dl").after(createElement("h3", { text: "Correction" }), createElement("dl", { class: "keys" }, ...help));

  viewState.onChange(() => {
    const system = viewState.get("correct");
    if (system && system !== session.system && session.trackNames().includes(system)) begin(system);
    else if (!system && session.system !== null) end();
  });

  byId("correct-from").replaceChildren(...session.trackNames().map((name) => createElement("option", { value: name, text: name })));
  const followView = () => { if (session.system === null && view.system) byId("correct-from").value = view.system; };
  on("view", followView);
  followView();
  section.hidden = false; // a page without scripts has no editor
  showNotice();
})();
