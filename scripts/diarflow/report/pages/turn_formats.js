// Files of corrected turns, written as the exports of the workflow write them, with a mark on each corrected turn.
"use strict";

// A document is {id, name, corpus, system, isCall, duration, turns, notes, corrections}; see turn_edits.js for turns and notes.
// Marks: a column in CSV, point labels in Audacity, point tiers in TextGrid, a class of the voice in WebVTT. RTTM has no
// field for a mark, and not all programs accept its comments, so the marks are in the file of corrections beside it.
diarflow.turnFormats = (() => {
  const { changeOf, asName } = diarflow.turnEdits;
  const VERSION = 1;

  const fixed = (seconds) => seconds.toFixed(3);
  const clock = (seconds) => {
    const total = Math.round(seconds * 1000);
    const part = (value, digits = 2) => String(value).padStart(digits, "0");
    return `${part(Math.floor(total / 3600000))}:${part(Math.floor(total / 60000) % 60)}:${part(Math.floor(total / 1000) % 60)}.${part(total % 1000, 3)}`;
  };

  const rttm = ({ id, turns }) => turns.map(({ start, end, speaker, channel }) => {
    const duration = (Math.round(end * 1000) - Math.round(start * 1000)) / 1000;
    return `SPEAKER ${asName(id)} ${channel} ${fixed(start)} ${fixed(duration)} <NA> <NA> ${asName(speaker)} <NA> <NA>\n`;
  }).join("");

  // --- CSV: the change of a turn in the column `corrected`, empty without a change ---------------
  // a spreadsheet takes a cell with these beginnings for a formula
  const tableCell = (text) => (/^[=+\-@']/u.test(text) ? `'${text}` : text);
  const quoted = (text) => (/[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  const csv = ({ name, isCall, turns }) => {
    const header = ["recording", "start", "end", "speaker", "text", ...(isCall ? ["channel"] : []), "corrected"];
    const rows = turns.map((turn) => [
      tableCell(name), fixed(turn.start), fixed(turn.end), tableCell(turn.speaker), "", ...(isCall ? [String(turn.channel)] : []),
      tableCell(changeOf(turn)),
    ]);
    return [header, ...rows].map((row) => `${row.map(quoted).join(",")}\n`).join("");
  };

  // --- marks at a time: of turns that were corrected, and notes ----------------------------------
  const marks = ({ turns }) => turns.filter((turn) => changeOf(turn))
    .map((turn) => ({ time: turn.start, text: `corrected: ${turn.speaker}: ${changeOf(turn)}` }));
  const notesOf = ({ notes }) => notes.map(({ time, text }) => ({ time, text: `note: ${text}` }));

  const audacity = (document) => [
    ...document.turns.map(({ start, end, speaker }) => `${start.toFixed(6)}\t${end.toFixed(6)}\t${speaker}\n`),
    ...[...marks(document), ...notesOf(document)].map(({ time, text }) => `${time.toFixed(6)}\t${time.toFixed(6)}\t${text}\n`),
  ].join("");

  // --- TextGrid: a tier for each speaker, in the order of first turns ----------------------------
  const tiersOf = (turns) => {
    const tiers = new Map();
    for (const { start, end, speaker } of turns) {
      if (!tiers.has(speaker)) tiers.set(speaker, []);
      const intervals = tiers.get(speaker);
      const last = intervals.at(-1);
      if (last && start <= last[1]) last[1] = Math.max(last[1], end);
      else intervals.push([start, end]);
    }
    return tiers;
  };

  const withSilence = (intervals, label, end) => {
    const rows = [];
    let time = 0;
    for (const [first, last] of intervals) {
      if (first > time) rows.push([time, first, ""]);
      rows.push([first, last, label]);
      time = last;
    }
    if (time < end) rows.push([time, end, ""]);
    return rows;
  };

  // points at the same time become one, because Praat allows one point at a time
  const points = (rows) => {
    const texts = new Map();
    for (const { time, text } of rows) texts.set(time, texts.has(time) ? `${texts.get(time)}; ${text}` : text);
    return [...texts].sort(([a], [b]) => a - b);
  };

  const textgrid = (document) => {
    const end = document.turns.reduce((latest, turn) => Math.max(latest, turn.end), Math.max(document.duration, 0.001));
    const text = (value) => `"${value.replaceAll('"', '""')}"`;
    const speakers = tiersOf(document.turns);
    const unused = (name) => (speakers.has(name) ? unused(`${name}_`) : name);
    const blocks = [...speakers].map(([speaker, intervals]) => [speaker, "IntervalTier", withSilence(intervals, speaker, end)]);
    if (!blocks.length) blocks.push(["speakers", "IntervalTier", [[0, end, ""]]]);
    for (const [name, rows] of [["corrected", marks(document)], ["notes", notesOf(document)]]) {
      if (rows.length) blocks.push([unused(name), "TextTier", points(rows)]);
    }
    const lines = [
      'File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0 ", `xmax = ${end} `, "tiers? <exists> ",
      `size = ${blocks.length} `, "item []: ",
    ];
    blocks.forEach(([name, kind, rows], index) => {
      const [unit, keys] = kind === "IntervalTier" ? ["intervals", ["xmin", "xmax", "text"]] : ["points", ["number", "mark"]];
      lines.push(
        `    item [${index + 1}]:`, `        class = "${kind}" `, `        name = ${text(name)} `, "        xmin = 0 ",
        `        xmax = ${end} `, `        ${unit}: size = ${rows.length} `,
      );
      rows.forEach((row, number) => {
        lines.push(`        ${unit} [${number + 1}]:`);
        row.forEach((value, column) => {
          lines.push(`            ${keys[column]} = ${typeof value === "string" ? text(value) : value} `);
        });
      });
    });
    return `${lines.join("\n")}\n`;
  };

  // --- WebVTT: a corrected turn has the class `corrected` of its voice ---------------------------
  const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

  const vtt = (document) => {
    const comments = document.notes.map(({ time, text }) => `NOTE at ${clock(time)}: ${text.replaceAll("-->", "->")}\n\n`);
    const cues = document.turns.map((turn) => {
      const name = escaped(turn.speaker);
      return `${clock(turn.start)} --> ${clock(turn.end)}\n<v${changeOf(turn) ? ".corrected" : ""} ${name}>${name}</v>\n\n`;
    });
    return `WEBVTT\n\n${comments.join("")}${cues.join("")}`;
  };

  // --- corrections: all of the above, for loading it again ---------------------------------------
  const corrections = (document) => {
    const { corpus, id, name, system, duration } = document;
    const turns = document.turns.map((turn) => ({
      start: turn.start, end: turn.end, speaker: turn.speaker, channel: turn.channel, corrected: changeOf(turn), was: turn.was,
    }));
    const notes = document.notes.map(({ time, text }) => ({ time, text }));
    return `${JSON.stringify({
      format: "diarflow corrections", version: VERSION, corpus, recording: id, name, system, duration,
      corrections: document.corrections, notes, turns,
    }, null, 1)}\n`;
  };

  // by name: ending of the file, type, label for the reader of the page, what the format lacks, and writer
  const FORMATS = {
    rttm: { ending: ".rttm", type: "text/plain", label: "RTTM", loses: "marks, notes and the list of corrections", write: rttm },
    csv: { ending: ".csv", type: "text/csv", label: "CSV", loses: "notes and the list of corrections", write: csv },
    audacity: { ending: ".txt", type: "text/plain", label: "Audacity labels", loses: "the list of corrections", write: audacity },
    textgrid: { ending: ".TextGrid", type: "text/plain", label: "Praat TextGrid", loses: "the list of corrections", write: textgrid },
    vtt: { ending: ".vtt", type: "text/vtt", label: "WebVTT", loses: "the list of corrections", write: vtt },
    corrections: { ending: ".corrections.json", type: "application/json", label: "Corrections and notes", write: corrections },
  };

  return { FORMATS, VERSION };
})();
