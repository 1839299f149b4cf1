"""Speech quality by PESQ wide-band (ITU-T P.862.2). usage: score.py SPOKEN.wav HEARD.wav...
Prints a JSON line for each heard file: the score, and how long after the file's beginning the speech begins."""
import json
import sys
import wave

import numpy
from pesq import pesq
from scipy.signal import correlate, resample_poly

RATE = 16_000


def read(path):
    with wave.open(path) as file:
        if (file.getnchannels(), file.getsampwidth()) != (1, 2):
            sys.exit(f"{path}: expected mono, 16 bit")
        samples = numpy.frombuffer(file.readframes(file.getnframes()), numpy.int16).astype(float)
        return resample_poly(samples, RATE, file.getframerate())


def score(spoken, heard):
    if len(heard) < len(spoken):
        heard = numpy.pad(heard, (0, len(spoken) - len(heard)))
    begin = int(numpy.argmax(numpy.abs(correlate(heard, spoken, "valid", "fft"))))
    heard = heard[begin : begin + len(spoken)]
    # Without any sound the score has no meaning; the lowest is the honest one.
    value = pesq(RATE, spoken, heard, "wb") if numpy.abs(heard).max() > 32 else 1.0
    return {"pesq": round(float(value), 3), "begin_ms": round(begin * 1000 / RATE)}


spoken = read(sys.argv[1])
for path in sys.argv[2:]:
    print(json.dumps(score(spoken, read(path))), flush=True)
