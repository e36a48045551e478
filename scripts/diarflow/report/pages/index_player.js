// The audio player of the front page, which plays a segment of any recording.
"use strict";

(() => {
  const { byId, front } = diarflow;
  const CONTEXT = 1; // seconds before and after a segment of the worst segments
  const audio = byId("audio");
  let segment = null; // the segment that is played

  const stop = () => {
    segment = null;
    audio.pause();
  };

  // play from `start` to `end` seconds of a recording; `facts` are the columns of data/recordings.js
  const play = async (facts, index, start, end, text, { context = false } = {}) => {
    const url = facts.audio[index];
    const [corpus, recording] = [facts.corpus[index], facts.recording[index]];
    byId("player").hidden = false;
    byId("player-link").href = front.recordingUrl(corpus, recording, { t: `${start}-${end}` });
    if (!url) {
      byId("player-text").textContent = `${facts.title[index]} has no audio.`;
      return;
    }
    const margin = context ? CONTEXT : 0;
    const current = { start: Math.max(0, start - margin), end: end + margin };
    segment = current;
    byId("player-text").textContent = `${facts.title[index]}, ${front.formatClock(start)} to ${front.formatClock(end)}: ${text}`;
    if (audio.getAttribute("src") !== url) audio.setAttribute("src", url);
    audio.currentTime = current.start;
    try {
      await audio.play();
    } catch (error) {
      if (segment !== current || error.name === "AbortError") return; // another segment was chosen meanwhile
      byId("player-text").textContent = `${url} cannot be played. It is missing if only the report was copied.`;
    }
  };

  // stop exactly at the end: `timeupdate` comes four times a second only
  const watch = () => {
    if (segment && audio.currentTime >= segment.end) {
      audio.pause();
      audio.currentTime = segment.end;
      segment = null;
    }
    if (!audio.paused) requestAnimationFrame(watch);
  };
  audio.addEventListener("play", () => requestAnimationFrame(watch));
  audio.addEventListener("timeupdate", watch);
  byId("player-close").addEventListener("click", () => {
    stop();
    byId("player").hidden = true;
  });

  front.play = play;
})();
