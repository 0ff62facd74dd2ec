/** Any text as a literal of TypeScript. */
export function literal(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${escaped}'`;
}

/** An object literal on one line; what is undefined is left out, and nothing remains of an empty one. */
export function objectOf(entries: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(entries).filter((entry) => entry[1] !== undefined);
  return given.length === 0
    ? ''
    : `{ ${given.map(([key, value]) => (key === value ? key : `${key}: ${value}`)).join(', ')} }`;
}

/** A comment for what follows, or nothing. No text can end it. */
export function docComment(text: string | undefined, indent = ''): string {
  const lines = (text ?? '')
    .trim()
    .replaceAll('*/', '*\\/')
    .split(/\r\n|[\r\n\u2028\u2029]/)
    .map((line) => line.trimEnd());
  if (lines.length === 1) return lines[0] === '' ? '' : `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
}
