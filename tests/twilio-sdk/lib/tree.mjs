// An XML document as { name, attributes, text, children }.
import { DOMParser } from "@xmldom/xmldom";

export function tree(xml) {
  const onError = (level, message) => {
    throw new Error(`${level}: ${message}`);
  };
  return read(new DOMParser({ onError }).parseFromString(xml, "text/xml").documentElement);
}

function read(element) {
  const nodes = [...element.childNodes];
  const children = nodes.filter((node) => node.nodeType === 1).map(read);
  const attributes = Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]).sort());
  return { name: element.tagName, attributes, text: children.length ? "" : element.textContent, children };
}
