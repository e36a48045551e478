// Waveform and spectrogram of the timeline. The waveform is part of the page's data (report/audio_peaks.py). The spectrogram is
// computed when the reader asks for it, from the audio that Web Audio decodes.
"use strict";

(() => {
  const { byId } = diarflow;
  const { data } = diarflow.recording;
  const RATE = 16000; // samples per second of the prepared audio
  const WINDOW = 512; // samples of a spectrum: 32 ms
  const DYNAMIC_RANGE = 70; // decibels between black and white
  const HAMMING = Float32Array.from({ length: WINDOW }, (_, index) => 0.54 - 0.46 * Math.cos(2 * Math.PI * index / (WINDOW - 1)));
  let waveforms = null; // amplitudes of each channel from 0 to 1, the loudest peak is 1
  let samples = null; // decoded audio, mean of the channels
  let image = null; // spectrogram of a range: { range, width, height, canvas }

  const readPeaks = () => {
    const channels = data.peaks.channels.map((text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
    const loudest = channels.reduce((highest, bytes) => bytes.reduce((a, b) => Math.max(a, b), highest), 1);
    // a byte is proportional to the square root of the amplitude; drawn in this scale, quiet speech stays visible
    return channels.map((bytes) => Float32Array.from(bytes, (byte) => byte / loudest));
  };
  const peaks = (channel) => (waveforms ??= readPeaks())[channel];

  // fast Fourier transform (Cooley and Tukey 1965, radix 2), in place
  const transform = (real, imaginary) => {
    const size = real.length;
    for (let index = 1, swapped = 0; index < size; index++) {
      let bit = size >> 1;
      for (; swapped & bit; bit >>= 1) swapped ^= bit;
      swapped ^= bit;
      if (index < swapped) [real[index], real[swapped]] = [real[swapped], real[index]];
    }
    for (let length = 2; length <= size; length <<= 1) {
      for (let start = 0; start < size; start += length) {
        for (let index = 0; index < length / 2; index++) {
          const angle = -2 * Math.PI * index / length;
          const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
          const [even, odd] = [start + index, start + index + length / 2];
          const oddReal = real[odd] * cosine - imaginary[odd] * sine;
          const oddImaginary = real[odd] * sine + imaginary[odd] * cosine;
          real[odd] = real[even] - oddReal;
          imaginary[odd] = imaginary[even] - oddImaginary;
          real[even] += oddReal;
          imaginary[even] += oddImaginary;
        }
      }
    }
  };

  // power in decibels for each frequency from 0 to 8 kHz, at a time in seconds
  const spectrum = (time) => {
    const first = Math.round(time * RATE) - WINDOW / 2;
    const real = Float32Array.from({ length: WINDOW }, (_, index) => (samples[first + index] ?? 0) * HAMMING[index]);
    const imaginary = new Float32Array(WINDOW);
    transform(real, imaginary);
    return Float32Array.from({ length: WINDOW / 2 }, (_, bin) => 10 * Math.log10(real[bin] ** 2 + imaginary[bin] ** 2 + 1e-12));
  };

  // one spectrum for each pixel, loud frequencies dark on light or light on dark
  const drawSpectrogram = (range, width, height) => {
    const columns = Array.from({ length: width }, (_, x) => spectrum(range[0] + (x + 0.5) / width * (range[1] - range[0])));
    const loudest = columns.reduce((highest, column) => column.reduce((a, b) => Math.max(a, b), highest), -100);
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    const pixels = context.createImageData(width, height);
    const [red, green, blue] = diarflow.timelineStrips.toRgb(diarflow.timelinePaint.colour("ink"));
    columns.forEach((column, x) => {
      for (let y = 0; y < height; y++) {
        const level = column[Math.floor((1 - (y + 1) / height) * column.length)];
        const opacity = Math.max(0, 1 - (loudest - level) / DYNAMIC_RANGE);
        pixels.data.set([red, green, blue, 255 * opacity], 4 * (y * width + x));
      }
    });
    context.putImageData(pixels, 0, 0);
    return { range, width, height, canvas };
  };

  // draw the spectrogram of the last range; it is computed again when the visible range has settled
  const paintSpectrogram = (context, { y, height }, { range, width, x }) => {
    if (!samples) return;
    if (!image || image.isStale) image = drawSpectrogram([...range], Math.round(width), height - 4);
    context.drawImage(image.canvas, x(image.range[0]), y + 2, x(image.range[1]) - x(image.range[0]), height - 4);
  };

  const decode = async (buffer) => {
    const audio = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(buffer);
    const channels = Array.from({ length: audio.numberOfChannels }, (_, index) => audio.getChannelData(index));
    samples = channels.length === 1
      ? channels[0] : channels[0].map((_, index) => channels.reduce((sum, channel) => sum + channel[index], 0) / channels.length);
    image = null;
  };

  // fetch() of a file is refused and reported in the console; it is not tried where it cannot succeed
  const isReadable = () => location.protocol !== "file:" || byId("audio").src.startsWith("data:");

  // show or hide the spectrogram; a page that was opened from disk may not read the audio and lets the reader choose the file
  const toggleSpectrogram = async () => {
    const button = byId("spectrogram");
    const isShown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", isShown);
    byId("choose-audio").hidden = true;
    if (isShown && !samples) {
      button.disabled = true;
      try {
        if (!isReadable()) throw new Error("the audio is a file");
        await decode(await (await fetch(byId("audio").src)).arrayBuffer());
      } catch {
        byId("choose-audio").hidden = false;
      }
      button.disabled = false;
    }
    diarflow.timeline.rebuild();
  };

  const useFile = async ({ target }) => {
    try {
      await decode(await target.files[0].arrayBuffer());
      byId("choose-audio").hidden = true;
    } catch {
      byId("choose-audio-result").textContent = "The browser cannot decode this file.";
    }
    diarflow.timeline.rebuild();
  };

  const hasSpectrogram = () => samples !== null && byId("spectrogram")?.getAttribute("aria-pressed") === "true";
  const outdate = () => { if (image) image.isStale = true; };

  byId("spectrogram")?.addEventListener("click", toggleSpectrogram);
  byId("audio-file")?.addEventListener("change", useFile);

  diarflow.timelineAudio = { peaks, paintSpectrogram, hasSpectrogram, outdate };
})();
