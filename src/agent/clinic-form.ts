import { isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml';
import type { ClinicProfile } from './clinic-profile.ts';

type Path = (string | number)[];

/** A price that can be changed by itself: where it stands in the file, and what it is the price of. */
export interface PriceField {
  path: Path;
  /** `Ultrassonografia (mama)`. */
  what: string;
  who?: string;
  priceReais: number;
}

/** One change of what changes often. */
export type ClinicEdit =
  | { field: 'greeting'; value: string }
  | { field: 'openingHours'; value: ClinicProfile['openingHours'] }
  | { field: 'exceptions'; value: ClinicProfile['exceptions'] }
  | { field: 'municipal'; value: ClinicProfile['holidays']['municipal'] }
  | { field: 'price'; path: Path; value: number };

/** Every price in the order of the file. */
export function pricesOf(clinic: ClinicProfile): PriceField[] {
  const nameOf = (id: string | undefined) => {
    const who = clinic.practitioners.find((one) => one.id === id);
    return who ? { who: [who.title, who.name].filter(Boolean).join(' ') } : {};
  };
  const consultations = clinic.practitioners.flatMap((one, i) =>
    one.consultations.map(({ name, priceReais }, j) => ({
      path: ['practitioners', i, 'consultations', j, 'priceReais'],
      what: name,
      ...nameOf(one.id),
      priceReais,
    })),
  );
  const services = clinic.services.flatMap((service, i) => [
    ...service.offers.map(({ practitioner, priceReais }, j) => ({
      path: ['services', i, 'offers', j, 'priceReais'],
      what: service.name,
      ...nameOf(practitioner),
      priceReais,
    })),
    ...service.variants.flatMap((variant, j) =>
      variant.offers.map(({ practitioner, priceReais }, k) => ({
        path: ['services', i, 'variants', j, 'offers', k, 'priceReais'],
        what: `${service.name} (${variant.name})`,
        ...nameOf(practitioner),
        priceReais,
      })),
    ),
  ]);
  return [...consultations, ...services];
}

/**
 * The text with one change made, every other line as it was, comments too.
 * @returns nothing when this text cannot be changed so: it is no YAML map, or the place is written in an unusual way
 */
export function editClinicText(text: string, edit: ClinicEdit): string | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  const edited =
    edit.field === 'price' ? withPrice(text, document, edit) : withPart(text, document, edit);
  // What was taken away may have been referred to from elsewhere.
  return edited !== undefined && isWhole(edited) ? edited : undefined;
}

/** Every reference leads somewhere. */
function isWhole(text: string): boolean {
  try {
    const document = parseDocument(text);
    document.toJS();
    return document.errors.length === 0;
  } catch {
    return false;
  }
}

type Yaml = ReturnType<typeof parseDocument>;
type PartEdit = Exclude<ClinicEdit, { field: 'price' }>;

function withPrice(
  text: string,
  document: Yaml,
  { path, value }: Extract<ClinicEdit, { field: 'price' }>,
): string | undefined {
  const node = document.getIn(path, true);
  if (path.at(-1) !== 'priceReais' || !isScalar(node) || !node.range) return undefined;
  return `${text.slice(0, node.range[0])}${value}${text.slice(node.range[1])}`;
}

const places: Record<PartEdit['field'], readonly [string] | readonly [string, string]> = {
  greeting: ['persona', 'greeting'],
  openingHours: ['openingHours'],
  exceptions: ['exceptions'],
  municipal: ['holidays', 'municipal'],
};

/** Replaces the lines of one part, or writes them where they belong when there are none. */
function withPart(text: string, document: Yaml, edit: PartEdit): string | undefined {
  const [key, below] = places[edit.field];
  const outer = pairIn(document.contents, key);
  const indent = below === undefined ? '' : '  ';
  const written = (pair?: YamlPair) =>
    partLines(text, document, indent, below ?? key, edit.value, pair);
  if (!outer) {
    const head = below === undefined ? '' : `${key}:\n`;
    return `${text.replace(/\n*$/, '\n\n')}${head}${written()}`;
  }
  if (below === undefined) return put(text, spanOf(outer), written(outer));
  if (!isMap(outer.value) || outer.value.flow) return undefined;
  const inner = pairIn(outer.value, below);
  if (inner) return put(text, spanOf(inner), `${written(inner).trimStart()}`);
  const end = spanOf(outer)?.to;
  return end === undefined ? undefined : put(text, { from: end, to: end }, written());
}

interface YamlPair {
  key: unknown;
  value: unknown;
}

function pairIn(map: unknown, key: string): YamlPair | undefined {
  if (!isMap(map)) return undefined;
  return map.items.find((item) => isScalar(item.key) && item.key.value === key);
}

interface Span {
  from: number;
  to: number;
}

/** From the key to the end of the last line of the value. */
function spanOf({ key, value }: YamlPair): Span | undefined {
  const from = isScalar(key) ? key.range?.[0] : undefined;
  const to = isNode(value) ? value.range?.[2] : undefined;
  return from === undefined || to === undefined ? undefined : { from, to };
}

function put(text: string, span: Span | undefined, lines: string): string | undefined {
  if (!span) return undefined;
  const before = text.slice(0, span.from);
  const glue = before === '' || before.endsWith('\n') || before.endsWith(' ') ? '' : '\n';
  return `${before}${glue}${lines}${text.slice(span.to)}`;
}

function partLines(
  text: string,
  document: Yaml,
  indent: string,
  key: string,
  value: PartEdit['value'],
  pair: YamlPair | undefined,
): string {
  if (typeof value === 'string') return `${indent}${key}: >-\n${folded(value, `${indent}  `)}`;
  if (value.length === 0) return `${indent}${key}: []\n`;
  const kept = itemLines(text, document, pair?.value);
  const lines = value.map(
    (one) => kept.get(JSON.stringify(one)) ?? `${indent}  - ${flowText(one)}\n`,
  );
  return `${headLines(text, pair) ?? `${indent}${key}:\n`}${lines.join('')}`;
}

/** The key, and the comments above the first item, as they stand. */
function headLines(text: string, pair: YamlPair | undefined): string | undefined {
  const from = pair && spanOf(pair)?.from;
  const list = pair?.value;
  if (from === undefined || !isSeq(list) || list.flow || !list.range) return undefined;
  return text.slice(from, text.lastIndexOf('\n', list.range[0]) + 1);
}

/** The lines of each item as they stand, with the comment lines above it, by what the item says. */
function itemLines(text: string, document: Yaml, list: unknown): Map<string, string> {
  const lines = new Map<string, string>();
  if (!isSeq(list) || list.flow || !list.range) return lines;
  let from = text.lastIndexOf('\n', list.range[0]) + 1;
  for (const item of list.items) {
    if (!isNode(item) || !item.range) return new Map();
    const end = text.indexOf('\n', Math.max(item.range[0], item.range[1] - 1));
    const to = end === -1 ? text.length : end + 1;
    lines.set(JSON.stringify(item.toJS(document)), text.slice(from, to));
    from = to;
  }
  return lines;
}

/** Characters of a line in the shipped files. */
const lineWidth = 100;

function folded(value: string, indent: string): string {
  const lines: string[] = [];
  for (const word of value.trim().split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= lineWidth)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return `${lines.join('\n')}\n`;
}

/** `{ days: [mon, tue], from: "06:00", note: véspera de Natal }`, as the shipped files write a line. */
function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, one]) => one !== undefined);
    return `{ ${fields.map(([name, one]) => `${name}: ${flowText(one)}`).join(', ')} }`;
  }
  if (typeof value !== 'string') return String(value);
  return isPlain(value) ? value : JSON.stringify(value);
}

/** Words that mean themselves without quotes. */
function isPlain(word: string): boolean {
  return (
    /^\p{L}[\p{L}\p{N}-]*( [\p{L}\p{N}-]+)*$/u.test(word) &&
    !/^(true|false|null|yes|no|on|off|y|n)$/i.test(word)
  );
}
