# SPDX-License-Identifier: BSD-3-Clause
"""Tones in WAV files: played at one end of a call, looked for in what the other end decoded."""

import array
import math
import wave

RATE = 8000  # G.711's
_LEVEL = 8000  # of 32767: neither clipped nor faint
_BLOCK = 400  # 50 ms: a gap costs the block that it falls into, not the whole


def write_tone(path, hertz, seconds=60):
    """A mono file of the tone. It must last longer than the call: at its end the player stops."""
    second = array.array("h", (round(_LEVEL * math.sin(2 * math.pi * hertz * n / RATE))
                               for n in range(RATE)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(second.tobytes() * seconds)


def part_heard(path, hertz):
    """How much of the tone, as it was played, is in the second half of the file: from 0 to 1."""
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getframerate()) == (1, RATE), path
        samples = array.array("h", file.readframes(file.getnframes()))
    half = samples[len(samples) // 2:]
    blocks = [half[at:at + _BLOCK] for at in range(0, len(half) - _BLOCK + 1, _BLOCK)]
    return sum(_amplitude(block, hertz) for block in blocks) / _LEVEL / max(len(blocks), 1)


def _amplitude(samples, hertz):
    """Goertzel's algorithm."""
    coefficient = 2 * math.cos(2 * math.pi * hertz / RATE)
    last = before = 0.0
    for sample in samples:
        last, before = sample + coefficient * last - before, last
    power = last * last + before * before - coefficient * last * before
    return 2 * math.sqrt(max(power, 0.0)) / len(samples)
