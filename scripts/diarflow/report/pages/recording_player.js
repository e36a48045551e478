// The audio player: plays from a position, or exactly one segment, once or in a loop, at a chosen speed.
"use strict";

(() => {
  const { byId } = diarflow;
  const { data, on, emit, view, formatTime, soloSpeakers, firstEndingAfter } = diarflow.recording;
  const { timeline } = diarflow;
  const audio = byId("audio");
  const PAUSE = 0.3; // seconds between turns of a speaker in solo that are not skipped
  if (!audio) return;
  let segment = null; // { start, end } while exactly this is played
  let wasVisible = false; // the playing position, in the frame before
  let lastRange = timeline.range();
  let frame = null;

  const start = () => audio.play()?.catch(() => {}); // without a click or a key, a browser may refuse to play
  const seek = (seconds) => { audio.currentTime = Math.min(Math.max(0, seconds), data.duration); };

  const playFrom = (seconds) => {
    segment = null;
    seek(seconds);
    start();
  };

  const playSegment = (from, to) => {
    segment = { start: from, end: to };
    seek(from);
    start();
  };

  // prepare a segment for the next press of the play key
  const cue = (from, to = null) => {
    segment = to === null ? null : { start: from, end: to };
    seek(from);
  };

  const toggle = () => {
    if (!audio.paused) return audio.pause();
    if (segment && audio.currentTime >= segment.end - 0.01) seek(segment.start);
    return start();
  };

  // the selected segment again
  const replay = () => {
    const selected = timeline.selection();
    if (selected) playSegment(selected.start, selected.end);
    else toggle();
  };

  // with a speaker in solo, only the turns of this speaker are played
  const skipOthers = () => {
    const turns = soloSpeakers().find(({ name }) => name === view.solo)?.turns;
    if (!turns || segment) return;
    const index = firstEndingAfter(turns, audio.currentTime - PAUSE);
    if (index >= turns.length) audio.pause();
    else if (turns[index][0] > audio.currentTime + PAUSE) seek(turns[index][0]);
  };

  const stopAtEnd = () => {
    if (!segment || audio.currentTime < segment.end) return;
    if (byId("loop").checked) return seek(segment.start);
    audio.pause();
    seek(segment.end);
  };

  // the visible range follows the playing position, unless the reader has moved away from it
  const follow = () => {
    const [from, to] = timeline.range();
    const time = audio.currentTime;
    const hasMoved = from !== lastRange[0] || to !== lastRange[1];
    if (wasVisible && !hasMoved && time > to && to < data.duration) timeline.setRange(time, time + to - from);
    lastRange = timeline.range();
    wasVisible = time >= lastRange[0] && time <= lastRange[1];
  };

  const report = () => {
    byId("time").textContent = formatTime(audio.currentTime);
    emit("time", audio.currentTime);
  };

  const step = () => {
    if (!audio.paused) {
      stopAtEnd();
      skipOthers();
      follow();
    }
    report();
    cancelAnimationFrame(frame);
    if (!audio.paused) frame = requestAnimationFrame(step);
  };

  const showState = () => {
    byId("play").textContent = audio.paused ? "Play" : "Pause";
    step();
  };

  const setSpeed = (speed) => {
    byId("speed").value = speed;
    audio.playbackRate = Number(byId("speed").value);
  };

  // the next faster (1) or slower (-1) speed of the menu
  const changeSpeed = (direction) => {
    const { options, selectedIndex } = byId("speed");
    setSpeed(options[Math.min(Math.max(selectedIndex + direction, 0), options.length - 1)].value);
  };

  for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, showState);
  for (const name of ["seeked", "timeupdate"]) audio.addEventListener(name, step); // also in a tab in the background
  audio.addEventListener("error", () => { byId("no-audio").hidden = false; });
  if (audio.error || audio.networkState === HTMLMediaElement.NETWORK_NO_SOURCE) byId("no-audio").hidden = false;
  byId("play").addEventListener("click", toggle);
  byId("replay").addEventListener("click", replay);
  byId("speed").addEventListener("change", () => setSpeed(byId("speed").value));
  on("select", (selected) => {
    byId("replay").disabled = !selected;
    if (segment && !selected) segment = null;
  });
  setSpeed("1");

  diarflow.player = {
    audio, playFrom, playSegment, cue, toggle, replay, changeSpeed, seek, seekBy: (seconds) => seek(audio.currentTime + seconds),
  };
})();
