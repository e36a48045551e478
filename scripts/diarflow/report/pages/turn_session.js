// Corrections of the page's recording: the turns to start from, the draft that the browser keeps, and the files.
"use strict";

// A draft is kept for each system, until it is undone as a whole: {original, operations, isSaved}.
diarflow.turnSession = (() => {
  if (!diarflow.byId("correction")) return null; // a page without turns
  const { EditError, startState } = diarflow.turnEdits;
  const { createHistory } = diarflow.turnHistory;
  const { FORMATS } = diarflow.turnFormats;
  const { data, emit } = diarflow.recording;
  const { corpus, recording: id, title: name, channels: channelCount } = diarflow.byId("correction").dataset;
  const channels = Number(channelCount); // 0 unless the recording is a call
  const recording = { id, name, corpus, isCall: channels > 0, channels: Math.max(1, channels) };
  let system = null; // whose turns are corrected
  let history = null;
  let isSaved = true;
  let canStore = true;
  let messages = []; // about the start of the corrections

  const trackNames = () => data.tracks.map((track) => track.name);
  const keyOf = (track) => `diarflow corrections ${location.pathname} ${track}`;

  // in a call, the number of the channel precedes the name of a speaker
  const turnsOf = (track) => data.tracks.find((other) => other.name === track).speakers.flatMap((speaker) => {
    const [, channel, own] = recording.isCall ? /^(\d+): (.*)$/su.exec(speaker.name) : [null, 1, speaker.name];
    return speaker.turns.map(([start, end]) => ({ start, end, speaker: own, channel: Number(channel) }));
  });
  const rowsOf = (state) => state.turns.map((turn) => [turn.start, turn.end, turn.speaker, turn.channel]);
  const fromRows = (rows) => rows.map(([start, end, speaker, channel]) => ({ start, end, speaker, channel }));

  const readDraft = (track) => {
    try {
      return JSON.parse(localStorage.getItem(keyOf(track)));
    } catch (error) {
      if (!(error instanceof SyntaxError)) canStore = false;
      return null;
    }
  };

  // keep the corrections in the browser; some browsers forbid this for pages that are opened from disk
  const storeDraft = () => {
    try {
      if (!history.canUndo) localStorage.removeItem(keyOf(system));
      else {
        const original = rowsOf(history.start);
        localStorage.setItem(keyOf(system), JSON.stringify({ original, operations: history.operations, isSaved }));
      }
      canStore = true;
    } catch {
      canStore = false;
    }
  };

  // number of operations in the draft of each system that has one
  const drafts = () => Object.fromEntries(trackNames().flatMap((track) => {
    const draft = readDraft(track);
    return draft?.operations?.length ? [[track, { count: draft.operations.length, isSaved: Boolean(draft.isSaved) }]] : [];
  }));

  const open = (track) => {
    if (!trackNames().includes(track)) throw new EditError(`There is no system ${track}.`);
    const present = startState(turnsOf(track), data.duration);
    system = track;
    messages = present.messages;
    history = createHistory(present.state);
    isSaved = true;
    const draft = readDraft(track);
    if (draft) {
      try {
        const { state } = startState(fromRows(draft.original), data.duration);
        history = createHistory(state, draft.operations);
        isSaved = Boolean(draft.isSaved);
        if (JSON.stringify(rowsOf(state)) !== JSON.stringify(rowsOf(present.state))) {
          messages = [`The turns of ${track} have changed since these corrections were made. The corrections start from the earlier turns.`];
        }
      } catch (error) {
        const place = `${keyOf(track)} unreadable`;
        localStorage.setItem(place, localStorage.getItem(keyOf(track)));
        messages = [`The corrections that the browser keeps cannot be read (${error.message}). They are kept in localStorage as "${place}".`];
      }
    }
    emit("turns", null);
  };

  const close = () => {
    system = null;
    history = null;
    emit("turns", null);
  };

  // change the turns with a function of the history; return the text of the correction
  const change = (edit) => {
    const text = edit(history);
    isSaved = !history.canUndo;
    storeDraft();
    emit("turns", text);
    return text;
  };

  const currentDocument = () => ({
    ...recording, system, duration: data.duration, turns: history.state.turns, notes: history.state.notes,
    corrections: history.corrections,
  });

  // name, type and text of the file in a format, and what the reader of the page must know about it
  const file = (format) => {
    const { ending, type, write, loses } = FORMATS[format];
    const notes = [];
    const used = new Set(history.state.turns.map((turn) => turn.channel));
    if (recording.isCall && format === "rttm" && used.size < recording.channels) {
      notes.push("A channel has no turn. As a reference of a call, the RTTM needs turns of each channel, or a UEM file.");
    }
    if (loses) notes.push(`This format does not contain ${loses}.`);
    return { name: `${recording.id}${ending}`, type, text: write(currentDocument()), notes };
  };

  // a file that can be loaded again with everything that was done counts as saved
  const markSaved = (format) => {
    if (format === "corrections" || (["rttm", "csv"].includes(format) && !history.state.notes.length)) isSaved = true;
    storeDraft();
    emit("turns", null);
  };

  const load = (text, fileName) => {
    const { turns, notes, texts, messages: notices } = diarflow.turnReaders.readTurns(text, fileName, recording, history.start.turns);
    const done = change((edits) => edits.apply({ type: "load", file: fileName, turns, notes, texts }));
    return [`${done}.`, ...notices];
  };

  // another tab with this page writes the same draft
  window.addEventListener("storage", ({ key }) => {
    if (system !== null && key === keyOf(system)) emit("turns-elsewhere", null);
  });
  // ask before the page is left if the browser does not keep the corrections
  window.addEventListener("beforeunload", (event) => {
    if (history && !isSaved && !canStore) event.preventDefault();
  });

  return {
    recording, trackNames, drafts, open, close, change, file, markSaved, load,
    get system() { return system; },
    get history() { return history; },
    get state() { return history?.state ?? null; },
    get isSaved() { return isSaved; },
    get canStore() { return canStore; },
    get messages() { return messages; },
  };
})();
