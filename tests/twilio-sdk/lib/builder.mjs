// A document as calls of Twilio's own builder, in TypeScript: its compiler then says whether the library knows each verb in its
// place, each attribute, and the type of each value.
import { createRequire } from "node:module";
import path from "node:path";
import ts from "typescript";

const require = createRequire(import.meta.url);
const here = path.dirname(require.resolve("../package.json"));
const file = path.join(here, "judged.ts");
const options = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  esModuleInterop: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  types: [],
};

// How an attribute's text may be meant, in the order in which it is tried.
const readings = [
  (text) => JSON.stringify(text),
  (text) => (/^(true|false)$/.test(text) ? text : undefined),
  (text) => (/^\d+$/.test(text) ? text : undefined),
  (text) => JSON.stringify(text.split(" ")),
];

const NO_OVERLOAD = 2769;

// Verbs that take their text after the attributes.
const withText = new Set(["Say", "Play", "Redirect", "Number", "Sip", "Client", "Conference"]);

function write(root, chosen) {
  const lines = ['import VoiceResponse from "twilio/lib/twiml/VoiceResponse";', "export const response = new VoiceResponse();"];
  const places = [];
  let count = 0;
  const visit = (element, parent, at) => {
    const own = `v${count++}`;
    const method = element.name[0].toLowerCase() + element.name.slice(1);
    const attributes = Object.entries(element.attributes).map(([name, text]) => {
      const place = `${at}/${name}`;
      const literal = readings[chosen.get(place) ?? 0](text);
      return { place, literal, name, text };
    });
    const bag = `{\n${attributes.map(({ name, literal }) => `${name}: ${literal},`).join("\n")}\n}`;
    const first = lines.join("\n").split("\n").length + 1;
    attributes.forEach((one, index) => places.push({ ...one, call: first, line: first + 1 + index }));
    const words = withText.has(element.name) && element.text ? `, ${JSON.stringify(element.text)}` : "";
    lines.push(`const ${own} = ${parent}.${method}(${element.name === "Hangup" ? "" : bag}${words});`);
    element.children.forEach((child, index) => visit(child, own, `${at}/${index}`));
  };
  root.children.forEach((child, index) => visit(child, "response", `/${index}`));
  return { code: lines.join("\n"), places };
}

function complaints(code) {
  const host = ts.createCompilerHost(options);
  const { getSourceFile, readFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? code : readFile(name));
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, code, options.target) : getSourceFile.call(host, name, ...rest);
  const program = ts.createProgram([file], options, host);
  const source = program.getSourceFile(file);
  return ts.getPreEmitDiagnostics(program, source).map((one) => ({
    line: source.getLineAndCharacterOfPosition(one.start ?? 0).line + 1,
    code: one.code,
    text: ts.flattenDiagnosticMessageText(one.messageText, "\n"),
  }));
}

// Of a verb with several signatures the compiler does not say which value is wrong: those that can be no text are read as what
// they look like, once.
function readAsTyped(places, chosen) {
  const typed = places.filter(({ place, text }) => !chosen.has(place) && (readings[1](text) ?? readings[2](text)) !== undefined);
  typed.forEach(({ place, text }) => chosen.set(place, readings[1](text) === undefined ? 2 : 1));
  return typed.length > 0;
}

// The builder's own XML for this tree; throws what the compiler says against it.
export function built(root) {
  const chosen = new Map();
  for (;;) {
    const { code, places } = write(root, chosen);
    const found = complaints(code);
    if (found.length === 0) return run(code);
    const moved = found.map(({ line, code: number }) => {
      const place = places.find((one) => one.line === line);
      if (number === NO_OVERLOAD) return readAsTyped(places.filter((one) => one.call === (place?.call ?? line)), chosen);
      if (number !== 2322 || !place) return false;
      let next = (chosen.get(place.place) ?? 0) + 1;
      while (next < readings.length && readings[next](place.text) === undefined) next += 1;
      chosen.set(place.place, next);
      return next < readings.length;
    });
    if (moved.includes(false)) throw new Error(`${found.map(({ text }) => text).join("\n")}\n${code}`);
  }
}

function run(code) {
  const { outputText } = ts.transpileModule(code, { compilerOptions: options });
  const module = { exports: {} };
  new Function("require", "module", "exports", outputText)(require, module, module.exports);
  return module.exports.response.toString();
}
