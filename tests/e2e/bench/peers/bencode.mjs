// The encoding of rtpengine's control protocol: strings, whole numbers, lists and dictionaries with sorted keys.

export function encode(value) {
  if (Array.isArray(value)) return `l${value.map(encode).join("")}e`;
  if (typeof value === "number") return `i${value}e`;
  if (typeof value === "string") return `${Buffer.byteLength(value)}:${value}`;
  const keys = Object.keys(value).toSorted();
  return `d${keys.map((key) => encode(key) + encode(value[key])).join("")}e`;
}

/** `bytes`: a buffer that holds one value. */
export function decode(bytes) {
  let at = 0;
  const upTo = (mark) => {
    const end = bytes.indexOf(mark, at);
    const text = bytes.toString("latin1", at, end);
    at = end + 1;
    return text;
  };
  const until = (take) => {
    at += 1;
    const found = [];
    while (bytes[at] !== 0x65) found.push(take());
    at += 1;
    return found;
  };
  const value = () => {
    const kind = String.fromCharCode(bytes[at]);
    if (kind === "d") return Object.fromEntries(until(() => [value(), value()]));
    if (kind === "l") return until(value);
    if (kind === "i") {
      at += 1;
      return Number(upTo("e"));
    }
    const length = Number(upTo(":"));
    at += length;
    return bytes.toString("utf8", at - length, at);
  };
  return value();
}
