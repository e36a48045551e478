// Readers of files of turns: RTTM, CSV and the file of corrections.
"use strict";

// A reader returns {turns, notes, texts, messages}: `texts` are the corrections that the file lists, and `messages` tell what
// was left out. It raises EditError with the line and the value if the file is malformed.
diarflow.turnReaders = (() => {
  const { EditError, asName } = diarflow.turnEdits;
  const NUMBER = /^[+-]?(\d{1,300}(\.\d{0,300})?|\.\d{1,300})([eE][+-]?\d{1,3})?$/u;
  const MISSING = "<NA>";

  const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const parseTime = (text, name, place) => {
    const value = NUMBER.test(text) ? Number(text) : NaN;
    if (!(value >= 0)) throw new EditError(`${place}: ${name} is "${text}", expected seconds, 0 or more.`);
    return value;
  };

  // a channel is a number, or a letter as in NIST's files of calls; other recordings have channel 1
  const parseChannel = (text, recording, place) => {
    if (!recording.isCall) return 1;
    const number = /^[A-Z]$/u.test(text) ? text.charCodeAt(0) - 64 : Number(text);
    if (Number.isInteger(number) && number >= 1 && number <= recording.channels) return number;
    throw new EditError(`${place}: channel is "${text}", expected 1 to ${recording.channels}.`);
  };

  // rows {name, turn} of this recording; a file of one recording may have another name, which a message tells
  const ownRows = (rows, recording, messages) => {
    const names = [...new Set(rows.map(({ name }) => name))];
    const own = [asName(recording.id), asName(recording.name)];
    if (names.length < 2) {
      if (names.length && names[0] !== null && !own.includes(names[0])) {
        messages.push(`The file is of recording ${names[0]}; this page shows ${recording.name}.`);
      }
      return rows;
    }
    const kept = rows.filter(({ name }) => own.includes(name));
    if (!kept.length) {
      throw new EditError(`No turn of ${recording.name}; the file contains ${counted(names.length, "other recording")}, such as ${names[0]}.`);
    }
    messages.push(`${counted(rows.length - kept.length, "turn")} of other recordings left out.`);
    return kept;
  };

  const readRttm = (text, file, recording) => {
    const rows = [], messages = [];
    let others = 0;
    text.split("\n").forEach((line, index) => {
      const place = `${file}:${index + 1}`;
      if (!line.trim() || /^\s*[;#]/u.test(line)) return;
      const fields = line.includes("\t") ? line.trim().split("\t").map((field) => field.trim()) : line.trim().split(/[ \v\f\r]+/u);
      if (fields[0].toUpperCase() !== "SPEAKER") {
        if (!/^[A-Z/_-]+$/u.test(fields[0])) throw new EditError(`${place}: begins with "${fields[0].slice(0, 20)}", expected SPEAKER (RTTM).`);
        others += 1;
        return;
      }
      if (fields.length < 8 || fields.length > 10) throw new EditError(`${place}: ${counted(fields.length, "field")}, expected 8 to 10.`);
      if (fields[7] === MISSING) throw new EditError(`${place}: speaker (field 8) is <NA>, expected a name.`);
      const start = parseTime(fields[3], "start", place);
      const turn = {
        start, end: start + parseTime(fields[4], "duration", place), speaker: asName(fields[7]),
        channel: parseChannel(fields[2], recording, place),
      };
      rows.push({ name: asName(fields[1]), channel: fields[2], turn });
    });
    if (others) messages.push(`${counted(others, "line")} without a turn left out.`);
    return finished(rows, recording, messages);
  };

  const finished = (rows, recording, messages, more = {}) => {
    const own = ownRows(rows, recording, messages);
    const channels = new Set(own.map(({ channel }) => channel));
    if (!recording.isCall && channels.size > 1) messages.push(`The turns of ${counted(channels.size, "channel")} are read as those of one.`);
    return { turns: own.map(({ turn }) => turn), notes: [], texts: [], messages, ...more };
  };

  // rows {number, cells}; a quoted cell may contain delimiters, doubled quotes and line breaks
  const csvRows = (text, delimiter, file) => {
    const rows = [];
    let cells = [], cell = "", number = 1, first = 1, isQuoted = false, wasQuoted = false;
    const endCell = () => { cells.push(cell); cell = ""; wasQuoted = false; };
    for (let index = 0; index < text.length; index += 1) {
      const character = text[index];
      if (character === "\n") number += 1;
      if (isQuoted) {
        if (character !== '"') cell += character;
        else if (text[index + 1] === '"') { cell += '"'; index += 1; }
        else isQuoted = false;
      } else if (character === '"' && !cell && !wasQuoted) { isQuoted = true; wasQuoted = true; }
      else if (character === delimiter) endCell();
      else if (character === "\n") {
        endCell();
        rows.push({ number: first, cells });
        cells = [];
        first = number;
      } else cell += character;
    }
    if (isQuoted) throw new EditError(`${file}:${first}: a quote is not closed.`);
    if (cell || cells.length) { endCell(); rows.push({ number: first, cells }); }
    return rows.filter((row) => row.cells.some((value) => value.trim()));
  };

  const cellName = (text) => text.replace(/^'/u, "");

  const readCsv = (text, file, recording) => {
    const head = text.split("\n", 1)[0];
    const delimiter = [",", ";", "\t"].reduce((best, mark) => (head.split(mark).length > head.split(best).length ? mark : best));
    const [header, ...body] = csvRows(text, delimiter, file);
    const names = header.cells.map((name) => name.trim().toLowerCase());
    const places = Object.fromEntries(["recording", "start", "end", "duration", "speaker", "channel"].map((name) => [name, names.indexOf(name)]));
    if (places.start < 0 || places.speaker < 0 || (places.end < 0 && places.duration < 0)) {
      throw new EditError(`${file}:1: the columns are ${names.join(", ").slice(0, 80)}; expected start, end (or duration) and speaker.`);
    }
    const rows = body.map(({ number, cells }) => {
      const place = `${file}:${number}`;
      const cell = (name) => (cells[places[name]] ?? "").trim();
      const time = (name) => parseTime(delimiter === ";" ? cell(name).replace(",", ".") : cell(name), name, place);
      if (!cell("speaker")) throw new EditError(`${place}: no speaker, expected a name.`);
      const start = time("start"), end = places.end < 0 ? start + time("duration") : time("end");
      if (end < start) throw new EditError(`${place}: end is ${cell("end")}, expected at least ${cell("start")}.`);
      const turn = { start, end, speaker: asName(cellName(cell("speaker"))), channel: parseChannel(cell("channel"), recording, place) };
      return { name: places.recording < 0 ? null : asName(cellName(cell("recording"))), channel: cell("channel"), turn };
    });
    return finished(rows, recording, []);
  };

  const readCorrections = (text, file, recording) => {
    let content;
    try {
      content = JSON.parse(text);
    } catch (error) {
      throw new EditError(`${file}: not JSON (${error.message}).`);
    }
    if (content?.format !== "diarflow corrections" || !Array.isArray(content.turns)) {
      throw new EditError(`${file}: expected a file of corrections that a page of this report saved.`);
    }
    if (content.version > diarflow.turnFormats.VERSION) {
      throw new EditError(`${file}: version ${content.version}, expected ${diarflow.turnFormats.VERSION} or less; use a newer report.`);
    }
    const rows = content.turns.map((row, index) => {
      const place = `${file}: turn ${index + 1}`;
      const [start, end] = ["start", "end"].map((name) => parseTime(String(row[name]), name, place));
      const turn = { start, end, speaker: asName(row.speaker ?? ""), channel: parseChannel(String(row.channel), recording, place) };
      return { name: asName(content.recording), channel: row.channel, turn: { ...turn, was: row.was ? Object.freeze(row.was) : null } };
    });
    const notes = (content.notes ?? []).map(({ time, text: note }, index) => (
      { time: parseTime(String(time), "time", `${file}: note ${index + 1}`), text: String(note) }
    ));
    return finished(rows, recording, [], { notes, texts: (content.corrections ?? []).map(String) });
  };

  // turns of a file that does not tell what they were: unchanged if the page started with such a turn, else added
  const compared = (turns, original) => {
    const key = ({ start, end, speaker, channel }) => [Math.round(start * 1000), Math.round(end * 1000), channel, speaker].join(" ");
    const known = new Map(original.map((turn) => [key(turn), turn.was]));
    return turns.map((turn) => ({ was: known.get(key(turn)) ?? null, ...turn }));
  };

  // the format is recognised by the content; `recording` is {id, name, isCall, channels}, `original` the turns at the start
  const readTurns = (content, file, recording, original = []) => {
    const text = content.replace(/^\ufeff/u, "").replaceAll("\r\n", "\n").replaceAll("\r", "\n");
    if (/^\s*\{/u.test(text)) return readCorrections(text, file, recording);
    const head = text.split("\n", 1)[0].toLowerCase();
    const isCsv = /\bstart\b/u.test(head) && /[,;\t]/u.test(head);
    const result = isCsv ? readCsv(text, file, recording) : readRttm(text, file, recording);
    if (!result.turns.length) result.messages.push("The file has no turns.");
    return { ...result, turns: compared(result.turns, original) };
  };

  return { readTurns };
})();
