// Forms below the lanes of the corrected turns: the selected turn, the speakers, the notes, and the list of corrections.
"use strict";

(() => {
  const { byId, createElement, turnSession: session, turnLanes: lanes } = diarflow;
  if (!lanes) return;
  const { on, emit, formatTime } = diarflow.recording;
  const { timeline } = diarflow;
  const DEFAULT_DURATION = 1; // seconds of a turn that is added without a selection
  let isContinued = false; // the last correction moved the selected turn with the form

  const { position } = lanes;
  const edit = (operation) => emit("turn-edit", operation);

  // --- selected turn --------------------------------------------------------------------------------
  const showTurn = () => {
    const turn = lanes.selected();
    byId("turn-form").disabled = !turn;
    byId("turn-was").textContent = turn ? diarflow.turnEdits.changeOf(turn) : "Click a turn to select it.";
    byId("turn-speaker").value = turn?.speaker ?? "";
    for (const kind of ["start", "end"]) byId(`turn-${kind}`).value = turn ? turn[kind].toFixed(3) : "";
    const names = lanes.lanes().filter(({ channel }) => !turn || channel === turn.channel).map(({ speaker }) => speaker);
    byId("turn-speaker-names").replaceChildren(...names.map((value) => createElement("option", { value })));
    if (turn) timeline.select(turn.start, turn.end);
  };

  // steps of a number field are one correction
  const move = (values) => {
    const turn = lanes.selected();
    if (!turn) return;
    emit("turn-edit", { type: "move", turn: turn.id, start: turn.start, end: turn.end, ...values, isContinued });
    isContinued = true;
  };
  for (const kind of ["start", "end"]) {
    byId(`turn-${kind}`).addEventListener("change", ({ target }) => move({ [kind]: Number(target.value) }));
    byId(`turn-${kind}-here`).addEventListener("click", () => move({ [kind]: position() }));
  }
  byId("turn-speaker").addEventListener("change", ({ target }) => edit({ type: "assign", turn: lanes.selected().id, to: target.value }));

  const actions = {
    play: () => {
      const turn = lanes.selected();
      if (turn) diarflow.player?.playSegment(turn.start, turn.end);
    },
    split: () => {
      const turn = lanes.selected();
      if (turn) edit({ type: "split", turn: turn.id, at: position() });
    },
    delete: () => {
      const turn = lanes.selected();
      if (turn) edit({ type: "delete", turn: turn.id });
    },
    start: () => move({ start: position() }),
    end: () => move({ end: position() }),
    // assign the selected turn to the speaker of a lane
    assign: (number) => {
      const turn = lanes.selected(), lane = lanes.lanes()[number - 1];
      if (turn && lane && lane.channel === turn.channel) edit({ type: "assign", turn: turn.id, to: lane.speaker });
    },
    add: () => {
      const { speaker, channel } = chosenSpeaker() ?? { speaker: byId("speaker-name").value || "SPEAKER_00", channel: 1 };
      const { limit } = session.state;
      const selection = timeline.selection();
      const first = Math.min(selection?.start ?? position(), Math.max(0, limit - 0.01));
      edit({ type: "add", start: first, end: Math.min(limit, selection?.end ?? first + DEFAULT_DURATION), speaker, channel });
    },
    note: () => {
      byId("note-text").focus();
    },
  };
  for (const name of ["play", "split", "delete", "add"]) byId(`turn-${name}`).addEventListener("click", () => actions[name]());

  // --- speakers -------------------------------------------------------------------------------------
  const chosenSpeaker = () => lanes.lanes()[byId("speaker").selectedIndex] ?? null;

  const fillSelect = (select, rows) => {
    const before = select.value;
    select.replaceChildren(...rows.map((lane) => createElement("option", { value: lanes.labelOf(lane), text: lanes.labelOf(lane) })));
    const labels = rows.map(lanes.labelOf);
    if (labels.includes(before)) select.value = before;
  };

  const showSpeaker = () => {
    const lane = chosenSpeaker();
    const seconds = lane?.turns.reduce((sum, { start, end }) => sum + end - start, 0) ?? 0;
    byId("speaker-size").textContent = lane ? `${lane.turns.length} ${lane.turns.length === 1 ? "turn" : "turns"}, ${formatTime(seconds)}` : "no speaker";
    const others = lanes.lanes().filter((other) => lane && other !== lane && other.channel === lane.channel);
    fillSelect(byId("speaker-into"), others);
    byId("speaker-merge").disabled = !others.length;
    byId("speaker-rename").disabled = byId("speaker-delete").disabled = !lane;
  };

  // the speaker of the selected turn
  const followTurn = () => {
    const lane = lanes.lanes().find(({ turns }) => turns.includes(lanes.selected()));
    if (lane) byId("speaker").value = lanes.labelOf(lane);
    showSpeaker();
  };

  const showSpeakers = () => {
    const before = byId("speaker").value;
    fillSelect(byId("speaker"), lanes.lanes());
    if (byId("speaker").value === before) showSpeaker();
    else followTurn();
  };
  byId("speaker").addEventListener("change", showSpeaker);
  const editSpeaker = (type, values) => {
    const { speaker, channel } = chosenSpeaker();
    edit({ type, speaker, channel, ...values });
  };
  byId("speaker-rename").addEventListener("click", () => {
    editSpeaker("rename", { to: byId("speaker-name").value });
    byId("speaker-name").value = "";
  });
  byId("speaker-name").addEventListener("keydown", ({ key }) => { if (key === "Enter") byId("speaker-rename").click(); });
  byId("speaker-merge").addEventListener("click", () => {
    const into = lanes.lanes().find((lane) => lanes.labelOf(lane) === byId("speaker-into").value);
    editSpeaker("merge", { into: into.speaker });
  });
  byId("speaker-delete").addEventListener("click", () => editSpeaker("deleteSpeaker", {}));

  // --- notes and list of corrections -----------------------------------------------------------------
  const noteRow = ({ id, time, text }) => {
    const place = formatTime(time, 3);
    const play = createElement("button", { type: "button", text: place, "aria-label": `play from the note at ${place}` });
    play.addEventListener("click", () => {
      timeline.show(time, time + 1);
      diarflow.player?.playFrom(time);
    });
    const field = createElement("input", { type: "text", value: text, autocomplete: "off", "aria-label": `note at ${place}` });
    field.addEventListener("change", () => edit({ type: "changeNote", note: id, text: field.value }));
    const remove = createElement("button", { type: "button", text: "Delete", "aria-label": `delete the note at ${place}` });
    remove.addEventListener("click", () => edit({ type: "deleteNote", note: id }));
    return createElement("li", {}, play, field, remove);
  };

  const addNote = () => {
    edit({ type: "addNote", time: position(), text: byId("note-text").value });
    byId("note-text").value = "";
  };
  byId("note-add").addEventListener("click", addNote);
  byId("note-text").addEventListener("keydown", ({ key }) => { if (key === "Enter") addNote(); });

  const showLists = () => {
    byId("notes").replaceChildren(...session.state.notes.map(noteRow));
    const texts = session.history.corrections;
    byId("correction-count").textContent = `List of corrections (${texts.length})`;
    byId("correction-list").replaceChildren(...texts.map((text) => createElement("li", { text })));
  };

  const show = () => {
    if (!session.state) return;
    showTurn();
    showSpeakers();
    showLists();
  };

  on("turns", show);
  on("turn-select", () => {
    isContinued = false;
    showTurn();
    followTurn();
  });

  diarflow.turnPanel = { actions };
})();
