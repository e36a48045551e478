// Model of corrected turns: immutable states, and operations that return a new state.
"use strict";

// A turn is {id, start, end, speaker, channel, was}. Times are seconds, rounded to the millisecond. `was` holds the values
// that the turn had at the start, and is null for an added turn. A note is {id, time, text}.
// A state is {turns, notes, limit, nextId}. Turns of one speaker in one channel may touch, and do not overlap.
diarflow.turnEdits = (() => {
  class EditError extends Error {}

  const milliseconds = (seconds) => Math.round(seconds * 1000);
  const rounded = (seconds) => milliseconds(seconds) / 1000;
  const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

  // one field of RTTM: composed characters, no white space, no control characters
  const asName = (text) => {
    const name = String(text).normalize("NFC").trim().replace(/[\s\x1c-\x1f\x85]+/gu, "_").replace(/\p{Cc}/gu, "");
    if (!name || name === "<NA>") throw new EditError(`The name of the speaker is "${name}", expected a name.`);
    return name;
  };

  const compareText = (a, b) => { // by code points, as Python does
    const [left, right] = [Array.from(a), Array.from(b)];
    const place = left.findIndex((character, index) => character !== right[index]);
    if (place < 0) return left.length - right.length;
    return place >= right.length ? 1 : left[place].codePointAt(0) - right[place].codePointAt(0);
  };
  const byTime = (a, b) => a.start - b.start || a.end - b.end || compareText(a.speaker, b.speaker) || a.channel - b.channel;
  const isOf = (turn, speaker, channel) => turn.speaker === speaker && turn.channel === channel;
  const values = ({ start, end, speaker, channel }) => Object.freeze({ start, end, speaker, channel });

  // join the overlapping turns of each speaker; the first one keeps its id
  const joinOverlaps = (turns) => {
    const last = new Map();
    const kept = [];
    for (const turn of [...turns].sort(byTime)) {
      const key = `${turn.channel} ${turn.speaker}`;
      const index = last.get(key);
      if (index !== undefined && turn.start < kept[index].end) {
        const first = kept[index];
        kept[index] = { ...first, end: Math.max(first.end, turn.end), was: first.was ?? turn.was };
      } else {
        last.set(key, kept.length);
        kept.push(turn);
      }
    }
    return { turns: Object.freeze(kept.sort(byTime).map(Object.freeze)), joined: turns.length - kept.length };
  };

  // the state of turns from a page or a file; `messages` tell which turns were changed or left out
  const startState = (turns, limit, notes = []) => {
    let nextId = 0;
    const rows = turns.map(({ start, end, speaker, channel = 1, was }) => {
      const turn = { id: nextId++, start: rounded(start), end: rounded(end), speaker, channel };
      return { ...turn, was: was === undefined ? values(turn) : was };
    });
    const long = rows.filter(({ start, end }) => end > start);
    const { turns: joinedTurns, joined } = joinOverlaps(long);
    const messages = [];
    if (rows.length > long.length) messages.push(`${counted(rows.length - long.length, "turn")} shorter than 1 ms left out`);
    if (joined) messages.push(`${counted(joined, "turn")} joined with overlapping turns of the same speaker`);
    const end = joinedTurns.reduce((latest, turn) => Math.max(latest, turn.end), rounded(limit));
    const own = notes.map(({ time, text }) => Object.freeze({ id: nextId++, time: rounded(time), text }));
    return { state: Object.freeze({ turns: joinedTurns, notes: Object.freeze(own), limit: end, nextId }), messages };
  };

  const turnOf = (state, id) => {
    const turn = state.turns.find((other) => other.id === id);
    if (!turn) throw new EditError("This turn no longer exists.");
    return turn;
  };

  const checkedTimes = (state, start, end) => {
    const [first, last] = [rounded(start), rounded(end)];
    if (!(last > first)) throw new EditError(`A turn from ${first} to ${last} s: expected an end after the start.`);
    if (first < 0 || last > state.limit) {
      throw new EditError(`A turn from ${first} to ${last} s: expected times from 0 to ${state.limit} s.`);
    }
    return { start: first, end: last };
  };

  const span = ({ start, end }) => `${start.toFixed(3)}-${end.toFixed(3)} s`;
  const label = (speaker, channel, state) => state.turns.some((turn) => turn.channel !== 1) || channel !== 1
    ? `${speaker} (channel ${channel})` : speaker;
  const replaced = (state, id, ...others) => state.turns.flatMap((turn) => turn.id === id ? others : [turn]);

  // each returns the changed parts of the state, and a text for the list of corrections
  const OPERATIONS = {
    rename: (state, { speaker, channel = 1, to }) => {
      const name = asName(to);
      const count = state.turns.filter((turn) => isOf(turn, speaker, channel)).length;
      if (!count) throw new EditError(`There is no speaker ${speaker}.`);
      if (name === speaker) throw new EditError(`The speaker already has the name ${name}.`);
      if (state.turns.some((turn) => isOf(turn, name, channel))) {
        throw new EditError(`There is already a speaker ${name}. Merge the two speakers instead.`);
      }
      const turns = state.turns.map((turn) => isOf(turn, speaker, channel) ? { ...turn, speaker: name } : turn);
      return { turns, text: `renamed ${label(speaker, channel, state)} to ${name} (${counted(count, "turn")})` };
    },
    merge: (state, { speaker, channel = 1, into }) => {
      const count = state.turns.filter((turn) => isOf(turn, speaker, channel)).length;
      if (!count || speaker === into || !state.turns.some((turn) => isOf(turn, into, channel))) {
        throw new EditError(`Cannot merge ${speaker} into ${into}: expected two speakers of one channel.`);
      }
      const turns = state.turns.map((turn) => isOf(turn, speaker, channel) ? { ...turn, speaker: into } : turn);
      return { turns, text: `merged ${label(speaker, channel, state)} into ${into} (${counted(count, "turn")})` };
    },
    assign: (state, { turn: id, to }) => {
      const turn = turnOf(state, id), name = asName(to);
      if (turn.speaker === name) throw new EditError(`The turn already belongs to ${name}.`);
      const text = `assigned a turn of ${label(turn.speaker, turn.channel, state)} to ${name} (${span(turn)})`;
      return { turns: replaced(state, id, { ...turn, speaker: name }), text };
    },
    move: (state, { turn: id, start, end }) => {
      const turn = turnOf(state, id);
      const times = checkedTimes(state, start ?? turn.start, end ?? turn.end);
      if (times.start === turn.start && times.end === turn.end) throw new EditError("The turn has these times already.");
      const text = `moved a turn of ${label(turn.speaker, turn.channel, state)} (${span(turn)} to ${span(times)})`;
      return { turns: replaced(state, id, { ...turn, ...times }), text };
    },
    split: (state, { turn: id, at }) => {
      const turn = turnOf(state, id), time = rounded(at);
      if (!(time > turn.start && time < turn.end)) {
        throw new EditError(`Cannot split ${span(turn)} at ${time.toFixed(3)} s: expected a time inside the turn.`);
      }
      const parts = [{ ...turn, end: time }, { ...turn, id: state.nextId, start: time }];
      const text = `split a turn of ${label(turn.speaker, turn.channel, state)} at ${time.toFixed(3)} s (${span(turn)})`;
      return { turns: replaced(state, id, ...parts), nextId: state.nextId + 1, text };
    },
    delete: (state, { turn: id }) => {
      const turn = turnOf(state, id);
      return { turns: replaced(state, id), text: `deleted a turn of ${label(turn.speaker, turn.channel, state)} (${span(turn)})` };
    },
    deleteSpeaker: (state, { speaker, channel = 1 }) => {
      const turns = state.turns.filter((turn) => !isOf(turn, speaker, channel));
      const count = state.turns.length - turns.length;
      if (!count) throw new EditError(`There is no speaker ${speaker}.`);
      return { turns, text: `deleted ${label(speaker, channel, state)} (${counted(count, "turn")})` };
    },
    add: (state, { start, end, speaker, channel = 1 }) => {
      const turn = { id: state.nextId, ...checkedTimes(state, start, end), speaker: asName(speaker), channel, was: null };
      const text = `added a turn of ${label(turn.speaker, channel, state)} (${span(turn)})`;
      return { turns: [...state.turns, turn], nextId: state.nextId + 1, text };
    },
    // the content of a file takes the place of all turns and notes; `texts` are the corrections that the file lists
    load: (state, { file, turns, notes = [], texts = [], limit = 0 }) => {
      const start = startState(turns, Math.max(limit, state.limit), notes);
      const shifted = (rows) => rows.map((row) => ({ ...row, id: row.id + state.nextId }));
      return {
        turns: shifted(start.state.turns), notes: shifted(start.state.notes), limit: start.state.limit,
        nextId: state.nextId + start.state.nextId, text: [`loaded ${file} (${counted(turns.length, "turn")})`, ...start.messages].join("; "), texts,
      };
    },
    addNote: (state, { time, text }) => {
      const note = { id: state.nextId, time: rounded(time), text: checkedText(text) };
      return { notes: [...state.notes, note], nextId: state.nextId + 1, text: `added a note at ${note.time.toFixed(3)} s` };
    },
    changeNote: (state, { note: id, text }) => {
      const notes = state.notes.map((note) => note.id === id ? { ...note, text: checkedText(text) } : note);
      return { notes, text: `changed the note at ${noteOf(state, id).time.toFixed(3)} s` };
    },
    deleteNote: (state, { note: id }) => ({
      notes: state.notes.filter((note) => note.id !== id), text: `deleted the note at ${noteOf(state, id).time.toFixed(3)} s`,
    }),
  };

  const noteOf = (state, id) => {
    const note = state.notes.find((other) => other.id === id);
    if (!note) throw new EditError("This note no longer exists.");
    return note;
  };

  const checkedText = (text) => {
    const line = String(text).trim().replace(/\s+/gu, " ");
    if (!line) throw new EditError("The note is empty, expected a text.");
    return line;
  };

  // return {state, texts} after an operation; raise EditError with a message for the reader of the page
  const applyOperation = (state, operation) => {
    const { text, texts = [], ...parts } = OPERATIONS[operation.type](state, operation);
    const { turns, joined } = parts.turns ? joinOverlaps(parts.turns) : { turns: state.turns, joined: 0 };
    const notes = parts.notes ? Object.freeze([...parts.notes].sort((a, b) => a.time - b.time || a.id - b.id).map(Object.freeze)) : state.notes;
    const ending = joined ? `; ${counted(joined, "overlapping turn")} of the speaker joined` : "";
    return { state: Object.freeze({ ...state, ...parts, turns, notes }), texts: [...texts, text + ending] };
  };

  // how a turn differs from the start, "" if it does not
  const changeOf = ({ start, end, speaker, was }) => {
    if (!was) return "added";
    const parts = [];
    if (was.speaker !== speaker) parts.push(`speaker was ${was.speaker}`);
    if (was.start !== start) parts.push(`start was ${was.start.toFixed(3)}`);
    if (was.end !== end) parts.push(`end was ${was.end.toFixed(3)}`);
    return parts.join(", ");
  };

  return { EditError, startState, applyOperation, changeOf, asName, rounded };
})();
